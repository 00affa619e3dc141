import { FindingView } from "../../doctor/report/finding-view.tsx";
import type { Machine, MachineFinding } from "../api-types.ts";
import { useLanguage, useWords } from "../language.tsx";
import { Badge, type BadgeKind, Shape } from "../parts/badge.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Notice } from "../parts/notice.tsx";
import { Time } from "../parts/time.tsx";
import { useApi } from "../use-api.ts";
import { en } from "../words/en/machine.ts";
import { ja } from "../words/ja/machine.ts";
import { machineAddress } from "./machine-query.ts";

const EVERY = 30_000;
const KINDS: Record<MachineFinding["standing"], BadgeKind> = {
  fine: "good",
  attention: "warn",
  failing: "bad",
};

/** Why a machine is not activated, or what is fine about it: its records, and what the doctor finds. */
export function MachineWhy({ machine }: { machine: Machine }) {
  const words = useWords({ en, ja });
  const { language } = useLanguage();
  const path = `/v1${machineAddress(machine)}/finding?lang=${language}`;
  const answered = useApi<MachineFinding>(path, { every: EVERY });
  return (
    <section class="machine-section">
      <h2>{words.why}</h2>
      <Loaded of={answered} lines={4}>
        {({ standing, remarks, findings, made, trouble }) => (
          <>
            <p>
              <Badge kind={KINDS[standing]}>{words.standings[standing]}</Badge>
            </p>
            <ul class="machine-remarks">
              {remarks.map(({ is, text }) => (
                <li key={text}>
                  <Shape kind={KINDS[is]} /> <span class="unseen">{words.standings[is]}:</span> {text}
                </li>
              ))}
            </ul>
            {trouble !== undefined && (
              <Notice kind="warn">
                {words.trouble} {trouble}
              </Notice>
            )}
            {made !== null && (
              <p class="hint">
                {findings.length === 0 ? words.noFindings : words.findings}
                <br />
                {words.made} <Time at={made} as="relative" /> · <a href="/findings">{words.toFindings}</a>
              </p>
            )}
            <div class="diagnosis">
              {findings.map((finding) => (
                <FindingView key={finding.id} finding={finding} language={language} />
              ))}
            </div>
          </>
        )}
      </Loaded>
    </section>
  );
}
