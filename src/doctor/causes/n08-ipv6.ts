import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import { isHurt, mayAsk, networkOf, type Pin, pinOf } from "../case/discovery.ts";
import { quotes } from "../case/places.ts";
import { NO_CONTACT, unreachedIn } from "../case/unreachable.ts";
import { defineCause, notEvaluated, ruledOut, seen, type Verdict } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { list } from "../words.ts";

/**
 * The signs: the host was set as an IPv6 address, which `slmgr /skms` takes apart at its colons; or the host's name has
 * only IPv6 addresses, and the client has none that leads beyond its own link.
 */
export const onlyIpv6 = defineCause({
  id: "N08",
  name: "ipv6-only-host-or-literal",
  link: "network",
  owner: "client",
  systems: ["kms", "muster"],
  links: ["https://learn.microsoft.com/windows-server/get-started/activation-slmgr-vbs-options"],
  explains: ["D06", "N09", "N10", "N11", "C28", "C22"],
  lookalikes: [
    {
      id: "D06",
      test: {
        en: "Ask for the A record too: with only an AAAA record the name is not missing, it is out of reach for IPv4.",
        ja: "A レコードも調べます。AAAA レコードだけなら、名前がないのではなく、IPv4 から到達できない状態です。",
      },
    },
    {
      id: "N02",
      test: {
        en: "Reach the host by IPv6 from a machine that has it: if that works, the client lacks IPv6, and no filter is at fault.",
        ja: "IPv6 を使えるマシンから接続します。成功するなら、フィルターではなくクライアントに IPv6 がないことが原因です。",
      },
    },
  ],

  judge(the) {
    const found = [...literals(the), ...withoutRoute(the)];
    const [first] = found;
    if (first === undefined) {
      const address = the.evidence.dns.find(
        ({ type, addresses, name }) =>
          type === "A" && addresses.length > 0 && the.hostNamed(name) !== undefined,
      );
      return address === undefined
        ? notEvaluated("address", "client-dlv")
        : ruledOut(
            `${address.name} has an IPv4 address.`,
            `${address.name} には IPv4 アドレスがあります。`,
            address.addresses[0]?.at,
          );
    }
    const same = found.filter(({ isLiteral }) => isLiteral === first.isLiteral);
    const hurt = same.filter(({ client }) => client.state === "notActivated");
    return seen({
      verdict: first.verdict,
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        clients: [...new Set(same.map(({ client }) => client.label))],
        host: first.host,
        isLiteral: first.isLiteral,
      },
      evidence: quotes(...same.flatMap(({ places }) => places)),
      affects: hurt.map(({ client }) => client.label),
      wants: first.verdict === "confirmed" ? [] : ["ipconfig", "address", "registry"],
    });
  },

  words: {
    en: {
      title: "The host can only be reached by IPv6, which this client cannot use",
      why: ({ clients, host, isLiteral }) =>
        isLiteral
          ? `${list(clients)} ${clients.length > 1 ? "are" : "is"} given the IPv6 address ${host} as host; slmgr takes what stands behind a colon for the port, so only names work there.`
          : `DNS has only IPv6 addresses for ${host}, and ${list(clients)} ${clients.length > 1 ? "have" : "has"} none that leads beyond the own link.`,
      about:
        "The setting for a host is read as name:port, and an IPv6 address has colons of its own, so that it is cut in the wrong place. A name is the cure. Where the name itself has nothing but an AAAA record, clients without IPv6 cannot reach it, while those with IPv6 work.",
      remedy: {
        steps: ({ isLiteral, host }, system) =>
          isLiteral
            ? [
                "Give the host a name with an AAAA record in DNS, if it has none.",
                system === "muster"
                  ? "Set it by that name: `muster skms NAME:1688`; or clear it with `muster ckms`."
                  : "Set it by that name: `slmgr /skms NAME:1688`; or clear it with `slmgr /ckms` and let DNS decide.",
                "Activate again.",
              ]
            : [
                `Give ${host} an IPv4 address and an A record, or give the clients IPv6.`,
                "Empty the resolver cache of the clients, and activate again.",
              ],
        cost: "",
        undo: ({ isLiteral }) =>
          isLiteral ? "Set the former value again." : "Remove the A record, or the IPv6 of the clients.",
        verify: (_, system) => `\`${system === "muster" ? "muster ato" : "slmgr /ato"}\` succeeds.`,
      },
    },
    ja: {
      title: "ホストに IPv6 でしか到達できず、このクライアントからは使えません",
      why: ({ clients, host, isLiteral }) =>
        isLiteral
          ? `${list(clients)} にはホストとして IPv6 アドレス ${host} が設定されています。slmgr はコロンの後ろをポートと解釈するため、名前しか使えません。`
          : `DNS にある ${host} のアドレスは IPv6 だけで、${list(clients)} には外部に到達できる IPv6 アドレスがありません。`,
      about:
        "ホストの設定は「名前:ポート」として読み取られます。IPv6 アドレスはそれ自体にコロンを含むため、誤った位置で区切られます。名前を使えば解決します。名前に AAAA レコードしかない場合、IPv6 を使えないクライアントからは到達できませんが、IPv6 を使えるクライアントは正常に動作します。",
      remedy: {
        steps: ({ isLiteral, host }, system) =>
          isLiteral
            ? [
                "ホストの名前と AAAA レコードが DNS になければ作成します。",
                system === "muster"
                  ? "その名前で設定します: `muster skms NAME:1688`。または `muster ckms` で解除します。"
                  : "その名前で設定します: `slmgr /skms NAME:1688`。または `slmgr /ckms` で解除し、DNS に任せます。",
                "もう一度ライセンス認証を行います。",
              ]
            : [
                `${host} に IPv4 アドレスと A レコードを設定するか、クライアントで IPv6 を使えるようにします。`,
                "クライアントのリゾルバー キャッシュを消去し、もう一度ライセンス認証を行います。",
              ],
        cost: "",
        undo: ({ isLiteral }) =>
          isLiteral
            ? "以前の値を設定し直します。"
            : "A レコードを削除するか、クライアントの IPv6 の設定を元に戻します。",
        verify: (_, system) =>
          `\`${system === "muster" ? "muster ato" : "slmgr /ato"}\` が成功することを確認します。`,
      },
    },
  },

  commands: ({ isLiteral, host }, system) =>
    isLiteral
      ? system === "muster"
        ? ["muster skms NAME:1688", "muster ato"]
        : ["cscript //nologo slmgr.vbs /skms NAME:1688", "cscript //nologo slmgr.vbs /ato"]
      : system === "muster"
        ? [`dig A ${host}`, `dig AAAA ${host}`, "muster ato"]
        : [`nslookup -type=A ${host}`, `nslookup -type=AAAA ${host}`, "cscript //nologo slmgr.vbs /ato"],
});

interface Ipv6 {
  readonly client: Client;
  readonly host: string;
  readonly isLiteral: boolean;
  readonly verdict: Verdict;
  readonly places: readonly (Place | undefined)[];
}

/** What is left of an address that was cut at its last colon still has others; Muster reads such addresses well. */
function literals(the: Case): Ipv6[] {
  if (the.system === "muster") return [];
  return the.clients.filter(mayAsk).flatMap((client) => {
    const pin = pinOf(the, client);
    const asked = client.failing.findLast(
      ({ host, code }) => isLiteral(host) && (NO_CONTACT.has(code) || code !== 0),
    );
    const text = pin !== undefined && isLiteral(pin.host) ? wholeOf(pin) : asked?.host;
    if (text === undefined || !isHurt(client)) return [];
    const verdict = pin !== undefined && isLiteral(pin.host) ? "confirmed" : "likely";
    const newest = asked?.at ?? client.failure?.at;
    return [{ client, host: text, isLiteral: true, verdict, places: [pin?.at, newest] }];
  });
}

/** As it was set, before it was cut. */
function wholeOf({ host, port }: Pin): string {
  return port > 0 ? `${host}:${port}` : host;
}

function isLiteral(name: string): boolean {
  return /^\[?[0-9a-f]{0,4}:[0-9a-f:.]*\]?$/i.test(name) && name.includes(":");
}

function withoutRoute(the: Case): Ipv6[] {
  return unreachedIn(the)
    .filter(
      ({ serves, heard, manner }) => serves === undefined && heard === undefined && manner !== "refused",
    )
    .flatMap((each) => {
      const names = each.host.names;
      const answers = the.evidence.dns.filter(({ name }) => the.names.same(name, names));
      const wide = answers.find(({ type, addresses }) => type === "AAAA" && addresses.length > 0);
      const narrow = answers.find(({ type, result }) => type === "A" && result === "nodata");
      const hasIpv4 = the.names.addresses(names).some((address) => !address.includes(":"));
      if (wide === undefined || narrow === undefined || hasIpv4) return [];
      return each.clients.flatMap((client): Ipv6[] => {
        const network = networkOf(the, client);
        const isReachable = network?.addresses.some(({ value }) => /^[23]|^f[cd]/i.test(ipv6In(value)));
        if (isReachable) return [];
        const places = [wide.addresses[0]?.at, narrow.at, network?.addresses[0]?.at, each.tries[0]?.at];
        const verdict = network === undefined ? "likely" : "confirmed";
        return [{ client, host: each.host.label, isLiteral: false, verdict, places }];
      });
    });
}

function ipv6In(address: string): string {
  return address.includes(":") ? address : "";
}
