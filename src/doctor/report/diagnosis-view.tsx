/** @jsxImportSource preact */
import type { ReportDocument } from "./document.ts";
import { FindingView } from "./finding-view.tsx";
import { LABELS, type Labels } from "./labels.ts";
import { Prose } from "./prose.tsx";

/** A whole diagnosis, for the report as a page and for the console: from the verdict to what was read. */
export function DiagnosisView({ document }: { document: ReportDocument }) {
  const labels = LABELS[document.language];
  const held = document.findings.filter(({ verdict }) => verdict === "confirmed" || verdict === "likely");
  const others = document.findings.filter((finding) => !held.includes(finding));
  return (
    <>
      <Verdict document={document} />
      <Chain document={document} />
      {held.map((finding) => (
        <FindingView key={finding.id} finding={finding} language={document.language} />
      ))}
      <Missing document={document} labels={labels} />
      {others.map((finding) => (
        <FindingView key={finding.id} finding={finding} language={document.language} />
      ))}
      <RuledOut document={document} labels={labels} />
      <Read document={document} labels={labels} />
    </>
  );
}

function Verdict({ document: { verdict, language, evidence, machines } }: { document: ReportDocument }) {
  const labels = LABELS[language];
  const { name, says } = labels.verdicts[verdict];
  return (
    <>
      <p>
        <span class={`verdict ${verdict}`}>{name}</span> {says}
      </p>
      <p class="soft">{labels.files(new Set(evidence.map(({ file }) => file)).size, machines)}</p>
    </>
  );
}

/** The way of a request, and where it breaks. */
function Chain({ document: { chain, language } }: { document: ReportDocument }) {
  const labels = LABELS[language];
  return (
    <ol class="chain" aria-label={labels.chain}>
      {chain.map(({ link, state, shows }) => (
        <li key={link} class={state}>
          <b>{labels.links[link]}</b>
          <i>{labels.chainStates[state]}</i>
          <span>{shows}</span>
        </li>
      ))}
    </ol>
  );
}

interface PartProps {
  readonly document: ReportDocument;
  readonly labels: Labels;
}

function Missing({ document: { missing }, labels }: PartProps) {
  if (missing.length === 0) return null;
  return (
    <section>
      <h2>{labels.missing}</h2>
      <ul>
        {missing.map(({ what, why, command }) => (
          <li key={what}>
            <Prose text={what} />
            {labels.stop}
            <span class="soft">
              <Prose text={why} />
            </span>
            <pre>{command}</pre>
          </li>
        ))}
      </ul>
    </section>
  );
}

function RuledOut({ document: { ruledOut, notEvaluated }, labels }: PartProps) {
  return (
    <>
      {ruledOut.length > 0 && (
        <details>
          <summary>
            {labels.ruledOut} ({ruledOut.length})
          </summary>
          <ul>
            {ruledOut.map(({ id, name, because }) => (
              <li key={id}>
                <b>{id}</b> <code>{name}</code>: <Prose text={because} />
              </li>
            ))}
          </ul>
        </details>
      )}
      {notEvaluated.length > 0 && (
        <details>
          <summary>
            {labels.notEvaluated} ({notEvaluated.length})
          </summary>
          <p>{notEvaluated.map(({ id, name }) => `${id} ${name}`).join(", ")}</p>
        </details>
      )}
    </>
  );
}

function Read({ document: { evidence }, labels }: PartProps) {
  return (
    <section>
      <h2 id="evidence">{labels.evidence}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
      <section class="wide" tabIndex={0} aria-labelledby="evidence">
        <table>
          <thead>
            <tr>
              <th>{labels.file}</th>
              <th>{labels.kind}</th>
              <th>{labels.role}</th>
              <th>{labels.machine}</th>
              <th class="number">{labels.records}</th>
            </tr>
          </thead>
          <tbody>
            {evidence.map(({ file, kind, role, machine, records, notes }, at) => (
              <tr key={`${at} ${file}`}>
                <td>
                  {file}
                  {notes.map((note) => (
                    <span key={note} class="soft">
                      <br />
                      {note}
                    </span>
                  ))}
                </td>
                <td>{kind}</td>
                <td>{role}</td>
                <td>{machine}</td>
                <td class="number">{records}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}
