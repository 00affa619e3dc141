import { type Whereabouts, whereaboutsOf } from "../case/away.ts";
import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import { isHurt, mayAsk, NAME_NOT_FOUND } from "../case/discovery.ts";
import { quotes } from "../case/places.ts";
import { isProvidersHost, NO_CONTACT } from "../case/unreachable.ts";
import { defineCause, notEvaluated, ruledOut, seen, type Verdict } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { day, duration, list } from "../words.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** For so long a machine has to have stayed away before its absence explains anything. */
const LONG = 30 * DAY;

/**
 * The signs: the host served this machine once and others still, and for weeks the machine has found neither the record
 * nor the host, as from outside the network. Its `ipconfig /all` shows a network that is not the organisation's.
 */
export const remoteWorker = defineCause({
  id: "N12",
  name: "remote-worker-off-network",
  link: "network",
  owner: "network",
  systems: ["kms"],
  links: ["https://learn.microsoft.com/windows-server/get-started/kms-activation-planning"],
  explains: [
    "D01",
    "D02",
    "D03",
    "D04",
    "D17",
    "N01",
    "N02",
    "N05",
    "N07",
    "N10",
    "N11",
    "C21",
    "C22",
    "C28",
  ],
  lookalikes: [
    {
      id: "N02",
      test: {
        en: "Where is the machine? In the office, with the office's suffix and DNS servers, a way is closed; at home there is none.",
        ja: "マシンの場所を確認します。社内にあり、社内のサフィックスと DNS サーバーを使っているなら経路の遮断、自宅なら経路自体がありません。",
      },
    },
    {
      id: "D17",
      test: {
        en: "Is it on the VPN when it tries? Then the VPN's DNS should give the record, and does not.",
        ja: "試行時に VPN に接続しているかを確認します。接続中なら、VPN 側の DNS がレコードを返すはずです。",
      },
    },
    {
      id: "C22",
      test: {
        en: "A machine that is in the network and does not renew has a fault; one that never comes by cannot renew.",
        ja: "社内にあるのに更新できないなら障害ですが、社内に接続しないマシンは更新できません。",
      },
    },
  ],

  judge(the) {
    const asking = the.clients.filter(mayAsk);
    const found = asking
      .flatMap((client) => absenceOf(the, client) ?? [])
      .toSorted((one, two) => ORDER.indexOf(one.verdict) - ORDER.indexOf(two.verdict));
    const [first] = found;
    if (first === undefined) {
      const home = asking.flatMap((client) => {
        const where = whereaboutsOf(the, client);
        return where?.isAway === false ? [{ client, where }] : [];
      })[0];
      if (home !== undefined) {
        return ruledOut(
          `${home.client.label} is in the organisation's network (${home.where.sign}).`,
          `${home.client.label} は組織のネットワーク (${home.where.sign}) に接続しています。`,
          home.where.at,
        );
      }
      const near = asking.find(({ lastSuccess, failure }) => lastSuccess !== undefined && !failure);
      return near?.lastSuccess === undefined
        ? notEvaluated("ipconfig", "client-events", "host-log")
        : ruledOut(
            `${near.label} reaches its host.`,
            `${near.label} はホストに到達しています。`,
            near.lastSuccess.at,
          );
    }
    const same = found.filter(({ verdict }) => verdict === first.verdict);
    const hurt = same.filter(({ client }) => client.state === "notActivated");
    const { lastContact, client } = first;
    return seen({
      verdict: first.verdict,
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        clients: same.map((each) => each.client.label),
        lastContact: day(lastContact),
        minutesAgo: Number.isNaN(lastContact) ? 0 : Math.round((the.now - lastContact) / MINUTE),
        minutesLeft: client.report?.minutesLeft?.value ?? 0,
        isLicensed: client.state === "activated",
        network: first.where?.sign ?? "",
        isServed: first.isServed,
      },
      evidence: quotes(...same.flatMap(({ places }) => places)),
      affects: hurt.map((each) => each.client.label),
      wants: first.where === undefined ? ["ipconfig", "host-log"] : ["later-dlv"],
    });
  },

  words: {
    en: {
      title: "The machine is outside the network and cannot reach its host",
      why: ({ clients, lastContact, minutesAgo, minutesLeft, isLicensed, network, isServed }) =>
        `${list(clients)} ${clients.length > 1 ? "find" : "finds"} neither record nor host${network === "" ? "" : ` from a network that is not the organisation's (${network})`}${lastContact === "" ? "" : `; the last contact was on ${lastContact}, ${duration(minutesAgo, "en")} ago`}${isLicensed && minutesLeft > 0 ? `, and ${duration(minutesLeft, "en")} of its activation remain` : ""}.${isServed ? " Others are served meanwhile." : ""}`,
      about:
        "An activation lasts 180 days and is renewed only inside the network or by VPN. A machine that works from elsewhere for half a year, or whose VPN does not carry DNS and TCP 1688, runs out, without anything being broken. KMS is the wrong method for machines that never come by.",
      remedy: {
        steps: ({ isLicensed }) => [
          isLicensed
            ? "Bring the machine into the network or onto the VPN before its activation ends, and run `slmgr /ato`."
            : "Bring the machine into the network or onto the VPN, and run `slmgr /ato`: it recovers at once.",
          "See that the VPN resolves the internal zone and lets TCP 1688 to the host pass.",
          "For machines that never come by, use a MAK, or a subscription activation.",
        ],
        cost: "A MAK uses one of its activations for each machine.",
        undo: () => "From a MAK back to KMS: install the client setup key again (`slmgr /ipk`).",
        verify: () => "`slmgr /dlv` shows about 259200 minutes after `/ato`.",
      },
    },
    ja: {
      title: "マシンが社外のネットワークにあり、ホストに到達できません",
      why: ({ clients, lastContact, minutesAgo, minutesLeft, isLicensed, network, isServed }) =>
        `${list(clients)} は${network === "" ? "" : `組織外のネットワーク (${network}) から試行しており、`}レコードもホストも見つけられません${lastContact === "" ? "" : `。最後の接続は ${lastContact} (${duration(minutesAgo, "ja")}前) です`}${isLicensed && minutesLeft > 0 ? `。ライセンス認証の残りは ${duration(minutesLeft, "ja")}です` : ""}。${isServed ? "ほかのクライアントには応答があります。" : ""}`,
      about:
        "ライセンス認証の有効期間は 180 日で、更新できるのは社内ネットワークまたは VPN に接続しているときだけです。半年間社外で使われたマシンや、VPN が DNS と TCP 1688 を通さないマシンは、何も故障していなくても期限が切れます。社内に接続しないマシンに KMS は適していません。",
      remedy: {
        steps: ({ isLicensed }) => [
          isLicensed
            ? "期限が切れる前に社内ネットワークまたは VPN に接続し、`slmgr /ato` を実行します。"
            : "社内ネットワークまたは VPN に接続し、`slmgr /ato` を実行します。すぐに回復します。",
          "VPN で内部ゾーンの名前を解決でき、ホストへの TCP 1688 が通ることを確認します。",
          "社内に接続しないマシンには、MAK またはサブスクリプションのライセンス認証を使います。",
        ],
        cost: "MAK は 1 台ごとに認証回数を 1 回消費します。",
        undo: () =>
          "MAK から KMS に戻すには、クライアント セットアップ キーをもう一度インストールします (`slmgr /ipk`)。",
        verify: () => "`/ato` の後、`slmgr /dlv` の残りが約 259200 分になることを確認します。",
      },
    },
  },

  commands: () => [
    "ipconfig /all",
    "Resolve-DnsName -Type SRV _vlmcs._tcp",
    "cscript //nologo slmgr.vbs /ato",
    "cscript //nologo slmgr.vbs /dlv",
  ],
});

const ORDER: readonly Verdict[] = ["confirmed", "likely", "possible"];

interface Absence {
  readonly client: Client;
  readonly verdict: Verdict;
  readonly where: Whereabouts | undefined;
  /** Milliseconds since the epoch; NaN when none is known. */
  readonly lastContact: number;
  /** Others were served long after it was last seen. */
  readonly isServed: boolean;
  readonly places: readonly (Place | undefined)[];
}

function absenceOf(the: Case, client: Client): Absence | undefined {
  if (!isHurt(client) || client.failing.some(({ host }) => isProvidersHost(host))) return undefined;
  const where = whereaboutsOf(the, client);
  if (where?.isAway === false) return undefined;
  const codes = [...client.failing.map(({ code }) => code), client.failure?.code ?? 0];
  const isLost = codes.some((code) => NAME_NOT_FOUND.has(code));
  const isSilent = client.failing.some(({ host, code }) => host !== "" && NO_CONTACT.has(code));
  if (!isLost && !isSilent && client.failure?.code !== 0xc004f074) return undefined;
  const logged = client.askers.toSorted((one, two) => one.last - two.last).at(-1);
  const lastContact = Math.max(client.lastSuccess?.time ?? 0, logged?.last ?? 0) || Number.NaN;
  const places = [
    where?.at,
    client.failing.at(-1)?.at ?? client.failure?.at,
    client.lastSuccess?.at,
    logged && the.evidence.handled.place(logged.newest),
    client.report?.minutesLeft?.at,
  ];
  const isLong = the.now - lastContact >= LONG;
  const isServed = the.clients.some(
    (other) => other.label !== client.label && other.askers.some(({ last }) => last > lastContact + LONG),
  );
  // No server goes home; that a virtual machine does is hard to tell, for those of laptops do.
  const isDesk = client.required === 25;
  const isVirtual = client.askers.some(({ virtual }) => virtual);
  const base = { client, where, lastContact, isServed, places };
  if (where !== undefined) return { ...base, verdict: "likely" };
  if (!isLong || !isServed || !isDesk) return undefined;
  // Neither the zone nor the host is to be found, though both are there for others: that is how it looks from outside.
  return { ...base, verdict: isLost && isSilent && !isVirtual ? "likely" : "possible" };
}
