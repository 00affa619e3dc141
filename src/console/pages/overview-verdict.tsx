import type { Diagnosis, Events } from "../api-types.ts";
import { useLanguage, useWords } from "../language.tsx";
import { Badge, type BadgeKind } from "../parts/badge.tsx";
import { Notice } from "../parts/notice.tsx";
import { Time } from "../parts/time.tsx";
import { useApi } from "../use-api.ts";
import { en } from "../words/en/overview.ts";
import { ja } from "../words/ja/overview.ts";

const EVERY = 60_000;
const ASKED_EVERY = 5_000;
const REQUEST = 12290;

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
  const isUndecided = data?.verdict === "incomplete";
  const asked = useApi<Events>(isUndecided ? `/v1/events?id=${REQUEST}&limit=1` : undefined, {
    every: ASKED_EVERY,
  });
  if (data !== undefined) {
    const isIdle = isUndecided && asked.data?.events.length === 0;
    const undecided = isIdle ? words.nobodyAsked : words.undecided;
    const fine = data.verdict === "healthy" ? words.nothingWrong : data.sentence;
    const sentence = isUndecided ? undecided : fine;
    return (
      <p class="overview-verdict">
        <Badge kind={KINDS[data.verdict]}>{words.verdicts[data.verdict]}</Badge> {sentence}{" "}
        <span class="faint">
          · {words.made} <Time at={data.made} as="relative" /> ·
        </span>{" "}
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
