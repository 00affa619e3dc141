import type { Case } from "../case/case.ts";
import { timeOf } from "../case/client.ts";
import { figuresOf } from "../case/counting.ts";
import type { Host } from "../case/host.ts";
import { HOST_NOT_ACTIVATED, keyReportOf, ownCodes, type Served, turnedAway } from "../case/host-key.ts";
import { quotes } from "../case/places.ts";
import { isCounted } from "../case/population.ts";
import { defineCause, type Judgement, notEvaluated, ruledOut, type Severity, seen } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { hresult, list } from "../words.ts";

interface Facts {
  readonly host: string;
  /** As `/dlv` numbers it; -1 when only clients tell. */
  readonly status: number;
  /** 0 when it is not stated. */
  readonly reason: number;
  readonly clients: readonly string[];
  readonly served: number;
}

const LINKS = [
  "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-activation-error-codes",
  "https://learn.microsoft.com/windows-server/get-started/kms-create-host",
];
const OUT_OF_TOLERANCE = 0xc004f00f;
const STATUS_EN = [
  "Unlicensed",
  "Licensed",
  "Initial grace period",
  "Additional grace period",
  "Non-genuine grace period",
  "Notification",
  "Extended grace period",
];
const STATUS_JA = [
  "ライセンスなし",
  "ライセンス済み",
  "初期猶予期間",
  "追加猶予期間",
  "非正規の猶予期間",
  "通知",
  "延長猶予期間",
];

/**
 * The signs: the host's own `/dlv` does not say Licensed, and clients are answered 0xC004F041. Such a host listens, is
 * found and answers, so that everything on the way is in order. Was it activated before, it is H16.
 */
export const hostNotActivated = defineCause<Facts>({
  id: "H01",
  name: "host-not-activated",
  link: "host",
  owner: "host",
  systems: ["kms", "muster"],
  links: LINKS,
  explains: ["H08", "H21", "H22", "C28"],
  lookalikes: [
    {
      id: "H16",
      test: {
        en: "Notification Reason 0xC004F00F, or requests that it once served, show that the host was activated before.",
        ja: "通知の理由が 0xC004F00F であるか、以前に要求を処理していれば、ホストは過去に認証されていました。",
      },
    },
    {
      id: "H08",
      test: {
        en: "A host without enough machines answers 0xC004F038 and is Licensed itself.",
        ja: "台数が足りないだけのホストは 0xC004F038 を返し、ホスト自身は「ライセンス済み」です。",
      },
    },
    {
      id: "H15",
      test: {
        en: "Activate the host's key by hand: 0x80072EE7 or 0x80072EE2 says that it cannot reach the Internet.",
        ja: "ホストのキーを手動で認証します。0x80072EE7 や 0x80072EE2 なら、インターネットに接続できません。",
      },
    },
  ],

  judge(the) {
    return judgeHosts(the, "H01", (host) => the.system === "muster" || servedBefore(the, host) === undefined);
  },

  words: {
    en: {
      title: "The host itself is not activated",
      why: ({ host, status, reason, clients }) =>
        status === -1
          ? `${list(clients)} ${clients.length === 1 ? "is" : "are"} answered 0xC004F041 by ${host === "" ? "the host" : host}: it was reached, and says that it is not activated.`
          : `${host} is not licensed (${STATUS_EN[status] ?? status}${reason === 0 ? "" : `, ${hresult(reason)}`})${clients.length > 0 ? `, and answers ${list(clients)} with 0xC004F041` : ""}.`,
      about:
        "A host key that is only installed makes a machine listen, publish itself and answer, but it activates nobody until its own key is activated with Microsoft, once, online or by telephone. Clients are told 0xC004F041. DNS, network and clients are in order.",
      remedy: {
        steps: ({ host }, system) =>
          system === "muster"
            ? [
                `On ${host || "the host"}, activate the host key with the vendor: online, or with a file where there is no connection.`,
                "If the vendor refuses the key, ask him for another or for its renewal.",
              ]
            : [
                `On ${host || "the host"}, activate the key: \`slmgr /ato\`.`,
                "Without the Internet, use the telephone: `slui 4`, or the installation ID of `slmgr /dti`.",
                "If it fails, its code names what is wrong with the key or the connection.",
              ],
        cost: "Each activation of a host key uses one of its ten for that host.",
        undo: () => "Nothing to undo.",
        verify: ({ host }, system) =>
          `\`${system === "muster" ? "muster host status" : "slmgr /dlv"}\` on ${host || "the host"} says ${system === "muster" ? "that it is activated" : "`License Status: Licensed`"}, and its count rises with the next requests.`,
      },
    },
    ja: {
      title: "ホスト自身がライセンス認証されていません",
      why: ({ host, status, reason, clients }) =>
        status === -1
          ? `${list(clients)} は${host === "" ? "ホスト" : ` ${host} `}から 0xC004F041 を受け取りました。ホストには届いており、ホストが認証されていないという応答です。`
          : `${host} のライセンスの状態は「ライセンス済み」ではありません (${STATUS_JA[status] ?? status}${reason === 0 ? "" : `、${hresult(reason)}`})${clients.length > 0 ? `。${list(clients)} には 0xC004F041 を返しています` : ""}。`,
      about:
        "ホスト キーをインストールしただけのマシンも、ポートで待ち受け、DNS に登録し、応答します。しかし、そのキー自体を Microsoft に対して (オンラインまたは電話で) 1 度認証するまでは、誰も認証しません。クライアントには 0xC004F041 が返ります。DNS、ネットワーク、クライアントは正常です。",
      remedy: {
        steps: ({ host }, system) =>
          system === "muster"
            ? [
                `${host || "ホスト"} で、ホスト キーをベンダーに対して認証します (オンライン、または接続がない場合はファイルで)。`,
                "ベンダーがキーを拒否した場合は、別のキーまたは更新を依頼します。",
              ]
            : [
                `${host || "ホスト"} で \`slmgr /ato\` を実行し、キーを認証します。`,
                "インターネットに接続できない場合は、`slui 4` または `slmgr /dti` のインストール ID を使って電話で認証します。",
                "失敗した場合は、そのコードがキーまたは接続の問題を示します。",
              ],
        cost: "ホスト キーは 1 台のホストで 10 回まで認証でき、認証のたびに 1 回分を使います。",
        undo: () => "元に戻すものはありません。",
        verify: ({ host }, system) =>
          `${host || "ホスト"} で \`${system === "muster" ? "muster host status" : "slmgr /dlv"}\` を実行して認証済みであることを確認し、次の要求から現在の数が増えることを確認します。`,
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster host status", "muster host activate HOST-KEY --online VENDOR-URL"]
      : [
          "cscript //nologo slmgr.vbs /dlv",
          "cscript //nologo slmgr.vbs /ato",
          "cscript //nologo slmgr.vbs /dti",
        ],
});

/** As H01, of a host that was activated once: its hardware changed, or its grace period ended. */
export const hostOutOfTolerance = defineCause<Facts>({
  id: "H16",
  name: "host-activation-lost",
  link: "host",
  owner: "host",
  systems: ["kms", "muster"],
  links: LINKS,
  explains: ["H01", "H08", "H21", "H22", "C28"],
  lookalikes: [
    {
      id: "H01",
      test: {
        en: "A host that never served a request was never activated: look at its counters and its log.",
        ja: "要求を 1 度も処理していないホストは、最初から認証されていません。カウンターとログを確認します。",
      },
    },
    {
      id: "H18",
      test: {
        en: "A host that was set up anew starts with counters near zero, and is Licensed or never was.",
        ja: "作り直したホストのカウンターはほぼ 0 から始まります。",
      },
    },
  ],

  judge(the) {
    if (the.system === "muster") return nearEnd(the);
    return judgeHosts(the, "H16", (host) => servedBefore(the, host) !== undefined);
  },

  words: {
    en: {
      title: "The host has lost its own activation, or is about to",
      why: ({ host, status, reason, clients, served }) =>
        status === 1
          ? `The licence of ${host} ends in ${served} days, and is not renewed yet.`
          : `${host} is not licensed any more (${STATUS_EN[status] ?? status}${reason === 0 ? "" : `, ${hresult(reason)}`}), though it ${served > 0 ? `served ${served} requests` : "was activated"} before${clients.length > 0 ? `; ${list(clients)} ${clients.length === 1 ? "is" : "are"} turned away` : ""}.`,
      about:
        "A host binds its activation to its hardware. A new mainboard, a virtual machine that was moved or restored, or a driver that presents other hardware puts it out of tolerance (0xC004F00F): it counts down a grace period and then activates nobody, though nothing in DNS or on the clients has changed. Clients that are activated go on for up to 180 days, so that it is noticed late.",
      remedy: {
        steps: ({ host }, system) =>
          system === "muster"
            ? [`Renew the licence of ${host} with the vendor, online or with a file.`]
            : [
                `On ${host}, activate the key again: \`slmgr /ato\`, or by telephone with \`slui 4\`.`,
                "If the host is a virtual machine that is moved now and then, keep its hardware id in the move.",
              ],
        cost: "Each activation of a host key uses one of its ten for that host.",
        undo: () => "Nothing to undo.",
        verify: ({ host }, system) =>
          `\`${system === "muster" ? "muster host status" : "slmgr /dlv"}\` on ${host} shows that it is ${system === "muster" ? "activated, with the new end" : "Licensed"}.`,
      },
    },
    ja: {
      title: "ホスト自身のライセンス認証が失われたか、まもなく失われます",
      why: ({ host, status, reason, clients, served }) =>
        status === 1
          ? `${host} のライセンスはあと ${served} 日で終わりますが、まだ更新されていません。`
          : `${host} は${served > 0 ? `以前に ${served} 件の要求を処理していましたが` : "以前は認証されていましたが"}、現在は「ライセンス済み」ではありません (${STATUS_JA[status] ?? status}${reason === 0 ? "" : `、${hresult(reason)}`})${clients.length > 0 ? `。${list(clients)} が拒否されています` : ""}。`,
      about:
        "ホストのライセンス認証はハードウェアに結び付いています。マザーボードの交換、仮想マシンの移動や復元、別のハードウェアに見えるドライバーなどによって許容範囲を外れると (0xC004F00F)、猶予期間を経て、誰も認証しなくなります。DNS やクライアントには何の変化もありません。認証済みのクライアントは最長 180 日間そのまま使えるため、気づくのが遅れます。",
      remedy: {
        steps: ({ host }, system) =>
          system === "muster"
            ? [`${host} のライセンスを、オンラインまたはファイルでベンダーに更新してもらいます。`]
            : [
                `${host} で \`slmgr /ato\` を実行してキーを認証し直します。電話の場合は \`slui 4\` を使います。`,
                "ときどき移動する仮想マシンの場合は、移動時にハードウェア ID を保つようにします。",
              ],
        cost: "ホスト キーは 1 台のホストで 10 回まで認証でき、認証のたびに 1 回分を使います。",
        undo: () => "元に戻すものはありません。",
        verify: ({ host }, system) =>
          `${host} の \`${system === "muster" ? "muster host status" : "slmgr /dlv"}\` で、認証済みであることを確認します。`,
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster host status", "muster host activate --renew --online VENDOR-URL"]
      : ["cscript //nologo slmgr.vbs /dlv", "cscript //nologo slmgr.vbs /ato", "slui 4"],
});

/** What H01 and H16 share: a host that says itself that it is not licensed, or clients that it told so. */
function judgeHosts(the: Case, isOf: "H01" | "H16", fits: (host: Host) => boolean): Judgement<Facts> {
  const stated = the.hosts.filter((host) => keyReportOf(host)?.status !== undefined);
  const unlicensed = stated.filter((host) => keyReportOf(host)?.status?.value !== 1);
  const host = unlicensed.find(fits);
  if (host !== undefined) return seen(sightingOf(the, host, turnedAway(the, host)));
  const away = turnedAway(the, undefined).filter(
    ({ client }) => client.failure?.code === HOST_NOT_ACTIVATED || client.exchanges.length === 0,
  );
  const unread = the.hosts.filter(
    (each) => !stated.includes(each) && fits(each) && awayFrom(the, each, away).length > 0,
  );
  const [silent] = unread;
  if (silent !== undefined) return seen(sightingOf(the, silent, awayFrom(the, silent, away)));
  const licensed = stated.find((each) => keyReportOf(each)?.status?.value === 1);
  const report = licensed && keyReportOf(licensed);
  const toldAt = timeOf(report?.trustedTime?.value);
  if (away.length > 0 && stated.length === 0 && the.hosts.length === 0 && isOf === "H01")
    return seen(unknownHost(away));
  return licensed !== undefined && unlicensed.length === 0 && !away.some(({ time }) => time > toldAt)
    ? ruledOut(
        `${licensed.label} is activated itself.`,
        `${licensed.label} 自身は認証済みです。`,
        report?.status?.at,
      )
    : notEvaluated("host-dlv");
}

/** Clients are told 0xC004F041, and nothing in evidence says by whom. */
function unknownHost(away: readonly Served[]) {
  const labels = away.map(({ label }) => label);
  return {
    verdict: "likely" as const,
    severity: "error" as const,
    facts: { host: "", status: -1, reason: 0, clients: labels, served: 0 },
    evidence: quotes(...away.map(({ at }) => at)),
    affects: labels,
    wants: ["host-dlv"] as const,
  };
}

function awayFrom(the: Case, host: Host, away: readonly Served[]): Served[] {
  const own = turnedAway(the, host);
  return away.filter(({ label }) => own.some((each) => each.label === label));
}

function sightingOf(the: Case, host: Host, away: readonly Served[]) {
  const report = keyReportOf(host);
  const served = servedBefore(the, host);
  const reason = ownCodes(the, host).find(({ value }) => value === report?.reason?.value);
  const hurt = away.filter(({ client }) => client.state !== "activated");
  return {
    verdict: report?.status === undefined ? ("likely" as const) : ("confirmed" as const),
    severity: severityOf(the, host, hurt.length),
    facts: {
      host: host.label,
      status: report?.status?.value ?? -1,
      reason: reason?.value ?? 0,
      clients: away.map(({ label }) => label),
      served: served?.requests ?? 0,
    },
    evidence: quotes(
      report?.status?.at,
      report?.reason?.at,
      ...away.slice(0, 3).map(({ at }) => at),
      report?.host?.count?.at,
      (report?.host?.failed?.value ?? 0) > 0 ? report?.host?.failed?.at : undefined,
      served?.at,
      ...host.targets.slice(0, 1).map(({ at }) => at),
    ),
    affects: hurt.length > 0 ? hurt.map(({ label }) => label) : [host.label],
    wants: report?.status === undefined ? (["host-dlv"] as const) : [],
  };
}

/** A second host that stands by unactivated does no harm yet. */
function severityOf({ hosts, clients }: Case, host: Host, hurt: number): Severity {
  const hasOther = hosts.some(
    (other) => other !== host && (other.isActivated || other.tries.answered > other.tries.failed),
  );
  if (hurt > 0) return hasOther || clients.some(({ state }) => state === "activated") ? "error" : "critical";
  return hasOther ? "warning" : "error";
}

/** What shows that a host was activated once. */
function servedBefore(
  the: Case,
  host: Host,
): { readonly requests: number; readonly at: Place | undefined } | undefined {
  const report = keyReportOf(host);
  const lost = [report?.reason, ...ownCodes(the, host)].find((fact) => fact?.value === OUT_OF_TOLERANCE);
  if (lost !== undefined) return { requests: 0, at: lost.at };
  const figures = figuresOf(host, "Windows")?.host ?? report?.host;
  const requests = (figures?.total?.value ?? 0) - (figures?.failed?.value ?? 0);
  if (figures?.total !== undefined && requests > 0) return { requests, at: figures.total.at };
  const earlier = host.reports.find(({ status }) => status?.value === 1);
  if (earlier !== undefined && earlier.product?.value === report?.product?.value)
    return { requests: 0, at: earlier.status?.at };
  const { table } = the.evidence.handled;
  const own = host.names;
  const computers = table.values("computer").map((name) => the.names.same(name, own));
  const [computer, code] = [table.column("computer"), table.column("code")];
  let [counted, row] = [0, -1];
  for (let at = 0; at < the.evidence.handled.length; at++) {
    if (!computers[computer[at] ?? 0] || !isCounted(code[at] ?? 0)) continue;
    counted += 1;
    row = at;
  }
  return counted === 0 ? undefined : { requests: counted, at: the.evidence.handled.place(row) };
}

/** Muster tells of its licence's end 30 days before (12401). */
function nearEnd(the: Case): Judgement<Facts> {
  const warning = the.evidence.events.findLast(
    ({ id, fields }) => id === 12401 && Number(fields.daysLeft) > 0,
  );
  const renewed = the.evidence.events.findLast(({ id }) => id === 12408);
  if (warning === undefined || (renewed !== undefined && renewed.time > warning.time))
    return notEvaluated("host-application-log");
  const label = the.evidence.machineNamed(warning.computer)?.label ?? warning.computer;
  return seen({
    verdict: "confirmed",
    severity: "warning",
    facts: { host: label, status: 1, reason: 0, clients: [], served: Number(warning.fields.daysLeft) },
    evidence: [warning.at],
    affects: [label],
  });
}
