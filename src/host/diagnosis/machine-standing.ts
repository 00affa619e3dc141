import type { Text } from "../../doctor/cause.ts";
import { eventFields, type LoggedEvent } from "../../protocol/events.ts";
import { PROBLEMS, SUCCESS } from "../../protocol/problems.ts";
import { type ListedMachine, machineState } from "../machine-list.ts";
import { isOverdue, nextRenewal, type RenewalIntervals } from "../renewal-times.ts";

/** What is known of a machine when its standing is told. */
export interface KnownOfMachine {
  readonly machine: ListedMachine;
  readonly intervals: RenewalIntervals;
  /** Its newest events, oldest first. */
  readonly events: readonly LoggedEvent[];
  /** The count of its application, and what its product needs. */
  readonly count: number;
  readonly required: number;
  readonly now: number;
}

/** `fine` needs nothing; `attention` works now and will not stay so; `failing` holds no lease, or cannot renew it. */
export const STANDINGS = ["fine", "attention", "failing"] as const;

export type Standing = (typeof STANDINGS)[number];

/** One thing to say of a machine. */
export interface Remark {
  readonly is: Standing;
  readonly text: Text;
}

/** What a host's own records say of one machine, the gravest first. Pure. */
export function remarksOn(known: KnownOfMachine): Remark[] {
  const remarks = [...leaseRemarks(known), ...refusalRemarks(known), ...identityRemarks(known)];
  return remarks.sort((one, other) => STANDINGS.indexOf(other.is) - STANDINGS.indexOf(one.is));
}

/** The gravest of all. */
export function standingOf(remarks: readonly Pick<Remark, "is">[]): Standing {
  return STANDINGS.findLast((standing) => remarks.some(({ is }) => is === standing)) ?? "fine";
}

function leaseRemarks({ machine, intervals, count, required, now }: KnownOfMachine): Remark[] {
  const { leaseExpires, lastSeen, code } = machine;
  const seen = day(lastSeen);
  const ends = day(leaseExpires);
  const next = day(nextRenewal(machine, intervals, now));
  const state = machineState(machine, now);
  if (state === "licensed") {
    const licensed = remark("fine", `It is licensed until ${ends}.`, `${ends} までライセンスされています。`);
    if (isOverdue(machine, intervals, now)) {
      return [
        licensed,
        remark(
          "attention",
          `It should have renewed about ${next} and last asked on ${seen}: it is switched off, or it reaches no host any more.`,
          `${next} ごろに更新するはずでしたが、最後の要求は ${seen} です。電源が切れているか、ホストに到達できていません。`,
        ),
      ];
    }
    return [licensed, remark("fine", `It is to renew about ${next}.`, `次の更新は ${next} ごろです。`)];
  }
  if (code === PROBLEMS.COUNT_INSUFFICIENT.code && count < required) {
    return [
      remark(
        "failing",
        `It got no lease on ${seen}: the count is ${count}, and its product needs ${required}.`,
        `${seen} の要求ではリースを取得できませんでした。現在の数は ${count} で、製品には ${required} が必要です。`,
      ),
    ];
  }
  if (code === PROBLEMS.COUNT_INSUFFICIENT.code) {
    return [
      remark(
        "attention",
        `It got no lease on ${seen}, when the count was too small; the count is ${count} now, and it gets one when it asks next, about ${next}.`,
        `${seen} の要求では数が足りませんでした。現在の数は ${count} で、次の要求 (${next} ごろ) でリースを取得できます。`,
      ),
    ];
  }
  const ended = state === "expired";
  return [
    remark(
      "failing",
      ended
        ? `Its lease ended on ${ends}, and it last asked on ${seen}.`
        : `It has no lease; it last asked on ${seen}.`,
      ended
        ? `リースは ${ends} に終了しました。最後の要求は ${seen} です。`
        : `リースがありません。最後の要求は ${seen} です。`,
    ),
  ];
}

/** What the codes of event 12290 mean: what a host says of a request, as the table of problems has it. */
const REFUSALS_IN_JAPANESE: Readonly<Record<string, string>> = {
  [PROBLEMS.HOST_NOT_ACTIVATED.code]: "ホストに有効なホスト ライセンスがありません。",
  [PROBLEMS.HOST_CANNOT_BE_USED.code]: "ホストのライセンスはこの製品に対応していません。",
  [PROBLEMS.CLOCK_SKEW.code]: "クライアントとホストの時計が、許容範囲を超えてずれています。",
  [PROBLEMS.SEATS_EXHAUSTED.code]: "ホスト ライセンスのシートがすべて使用されています。",
};

/** A refusal leaves the record of a machine as it is, so it is only in its events. */
function refusalRemarks({ machine, events }: KnownOfMachine): Remark[] {
  const last = events.findLast(({ id }) => id === 12290);
  if (last === undefined || last.time < machine.lastSeen) return [];
  const { code = SUCCESS } = eventFields(12290, last.info);
  if (code === SUCCESS || code === PROBLEMS.COUNT_INSUFFICIENT.code) return [];
  const known = Object.values(PROBLEMS).find((each) => each.code === code);
  const when = day(last.time);
  const why = known === undefined ? "" : ` ${known.title}`;
  const whyInJapanese = REFUSALS_IN_JAPANESE[code] ?? "";
  return [
    remark(
      "failing",
      `Its request of ${when} was refused with ${code}.${why}`,
      `${when} の要求は ${code} で拒否されました。${whyInJapanese}`,
    ),
  ];
}

function identityRemarks({ machine, events }: KnownOfMachine): Remark[] {
  const duplicate = events.findLast(({ id }) => id === 12400);
  const names = duplicate && (eventFields(12400, duplicate.info).names ?? "").split(/;\s*/).join(", ");
  return [
    ...(duplicate === undefined
      ? []
      : [
          remark(
            "attention",
            `Two machines share its CMID (${names}); they count as one until one of them takes a new CMID.`,
            `2 台のマシン (${names}) が同じ CMID を使っています。一方が新しい CMID を取得するまで 1 台として数えられます。`,
          ),
        ]),
    ...(machine.rearm
      ? [
          remark(
            "attention",
            "It takes a new CMID with its next answer, as an administrator ordered.",
            "管理者の指示により、次の応答で新しい CMID を取得します。",
          ),
        ]
      : []),
  ];
}

const remark = (is: Standing, en: string, ja: string): Remark => ({ is, text: { en, ja } });

/** A moment in UTC, to the minute. */
function day(moment: number): string {
  return `${new Date(moment).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
