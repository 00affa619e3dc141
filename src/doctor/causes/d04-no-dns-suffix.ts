import { cloudOf } from "../case/cloud.ts";
import {
  isHurt,
  lookupDomainOf,
  NO_SUFFIX,
  networkOf,
  pinOf,
  serviceOf,
  stoppedAt,
  suffixesOf,
} from "../case/discovery.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

/**
 * The signs: 0x8007007B from a client with a setup key, and `ipconfig /all` without a primary suffix and without one from
 * DHCP. No question is sent at all. The same code comes from a retail key (C02), which is looked at first.
 */
export const noSuffix = defineCause({
  id: "D04",
  name: "no-primary-dns-suffix",
  link: "dns",
  owner: "client",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/common-troubleshooting-procedures-kms-dns",
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-activation-error-codes",
  ],
  explains: ["D01", "C28", "C22"],
  lookalikes: [
    {
      id: "C02",
      test: {
        en: "Read the channel first: a retail key reports 0x8007007B whatever the suffix is.",
        ja: "まずチャネルを確認します。リテール キーではサフィックスに関係なく 0x8007007B になります。",
      },
    },
    {
      id: "D01",
      test: {
        en: "Watch for a DNS question for the record: without a suffix none is sent, so that no server can have denied it.",
        ja: "レコードの DNS 問い合わせが送られるかを調べます。サフィックスがなければ送られないため、サーバーが否定することもありません。",
      },
    },
  ],

  judge(the) {
    const stopped = the.clients.flatMap((client) => {
      const code = stoppedAt(client, new Set([NO_SUFFIX]));
      if (code === undefined || !isHurt(client) || pinOf(the, client) !== undefined) return [];
      // A cloud names its host to its machines and gives them no suffix: that is as it should be.
      if (lookupDomainOf(the, client) !== undefined || cloudOf(the, client) !== undefined) return [];
      return [{ client, code, suffixes: suffixesOf(the, client), network: networkOf(the, client) }];
    });
    // A full name of a machine does not tell whether it has a suffix: DHCP's may be part of it.
    const blank = stopped.filter(({ suffixes }) => suffixes.isBlank);
    const open = stopped.filter(({ client, network }) => network === undefined && client.channel !== "");
    const told = blank.length > 0 ? blank : open;
    if (told.length === 0) {
      const [one] = stopped;
      const zone = one?.suffixes.zones[0];
      if (one !== undefined && zone !== undefined) {
        return ruledOut(
          `${one.client.label} has a suffix to look in: ${zone.value}.`,
          `${one.client.label} には検索に使うサフィックス ${zone.value} があります。`,
          zone.at,
        );
      }
      const asked = the.clients.find(({ exchanges }) => exchanges.some(({ host }) => host !== ""));
      if (asked !== undefined && stopped.length === 0) {
        return ruledOut(
          `${asked.label} found a host to ask, so it has a suffix to look in.`,
          `${asked.label} は問い合わせ先のホストを見つけているため、検索に使うサフィックスはあります。`,
          asked.exchanges.find(({ host }) => host !== "")?.at,
        );
      }
      return notEvaluated("client-events", "ipconfig");
    }
    const hurt = told.filter(({ client }) => client.state !== "activated").map(({ client }) => client.label);
    const isProven = blank.length > 0 || the.system === "muster";
    const isClientKey = told.some(({ client }) => client.channel !== "");
    return seen({
      verdict: !isProven ? "possible" : isClientKey ? "confirmed" : "likely",
      severity: hurt.length > 0 ? "error" : "warning",
      facts: { record: serviceOf(the), clients: told.map(({ client }) => client.label), isProven },
      evidence: [
        ...blank.flatMap(({ suffixes }) => suffixes.at ?? []),
        ...told.map(({ code }) => code.at),
        ...told.flatMap(({ client }) => client.report?.channel?.at ?? []),
      ].slice(0, 8),
      affects: hurt,
      wants: isProven ? (isClientKey ? [] : ["client-dlv"]) : ["ipconfig", "srv"],
    });
  },

  words: {
    en: {
      title: "The machine has no DNS suffix to look for a host in",
      why: ({ clients, isProven }) =>
        isProven
          ? `${list(clients)} ${clients.length > 1 ? "have" : "has"} neither a primary DNS suffix nor one from DHCP, and ${clients.length > 1 ? "stop" : "stops"} at 0x8007007B before any question is sent.`
          : `${list(clients)} ${clients.length > 1 ? "stop" : "stops"} at 0x8007007B, which is what a machine without a DNS suffix reports; its suffixes are not in evidence.`,
      about:
        "The name of the record is made of a fixed part and the machine's DNS suffix. A member of a domain has one by nature; a machine in a workgroup has the one that DHCP gives it (option 15), or none. Without one there is no name to ask for: no packet leaves, and 0x8007007B reads like an error about file names. DNS may be in perfect order, and nslookup with the full name works.",
      remedy: {
        steps: (_, system) => [
          "Give the network's machines a suffix by DHCP (option 15), or set the machine's primary DNS suffix.",
          system === "muster"
            ? "Or name the domain to look in: `muster skms-domain YOUR.DOMAIN`."
            : "Or name the domain to look in: `slmgr /skms-domain YOUR.DOMAIN` (Windows 8 and Server 2012 or later).",
          "Only where neither is possible, name the host itself; a host that is named is not found again when it moves.",
        ],
        cost: "A primary suffix that is changed takes effect after a restart.",
        undo: (_, system) => (system === "muster" ? "`muster ckms-domain`" : "`slmgr /ckms-domain`"),
        verify: (_, system) =>
          system === "muster"
            ? "`muster ato` finds a host and succeeds."
            : "`ipconfig /all` shows the suffix, and `slmgr /ato` succeeds.",
      },
    },
    ja: {
      title: "ホストの検索に使う DNS サフィックスがありません",
      why: ({ clients, isProven }) =>
        isProven
          ? `${list(clients)} にはプライマリ DNS サフィックスも DHCP によるサフィックスもなく、問い合わせを送る前に 0x8007007B で終わっています。`
          : `${list(clients)} は 0x8007007B で終わっています。これは DNS サフィックスのないマシンの症状ですが、サフィックスの情報がありません。`,
      about:
        "レコードの名前は、固定の部分とマシンの DNS サフィックスから作られます。ドメインのメンバーには必ずサフィックスがありますが、ワークグループのマシンには DHCP (オプション 15) で配布されたものしかなく、ない場合もあります。サフィックスがなければ問い合わせる名前が作れず、パケットは送られません。0x8007007B はファイル名のエラーのように見えます。DNS 自体は正常で、完全な名前を指定した nslookup は成功します。",
      remedy: {
        steps: (_, system) => [
          "DHCP (オプション 15) でサフィックスを配布するか、マシンのプライマリ DNS サフィックスを設定します。",
          system === "muster"
            ? "または検索ドメインを指定します: `muster skms-domain YOUR.DOMAIN`"
            : "または検索ドメインを指定します: `slmgr /skms-domain YOUR.DOMAIN` (Windows 8、Server 2012 以降)",
          "どちらもできない場合に限り、ホスト名を直接指定します。直接指定すると、ホストが移転しても自動では見つかりません。",
        ],
        cost: "プライマリ サフィックスの変更は再起動後に有効になります。",
        undo: (_, system) => (system === "muster" ? "`muster ckms-domain`" : "`slmgr /ckms-domain`"),
        verify: (_, system) =>
          system === "muster"
            ? "`muster ato` がホストを見つけて成功することを確認します。"
            : "`ipconfig /all` にサフィックスが表示され、`slmgr /ato` が成功することを確認します。",
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster skms-domain YOUR.DOMAIN", "muster ato"]
      : [
          "ipconfig /all",
          "cscript //nologo slmgr.vbs /skms-domain YOUR.DOMAIN",
          "cscript //nologo slmgr.vbs /ato",
        ],
});
