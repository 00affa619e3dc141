import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import { cloudOf } from "../case/cloud.ts";
import { DNS_FAILED, foundIn, isHurt, mayAsk, NAME_NOT_FOUND, type Pin, pinOf } from "../case/discovery.ts";
import { isProvidersHost, NO_CONTACT, type Unreached, unreachedIn } from "../case/unreachable.ts";
import { defineCause, notEvaluated, ruledOut, seen, type Verdict } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { list } from "../words.ts";

/**
 * The signs: a host's name stands in the client's settings, DNS names others, and the named one does not answer. Only a
 * licensed client's `/dlv` prints it; of others the registry tells, below a product's own key or Office's too, or a series
 * of requests that never once go where DNS points. A pin that works is no fault.
 */
export const clientPinned = defineCause({
  id: "D12",
  name: "client-pinned",
  link: "client",
  owner: "client",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/activation-slmgr-vbs-options",
    "https://learn.microsoft.com/windows-server/get-started/kms-replace-host",
  ],
  explains: ["D13", "D14", "N01", "N05", "N09", "C28", "C22"],
  lookalikes: [
    {
      id: "D14",
      test: {
        en: "Watch what follows the failure: a client with a cached host asks DNS and tries another; a pinned one never does.",
        ja: "失敗の後の動作を調べます。キャッシュなら DNS に問い合わせて別のホストを試しますが、固定されている場合は試しません。",
      },
    },
    {
      id: "D02",
      test: {
        en: "Does DNS still name that host? Then every client draws it now and then, also those without a pin.",
        ja: "DNS がまだそのホストを返すかを調べます。返すなら、固定されていないクライアントも時々そこに問い合わせます。",
      },
    },
    {
      id: "N09",
      test: {
        en: "Does the host live on under another name or address? Then the pin is right in meaning and old in wording.",
        ja: "ホストが別の名前やアドレスで稼働しているかを調べます。その場合は、固定先の表記だけが古くなっています。",
      },
    },
  ],

  judge(the) {
    const unreached = unreachedIn(the);
    const pinned = the.clients
      .filter(mayAsk)
      .flatMap((client) => pinnedFrom(the, client, unreached) ?? [])
      .toSorted((one, two) => ORDER.indexOf(one.verdict) - ORDER.indexOf(two.verdict));
    const [first] = pinned;
    if (first === undefined) {
      const free = the.clients.find(({ report }) => report?.client?.discovered !== undefined);
      return free?.report?.client?.discovered === undefined
        ? notEvaluated("client-dlv", "registry")
        : ruledOut(
            `${free.label} has its host from DNS and is not given one by name.`,
            `${free.label} のホストは DNS で見つけたもので、名前の指定はありません。`,
            free.report.client.discovered.at,
          );
    }
    const same = pinned.filter(({ verdict }) => verdict === first.verdict);
    const hurt = same
      .filter(({ client }) => client.state === "notActivated")
      .map(({ client }) => client.label);
    return seen({
      verdict: first.verdict,
      severity: first.verdict === "benign" ? "info" : hurt.length > 0 ? "error" : "warning",
      facts: {
        clients: same.map(({ client }) => client.label),
        host: first.host,
        from: first.from,
        others: first.others,
        isSilent: first.isSilent,
        works: first.verdict === "benign",
        isOffice: first.from === "office",
        product: first.from === "product" ? first.client.product : "",
      },
      evidence: [
        ...same.flatMap(({ places }) => places),
        ...foundIn(the).flatMap(({ targets }) => targets.map(({ at }) => at)),
      ].slice(0, 8),
      affects:
        first.verdict === "benign" ? [] : hurt.length > 0 ? hurt : same.map(({ client }) => client.label),
      wants:
        first.from === "requests" ? ["registry"] : first.verdict === "possible" ? ["srv", "port-test"] : [],
    });
  },

  words: {
    en: {
      title: "The client is given a host by name and never asks DNS",
      why: ({ clients, host, from, others, works, product, isSilent }) =>
        works
          ? `${list(clients)} ${clients.length > 1 ? "are" : "is"} given ${host} by name, and it answers: nothing is wrong today, but the client will not follow the host when it moves.`
          : from === "requests"
            ? `Every request of ${list(clients)} goes to ${host}, which does not answer, and never to ${list(others)}, which DNS names: as a client does that is given a host by name.`
            : `${list(clients)} ${clients.length > 1 ? "are" : "is"} given ${host} by name (${PLACES[from].en}${product && ` ${product}`})${isSilent ? ", which does not answer" : ""}${others.length > 0 ? `, while DNS names ${list(others)}` : ""}.`,
      about:
        "A registered host name (`/skms`, group policy, a value left in an image) switches discovery off for good: while the name stands there DNS is not asked, and a dead name is never healed. slmgr prints it only while the client is licensed. It can also stand under the key of a single product, or in Office's own settings, where `/ckms` without an activation id does not reach it.",
      remedy: {
        steps: ({ from, isOffice }, system) => [
          "Find out who set it: a script, a group policy preference, or the image. It comes back otherwise.",
          system === "muster"
            ? "Clear it: `muster ckms`."
            : isOffice
              ? "Clear it in Office: `cscript ospp.vbs /remhst`."
              : from === "product"
                ? "Clear it for that product: `slmgr /ckms` with its activation id."
                : "Clear it: `slmgr /ckms`.",
          "Activate again; the client now finds its host in DNS.",
        ],
        cost: "",
        undo: ({ host, isOffice }, system) =>
          system === "muster"
            ? `\`muster skms ${host}\``
            : isOffice
              ? `\`cscript ospp.vbs /sethst:${host}\``
              : `\`slmgr /skms ${host}\``,
        verify: (_, system) =>
          system === "muster"
            ? "`muster dlv` shows `KMS machine name from DNS`, and `muster ato` succeeds."
            : "After `/ato`, `/dlv` shows `KMS machine name from DNS` and no `Registered KMS machine name`.",
      },
    },
    ja: {
      title: "クライアントにホスト名が固定されており、DNS を参照しません",
      why: ({ clients, host, from, others, works, product, isSilent }) =>
        works
          ? `${list(clients)} には ${host} が名前で指定されており、応答しています。現在は問題ありませんが、ホストが移転しても自動では追従しません。`
          : from === "requests"
            ? `${list(clients)} の要求はすべて応答のない ${host} に送られ、DNS が返す ${list(others)} には一度も送られていません。ホスト名が固定されたクライアントの動作です。`
            : `${list(clients)} には ${host} が名前で指定されて${isSilent ? "いますが、応答がありません" : "います"} (${PLACES[from].ja}${product && ` ${product}`})${others.length > 0 ? `。DNS は ${list(others)} を返します` : ""}。`,
      about:
        "ホスト名を登録すると (`/skms`、グループ ポリシー、イメージに残った値など)、自動検出は無効になります。名前がある限り DNS は参照されず、停止したホストの名前でも自動では直りません。slmgr がこの名前を表示するのは、ライセンス認証済みの間だけです。特定の製品のキーや Office 独自の設定にあることもあり、その場合はライセンス認証 ID を付けない `/ckms` では消えません。",
      remedy: {
        steps: ({ from, isOffice }, system) => [
          "設定した元 (スクリプト、グループ ポリシーの基本設定、イメージ) を調べます。放置すると再び設定されます。",
          system === "muster"
            ? "登録を解除します: `muster ckms`"
            : isOffice
              ? "Office の登録を解除します: `cscript ospp.vbs /remhst`"
              : from === "product"
                ? "その製品の登録を解除します: `slmgr /ckms` にライセンス認証 ID を付けて実行します。"
                : "登録を解除します: `slmgr /ckms`",
          "もう一度ライセンス認証を行います。クライアントは DNS でホストを見つけます。",
        ],
        cost: "",
        undo: ({ host, isOffice }, system) =>
          system === "muster"
            ? `\`muster skms ${host}\``
            : isOffice
              ? `\`cscript ospp.vbs /sethst:${host}\``
              : `\`slmgr /skms ${host}\``,
        verify: (_, system) =>
          system === "muster"
            ? "`muster dlv` に DNS で見つけたホスト名が表示され、`muster ato` が成功することを確認します。"
            : "`/ato` の後、`/dlv` に登録済みのホスト名ではなく DNS で見つけたホスト名が表示されることを確認します。",
      },
    },
  },

  commands: ({ isOffice, product }, system) =>
    system === "muster"
      ? ["muster dlv", "muster ckms", "muster ato"]
      : isOffice
        ? ["cscript ospp.vbs /dstatus", "cscript ospp.vbs /remhst", "cscript ospp.vbs /act"]
        : [
            'reg query "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform" /s /v KeyManagementServiceName',
            `cscript //nologo slmgr.vbs /ckms${product && ` ${product}`}`,
            "cscript //nologo slmgr.vbs /ato",
          ],
});

const PLACES = {
  slmgr: { en: "registered by slmgr", ja: "slmgr の登録" },
  registry: { en: "in its registry", ja: "レジストリ" },
  product: { en: "in its registry, for the product", ja: "製品ごとのレジストリ" },
  office: { en: "in Office's own settings", ja: "Office の設定" },
  requests: { en: "", ja: "" },
} as const;

/** No host contacted, not activated by a host, name not found: none of them is an answer of a host. */
const UNTOLD: ReadonlySet<number> = new Set([0xc004f074, 0xc004f056, ...NAME_NOT_FOUND, ...DNS_FAILED]);

const ORDER: readonly Verdict[] = ["confirmed", "likely", "possible", "benign"];

interface Pinned {
  readonly client: Client;
  readonly verdict: Verdict;
  readonly host: string;
  readonly from: Pin["from"] | "requests";
  readonly others: readonly string[];
  readonly isSilent: boolean;
  readonly places: readonly Place[];
}

function pinnedFrom(the: Case, client: Client, unreached: readonly Unreached[]): Pinned | undefined {
  const pin = pinOf(the, client);
  if (pin === undefined) return neverElsewhere(the, client);
  // Clouds name their own host to their machines: so it has to be there.
  if (isProvidersHost(pin.host) && cloudOf(the, client) !== undefined) return undefined;
  const targets = foundIn(the).flatMap((answer) => answer.targets);
  const others = [...new Set(targets.map(({ host }) => host))].filter(
    (host) => !the.names.same(host, [pin.host]),
  );
  const isInDns = targets.some(({ host }) => the.names.same(host, namesAt(the, pin.host)));
  const silent = unreached.find(({ host }) => the.names.same(pin.host, host.names));
  const own = client.exchanges.filter(
    ({ host }) => host !== "" && the.names.same(host, namesAt(the, pin.host)),
  );
  const fails = own.at(-1)?.answer === undefined && NO_CONTACT.has(own.at(-1)?.code ?? 0);
  const newest = own.at(-1)?.code ?? client.failure?.code ?? 0;
  const answered = newest !== 0 && !NO_CONTACT.has(newest) && !UNTOLD.has(newest);
  const isDead = silent !== undefined && silent.serves === undefined && silent.heard === undefined;
  const base = {
    client,
    host: pin.host,
    from: pin.from,
    others,
    isSilent: fails || isDead,
    places: [
      pin.at,
      ...(fails ? own.slice(-2).map(({ at }) => at) : []),
      ...(silent?.probes.map(({ at }) => at) ?? []),
    ],
  };
  if (!isHurt(client) && !isDead) return { ...base, verdict: "benign" };
  // A cloud's own host is rightly in no zone of the customer's.
  if (isProvidersHost(pin.host)) return { ...base, verdict: "possible" };
  // Its host answered, if only to refuse: the name is not what is wrong.
  if (answered) return { ...base, verdict: "benign" };
  // A host that serves others, or that DNS names as well, is not silent for being named.
  if (silent?.serves !== undefined || silent?.heard !== undefined) return { ...base, verdict: "possible" };
  if (isInDns) return { ...base, verdict: others.length > 0 && (fails || isDead) ? "likely" : "possible" };
  if (others.length === 0) return { ...base, verdict: "possible" };
  return { ...base, verdict: fails || isDead ? "confirmed" : "likely" };
}

function namesAt(the: Case, name: string): readonly string[] {
  const host = the.hostNamed(name);
  return host?.names ?? [name];
}

/** Without a word from the registry: hours of tries at one silent host that DNS does not name, and none where it points. */
function neverElsewhere(the: Case, client: Client): Pinned | undefined {
  const targets = foundIn(the).flatMap((answer) => answer.targets);
  const { failing, report } = client;
  const [first] = failing;
  const last = failing.at(-1);
  if (targets.length === 0 || first === undefined || last === undefined || !isHurt(client)) return undefined;
  if (report?.client?.discovered !== undefined || last.time - first.time < 60 * 60_000) return undefined;
  const isOne = failing.every(({ host, code }) => host === first.host && host !== "" && NO_CONTACT.has(code));
  const names = namesAt(the, first.host);
  if (!isOne || targets.some(({ host }) => the.names.same(host, names)) || isProvidersHost(first.host))
    return undefined;
  return {
    client,
    verdict: "likely",
    host: first.host,
    from: "requests",
    others: [...new Set(targets.map(({ host }) => host))],
    isSilent: true,
    places: [last.at, first.at],
  };
}
