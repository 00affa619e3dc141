import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import { cloudAskersOf } from "../case/cloud.ts";
import {
  absentIn,
  foundIn,
  isHurt,
  mayAsk,
  pinOf,
  serviceOf,
  stoppedAt,
  suffixesOf,
  wasAnswered,
  zoneOf,
} from "../case/discovery.ts";
import { publishingOff } from "../case/publishing.ts";
import { type Cause, defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { DnsAnswer } from "../evidence/model.ts";
import type { Fact } from "../evidence/place.ts";
import { hresult, list } from "../words.ts";
import { zoneMismatch } from "./d03-zone-mismatch.ts";
import { noSuffix } from "./d04-no-dns-suffix.ts";
import { updateRefused } from "./d09-srv-update-refused.ts";
import { publishingDisabled } from "./d10-publishing-disabled.ts";
import { ownDomainOnly } from "./d11-own-domain-only.ts";
import { lookupDomain } from "./d13-lookup-domain.ts";
import { srvScavenged } from "./d16-srv-scavenged.ts";
import { splitHorizon } from "./d17-split-horizon.ts";

/** Each of these makes the record missing, or makes it look so. */
const REASONS: readonly Cause[] = [
  zoneMismatch,
  noSuffix,
  updateRefused,
  publishingDisabled,
  ownDomainOnly,
  lookupDomain,
  srvScavenged,
  splitHorizon,
];

/**
 * The signs: the zone in which the client looks answers that there is no SRV record, or the client stops at one of DNS's
 * own codes without having named a host. Whoever made the record disappear comes before this (D09, D10, D11, D16), and
 * so does a client that looks in the wrong zone (D03) or cannot ask at all (D04, D05).
 */
export const srvMissing = defineCause({
  id: "D01",
  name: "srv-record-missing",
  link: "dns",
  owner: "dns",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/common-troubleshooting-procedures-kms-dns",
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-activation-error-codes",
  ],
  explains: ["C28", "C22"],
  lookalikes: [
    {
      id: "D03",
      test: {
        en: "Ask for the record in the zone of the host: if it is there, the client looks in another zone.",
        ja: "ホストのゾーンでレコードを調べます。そこにあれば、クライアントが別のゾーンを探しています。",
      },
    },
    {
      id: "C02",
      test: {
        en: "Read the channel first: a retail key reports 0x8007007B as well, and never asks for the record.",
        ja: "まずチャネルを確認します。リテール キーでも 0x8007007B になり、レコードは一度も参照されません。",
      },
    },
    {
      id: "D04",
      test: {
        en: "`ipconfig /all`: without a primary DNS suffix no question is even sent.",
        ja: "`ipconfig /all` を確認します。プライマリ DNS サフィックスがなければ、問い合わせ自体が送られません。",
      },
    },
  ],

  judge(the) {
    const told = cloudAskersOf(the);
    if (told[0] !== undefined && told.length === the.clients.length) {
      return ruledOut(
        `${told[0].client.label} asks its cloud's own host (${told[0].asked}), which is in no SRV record.`,
        `${told[0].client.label} はクラウドのホスト (${told[0].asked}) に問い合わせており、SRV レコードは使いません。`,
        told[0].at,
      );
    }
    const stopped = the.clients.flatMap((client) => {
      const code = stoppedAt(client);
      return code === undefined || pinOf(the, client) !== undefined ? [] : [{ client, code }];
    });
    const failing = stopped.filter(({ client }) => isHurt(client));
    const absent = absentIn(the).filter((answer) => isLookedIn(the, answer));
    const found = foundIn(the);
    if (found.length > 0 && absent.every(({ name }) => found.some((answer) => answer.name === name))) {
      const [answer] = found;
      const hosts = list([...new Set(answer?.targets.map(({ host }) => host))]);
      return ruledOut(
        `The SRV record exists: ${answer?.name} names ${hosts}.`,
        `SRV レコードは存在します: ${answer?.name} は ${hosts} を指しています。`,
        answer?.targets[0]?.at,
      );
    }
    if (absent.length === 0) {
      const unseen = the.clients.filter(
        (client) =>
          client.report?.client?.notDiscovered !== undefined &&
          isHurt(client) &&
          !the.clients.some((other) => wasAnswered(other) && mayBeOne(client, other)),
      );
      if (failing.length === 0 && unseen.length === 0) {
        const answered = the.clients.find(wasAnswered);
        return answered?.failure === undefined
          ? notEvaluated("srv")
          : ruledOut(
              `${answered.label} found a host: it answered ${hresult(answered.failure.code)}.`,
              `${answered.label} はホストを見つけており、ホストが ${hresult(answered.failure.code)} を返しています。`,
              answered.failure.at,
            );
      }
      const clients = [...failing.map(({ client }) => client), ...unseen];
      const hurt = clients.filter(({ state }) => state !== "activated").map(({ label }) => label);
      return seen({
        verdict: "possible",
        severity: hurt.length > 0 ? "error" : "warning",
        facts: factsOf(the, failing, absent),
        evidence: [
          ...failing.map(({ code }) => code.at),
          ...unseen.flatMap(({ report }) => report?.client?.notDiscovered ?? []),
        ].slice(0, 8),
        affects: hurt,
        wants: ["srv", "ipconfig"],
      });
    }
    // Found in one zone and absent from another: whose zone is right is D03's question.
    if (found.length > 0) return notEvaluated("ipconfig");
    const seekers = the.clients.filter((client) => mayAsk(client) && pinOf(the, client) === undefined);
    const unserved = seekers.filter(({ state }) => state === "notActivated");
    const hurt = failing.length > 0 ? failing.map(({ client }) => client) : unserved;
    // A host that is told not to publish, and clients that are told their host: so it was meant.
    const isMeant =
      seekers.length === 0 && the.clients.length > 0 && the.hosts.some((host) => publishingOff(the, host));
    const hasReason = REASONS.some((cause) => {
      const judgement = cause.judge(the);
      return judgement.kind === "seen" && ["confirmed", "likely"].includes(judgement.sighting.verdict);
    });
    const isFelt = failing.length > 0;
    return seen({
      verdict: isMeant ? "benign" : hasReason ? "possible" : isFelt ? "confirmed" : "likely",
      severity: isMeant ? "info" : hurt.some(({ state }) => state !== "activated") ? "error" : "warning",
      facts: factsOf(the, failing, absent),
      evidence: [...absent.map(({ at }) => at), ...failing.map(({ code }) => code.at)].slice(0, 8),
      affects: isMeant ? [] : hurt.map(({ label }) => label),
      wants: isFelt || isMeant ? [] : ["client-events"],
    });
  },

  words: {
    en: {
      title: "The SRV record that leads clients to the host is missing",
      why: ({ isDenied, name, servers, clients, code }) =>
        isDenied
          ? `${servers.length > 0 ? `${list(servers)} ${servers.length > 1 ? "answer" : "answers"}` : "DNS answers"} that ${name} does not exist${
              clients.length > 0
                ? `, and ${list(clients)} ${clients.length > 1 ? "stop" : "stops"} at ${code} without a host to ask`
                : ""
            }.`
          : `${clients.length > 0 ? `${list(clients)} ${clients.length > 1 ? "stop" : "stops"} at ${code} without a host to ask` : "DNS gave no host"}; whether the record exists is not in evidence.`,
      about:
        "Clients find their host by an SRV record in their own DNS zone. Without it they have nobody to ask, and report a code of DNS (0x8007232B and its kin). Clients that were told a host by name, or still have one in their cache, go on working, so that it may take months until someone notices. A host publishes the record itself, at its start and once a day; who keeps it from doing so is the better question.",
      remedy: {
        steps: ({ name }, system) => [
          "Find out why the record is gone: the host may not write it (12293), does not publish (`DNS publishing disabled`), or the record was scavenged.",
          system === "muster"
            ? "Let the host publish it: `muster sdns`."
            : "Let the host publish it: `slmgr /sdns` on the host, then restart its Software Protection service.",
          `Where the zone takes no dynamic updates, create it by hand: ${name}, priority 0, weight 0, port 1688, target the host's full name.`,
        ],
        cost: "",
        undo: () => "Delete the record again.",
        verify: ({ name }, system) =>
          system === "muster"
            ? `\`dig SRV ${name}\` names the host, and \`muster ato\` on a client succeeds.`
            : `\`nslookup -type=srv ${name}\` names the host, and \`slmgr /ato\` on a client succeeds.`,
      },
    },
    ja: {
      title: "クライアントをホストへ導く SRV レコードがありません",
      why: ({ isDenied, name, servers, clients, code }) =>
        isDenied
          ? `${servers.length > 0 ? list(servers) : "DNS"} は ${name} が存在しないと答えています${
              clients.length > 0
                ? `。${list(clients)} は問い合わせ先のホストがないまま ${code} で終わっています`
                : ""
            }。`
          : `${clients.length > 0 ? `${list(clients)} は問い合わせ先のホストがないまま ${code} で終わっています` : "DNS からホストを得られていません"}。レコードの有無は確認できていません。`,
      about:
        "クライアントは、自分の DNS ゾーンにある SRV レコードでホストを見つけます。レコードがなければ問い合わせ先が分からず、DNS のコード (0x8007232B など) を報告します。ホスト名を直接指定されたクライアントや、キャッシュが残っているクライアントは動き続けるため、何か月も気づかれないことがあります。ホストは起動時と 1 日 1 回、自分でレコードを登録します。何がそれを妨げたのかを調べることが大切です。",
      remedy: {
        steps: ({ name }, system) => [
          "レコードがない理由を調べます。ホストに書き込み権限がない (12293)、DNS 発行が無効、清掃 (scavenging) で削除された、などが考えられます。",
          system === "muster"
            ? "ホストに登録させます: `muster sdns`"
            : "ホストに登録させます。ホストで `slmgr /sdns` を実行し、Software Protection サービスを再起動します。",
          `動的更新を受け付けないゾーンでは手動で作成します: ${name}、優先度 0、重み 0、ポート 1688、ターゲットはホストの完全な名前。`,
        ],
        cost: "",
        undo: () => "レコードを削除すれば元に戻ります。",
        verify: ({ name }, system) =>
          system === "muster"
            ? `\`dig SRV ${name}\` がホストを返し、クライアントの \`muster ato\` が成功することを確認します。`
            : `\`nslookup -type=srv ${name}\` がホストを返し、クライアントの \`slmgr /ato\` が成功することを確認します。`,
      },
    },
  },

  commands: ({ name }, system) =>
    system === "muster"
      ? ["muster sdns", `dig SRV ${name}`, "muster ato"]
      : [
          "cscript //nologo slmgr.vbs /sdns",
          "net stop sppsvc && net start sppsvc",
          `nslookup -type=srv ${name}`,
        ],
});

/** Whether texts of one product are of one machine, as far as they say: they may have come without its name. */
function mayBeOne(one: Client, other: Client): boolean {
  if (one.product !== other.product) return false;
  const isNameless = [one, other].some(({ machine }) => (machine?.names.length ?? 0) === 0);
  return one.label === other.label || isNameless;
}

/** Whether a client in evidence looks in the zone that was asked; every zone may be when no suffix is known. */
function isLookedIn(the: Case, answer: DnsAnswer): boolean {
  const zone = zoneOf(answer);
  const known = the.clients.map((client) => suffixesOf(the, client)).filter(({ isKnown }) => isKnown);
  if (known.length < the.clients.length || known.length === 0 || zone === "") return true;
  return known.some(({ zones }) => zones.some(({ value }) => value === zone));
}

function factsOf(
  the: Case,
  failing: readonly { readonly client: Client; readonly code: Fact<number> }[],
  absent: readonly DnsAnswer[],
) {
  const [first] = failing;
  return {
    isDenied: absent.length > 0,
    name: absent[0]?.name ?? `${serviceOf(the)}.YOUR.DOMAIN`,
    servers: [...new Set(absent.flatMap(({ server, serverAddress }) => server ?? serverAddress ?? []))],
    clients: failing.map(({ client }) => client.label),
    code: first === undefined ? "" : hresult(first.code.value),
  };
}
