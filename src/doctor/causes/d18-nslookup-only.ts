import type { Client } from "../case/client.ts";
import {
  foundIn,
  isHurt,
  lookupDomainOf,
  mayAsk,
  pinOf,
  stoppedAt,
  suffixesOf,
  zoneOf,
} from "../case/discovery.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

/**
 * The signs: nslookup shows the record, and Windows does not find it: `Resolve-DnsName` on the same machine fails, or the
 * service stops at a code of DNS though its suffix is right. nslookup asks a server by itself, past the DNS client with
 * its suffixes, its policy table and its cache.
 */
export const nslookupOnly = defineCause({
  id: "D18",
  name: "nslookup-works-windows-does-not",
  link: "dns",
  owner: "client",
  systems: ["kms", "muster"],
  links: ["https://learn.microsoft.com/windows-server/get-started/common-troubleshooting-procedures-kms-dns"],
  explains: ["D01", "C28", "C22"],
  lookalikes: [
    {
      id: "D03",
      test: {
        en: "Compare the zone that was typed into nslookup with the suffixes in `ipconfig /all`.",
        ja: "nslookup に入力したゾーンと `ipconfig /all` のサフィックスを比べます。",
      },
    },
    {
      id: "D17",
      test: {
        en: "Compare the servers: nslookup asks the first one of the adapter, or the one that was typed.",
        ja: "サーバーを比べます。nslookup はアダプターの最初のサーバーか、入力されたサーバーに問い合わせます。",
      },
    },
    {
      id: "C02",
      test: {
        en: "Read the channel first: a retail key stops at 0x8007007B, whatever DNS says.",
        ja: "まずチャネルを確認します。リテール キーは DNS に関係なく 0x8007007B で終わります。",
      },
    },
  ],

  judge(the) {
    const byHand = foundIn(the).filter(({ tool }) => tool === "nslookup" || tool === "dig");
    const byWindows = the.srv.filter(({ tool }) => tool === "Resolve-DnsName");
    const denied = byWindows.filter(({ result }) => result !== "found");
    const [answer] = byHand;
    // Told to look in another domain, Windows asks another question: that is D13.
    const asksHere = (client: Client) =>
      answer === undefined || [undefined, zoneOf(answer)].includes(lookupDomainOf(the, client)?.value);
    const stopped = the.clients.filter(
      (client) =>
        mayAsk(client) &&
        isHurt(client) &&
        stoppedAt(client) !== undefined &&
        pinOf(the, client) === undefined &&
        asksHere(client),
    );
    const resolved = byWindows.find(({ result }) => result === "found");
    if (answer === undefined) return notEvaluated("srv");
    if (resolved !== undefined && denied.length === 0) {
      return ruledOut(
        "`Resolve-DnsName` finds the record as well, and asks as the service does.",
        "サービスと同じ方法で問い合わせる `Resolve-DnsName` でもレコードが見つかります。",
        resolved.at,
      );
    }
    if (stopped.length === 0) {
      const served = the.clients.find(
        ({ report, failure }) => report?.client?.discovered && failure === undefined,
      );
      return served?.report?.client?.discovered === undefined
        ? notEvaluated("client-events")
        : ruledOut(
            `${served.label} has found its host in DNS.`,
            `${served.label} は DNS でホストを見つけています。`,
            served.report.client.discovered.at,
          );
    }
    const zone = zoneOf(answer);
    const contradiction = denied.find(({ name }) => name === answer.name || zoneOf({ name }) === "");
    const fits = stopped.filter((client) => {
      const { isKnown, zones } = suffixesOf(the, client);
      return isKnown && zones.some(({ value }) => value === zone);
    });
    const open = stopped.filter((client) => !suffixesOf(the, client).isKnown);
    const clients = contradiction !== undefined ? stopped : fits.length > 0 ? fits : open;
    // Known suffixes without the zone are D03, and none at all D04.
    if (clients.length === 0) return notEvaluated("ipconfig");
    // Where another server denies the record, the answers differ by server and not by program.
    const isSplit = the.srv.some(
      ({ result, name, tool }) =>
        (result === "nxdomain" || result === "nodata") && name === answer.name && tool !== "Resolve-DnsName",
    );
    const hurt = clients.filter(({ state }) => state !== "activated").map(({ label }) => label);
    return seen({
      verdict: isSplit
        ? "possible"
        : contradiction !== undefined
          ? "confirmed"
          : fits.length > 0
            ? "likely"
            : "possible",
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        name: answer.name,
        zone,
        clients: clients.map(({ label }) => label),
        isContradicted: contradiction !== undefined,
        isSuffixRight: fits.length > 0,
      },
      evidence: [
        ...(contradiction === undefined ? [] : [contradiction.at]),
        answer.targets[0]?.at ?? answer.at,
        ...clients.flatMap((client) => stoppedAt(client)?.at ?? []),
        ...clients.flatMap((client) => suffixesOf(the, client).at ?? []),
      ].slice(0, 8),
      affects: hurt,
      wants: contradiction === undefined ? ["resolve", "ipconfig"] : [],
    });
  },

  words: {
    en: {
      title: "nslookup finds the record, and the machine itself does not",
      why: ({ name, clients, isContradicted, isSuffixRight }) =>
        isContradicted
          ? `nslookup shows ${name}, but Resolve-DnsName, which asks as the service does, fails, and ${list(clients)} ${clients.length > 1 ? "find" : "finds"} no host.`
          : `nslookup shows ${name}, and yet ${list(clients)} ${clients.length > 1 ? "stop" : "stops"} at a code of DNS${isSuffixRight ? ", although its suffix is the right one" : ""}.`,
      about:
        "nslookup brings its own resolver: it asks one server directly, with the name that was typed. The service asks through the DNS client of Windows, which completes names with the suffix list, obeys the name resolution policy of a VPN or DirectAccess, and remembers for minutes that a name did not exist. Only a test that takes the same way tells what the service sees.",
      remedy: {
        steps: ({ zone }, system) => [
          system === "muster"
            ? "Ask as the client does: `resolvectl query` on that machine."
            : "Ask as the service does: `Resolve-DnsName -Type SRV _vlmcs._tcp` on that machine, without the domain.",
          `If it fails, compare the suffixes with ${zone || "the zone of the record"} and correct the primary suffix or the search list.`,
          "If the suffixes are right, empty the cache and look for rules of name resolution (NRPT) and for the order of the adapters' servers.",
        ],
        cost: "",
        undo: () => "Set the suffix list back to its former value.",
        verify: (_, system) =>
          system === "muster"
            ? "`muster ato` finds a host and succeeds."
            : "`Resolve-DnsName -Type SRV _vlmcs._tcp` names the host, and `slmgr /ato` succeeds.",
      },
    },
    ja: {
      title: "nslookup ではレコードが見つかるのに、マシン自身は見つけられません",
      why: ({ name, clients, isContradicted, isSuffixRight }) =>
        isContradicted
          ? `nslookup は ${name} を返しますが、サービスと同じ方法で問い合わせる Resolve-DnsName は失敗し、${list(clients)} はホストを見つけられません。`
          : `nslookup は ${name} を返しますが、${list(clients)} は${isSuffixRight ? "サフィックスが正しいにもかかわらず、" : ""}DNS のコードで終わっています。`,
      about:
        "nslookup は独自のリゾルバーを使い、入力された名前を 1 台のサーバーに直接問い合わせます。サービスは Windows の DNS クライアントを使うため、サフィックス一覧で名前を補い、VPN や DirectAccess の名前解決ポリシーに従い、存在しなかった名前を数分間記憶します。サービスからどう見えているかは、同じ経路を通る確認でしか分かりません。",
      remedy: {
        steps: ({ zone }, system) => [
          system === "muster"
            ? "クライアントと同じ方法で調べます。そのマシンで `resolvectl query` を実行します。"
            : "サービスと同じ方法で調べます。そのマシンで、ドメインを付けずに `Resolve-DnsName -Type SRV _vlmcs._tcp` を実行します。",
          `失敗する場合は、サフィックスと ${zone || "レコードのゾーン"} を比べ、プライマリ サフィックスまたは検索一覧を修正します。`,
          "サフィックスが正しい場合は、キャッシュを消去し、名前解決ポリシー (NRPT) とアダプターごとの DNS サーバーの順序を確認します。",
        ],
        cost: "",
        undo: () => "サフィックス一覧を元の値に戻します。",
        verify: (_, system) =>
          system === "muster"
            ? "`muster ato` がホストを見つけて成功することを確認します。"
            : "`Resolve-DnsName -Type SRV _vlmcs._tcp` がホストを返し、`slmgr /ato` が成功することを確認します。",
      },
    },
  },

  commands: ({ name }, system) =>
    system === "muster"
      ? [`resolvectl query --type=SRV ${name}`, "resolvectl flush-caches", "muster ato"]
      : [
          "Resolve-DnsName -Type SRV _vlmcs._tcp",
          "Get-DnsClientNrptPolicy",
          "ipconfig /flushdns",
          "cscript //nologo slmgr.vbs /ato",
        ],
});
