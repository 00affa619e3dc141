import type { Diagnosis } from "../api-types.ts";
import { useLanguage, useWords } from "../language.tsx";
import { Badge, type BadgeKind } from "../parts/badge.tsx";
import { Notice } from "../parts/notice.tsx";
import { useApi } from "../use-api.ts";
import { en } from "../words/en/overview.ts";
import { ja } from "../words/ja/overview.ts";

const EVERY = 60_000;

const KINDS: Record<Diagnosis["verdict"], BadgeKind> = {
  healthy: "good",
  degraded: "warn",
  failing: "bad",
  incomplete: "off",
};

/** What the doctor says of this deployment, in one line. */
export function Verdict() {
  const words = useWords({ en, ja });
  const { language } = useLanguage();
  const { data, error } = useApi<Diagnosis>(`/v1/diagnosis?lang=${language}`, { every: EVERY });
  if (data !== undefined) {
    return (
      <p class="overview-verdict">
        <Badge kind={KINDS[data.verdict]}>{words.verdicts[data.verdict]}</Badge> {data.sentence}{" "}
        <a href="/findings">{words.toFindings}</a>
      </p>
    );
  }
  if (!(error instanceof Error) || error.message === "") return <p class="overview-verdict" />;
  return (
    <Notice kind="warn">
      {words.doctorAway} {error.message}
    </Notice>
  );
}
