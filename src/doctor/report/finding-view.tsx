/** @jsxImportSource preact */
import type { Language, Owner } from "../cause.ts";
import type { ReportFinding } from "./document.ts";
import { LABELS, type Labels } from "./labels.ts";
import { Prose } from "./prose.tsx";

interface FindingViewProps {
  /** As the document has it; through the API an owner is any text. */
  readonly finding: Omit<ReportFinding, "remedy"> & {
    readonly remedy: Omit<ReportFinding["remedy"], "owner"> & { readonly owner: string };
  };
  readonly language: Language;
}

/** One finding: what it is, what proves it, what to do about it. */
export function FindingView({ finding, language }: FindingViewProps) {
  const labels = LABELS[language];
  const { id, title, verdict, severity, why, affects, evidence, remedy, lookalikes, links } = finding;
  return (
    <section class={`finding of-${verdict === "benign" ? "benign" : severity}`} id={id}>
      <h2>
        {id} {title}
      </h2>
      <p>
        <span class="tag">{labels.findings[verdict]}</span>
        <span class={`tag of-${severity}`}>{labels.severities[severity]}</span>
      </p>
      <p>
        <Prose text={why} />
      </p>
      <Affected names={affects} labels={labels} />
      <h3>{labels.proof}</h3>
      {evidence.map(({ file, line, record, quote }) => (
        <figure key={`${file} ${line} ${record}`}>
          <figcaption>
            {file}, {record > 0 ? `${labels.record} ${record}` : `${labels.line} ${line}`}
          </figcaption>
          <pre>{quote}</pre>
        </figure>
      ))}
      <h3>
        {labels.remedy}{" "}
        <span class="soft">
          ({labels.by}: {labels.owners[remedy.owner as Owner] ?? remedy.owner})
        </span>
      </h3>
      <Steps text={remedy.text} />
      {remedy.commands.length > 0 && <pre>{remedy.commands.join("\n")}</pre>}
      <dl>
        <Term name={labels.cost} text={remedy.cost} />
        <Term name={labels.verify} text={remedy.verify} />
        <Term name={labels.undo} text={remedy.undo} />
      </dl>
      {lookalikes.length > 0 && (
        <details>
          <summary>{labels.lookalikes}</summary>
          <ul>
            {lookalikes.map((each) => (
              <li key={each.id}>
                <b>{each.id}</b> <Prose text={each.test} />
              </li>
            ))}
          </ul>
        </details>
      )}
      {links.length > 0 && (
        <p class="soft">
          {labels.links_}:{" "}
          {links.map((link) => (
            <span key={link}>
              <a href={link} rel="noreferrer">
                {link}
              </a>{" "}
            </span>
          ))}
        </p>
      )}
    </section>
  );
}

function Steps({ text }: { text: string }) {
  const lines = text.split("\n");
  if (lines.length === 1) {
    return (
      <p>
        <Prose text={text} />
      </p>
    );
  }
  return (
    <ol>
      {lines.map((line) => (
        <li key={line}>
          <Prose text={line} />
        </li>
      ))}
    </ol>
  );
}

function Term({ name, text }: { name: string; text: string }) {
  if (text === "") return null;
  return (
    <>
      <dt class="soft">{name}</dt>
      <dd>
        <Prose text={text} />
      </dd>
    </>
  );
}

/** So many names are read at a glance; more of them fold away. */
const GLANCE = 12;

function Affected({ names, labels }: { names: readonly string[]; labels: Labels }) {
  if (names.length === 0) return null;
  if (names.length <= GLANCE) {
    return (
      <p class="soft">
        {labels.affects}: {names.join(", ")}
      </p>
    );
  }
  return (
    <details class="soft">
      <summary>
        {labels.affects}: {names.length}
      </summary>
      <p>{names.join(", ")}</p>
    </details>
  );
}
