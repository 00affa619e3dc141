import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import type { Exchange } from "../case/exchange.ts";
import { quotes } from "../case/places.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

/** HOST_NOT_TRUSTED: the host licence in the answer does not chain to the vendor's key (CERT_E_UNTRUSTEDROOT). */
const NOT_TRUSTED = 0x800b0109;

/**
 * The signs: 0x800B0109 in field 1 of a client's 12288. The client followed the answer back to the vendor's key in its
 * catalogue and did not get there, so it believed nothing of it. When the same host is believed by others, the client's
 * catalogue or its certificates for TLS are at fault rather than the host.
 */
export const rogueHost = defineCause({
  id: "M01",
  name: "rogue-host",
  link: "host",
  owner: "security",
  systems: ["muster"],
  links: [],
  explains: ["D08", "C28", "C22"],
  lookalikes: [
    {
      id: "D08",
      test: {
        en: "A host of the same vendor that nobody meant to run is believed by clients; this one is not.",
        ja: "同じベンダーの、意図せず動いているホストであれば、クライアントは応答を信用します。このホストの応答は信用されません。",
      },
    },
    {
      id: "N03",
      test: {
        en: "A device on the way answers in another language (0xC004F039) or by a TLS certificate of its own: ask the host from its own subnet.",
        ja: "経路上の機器は、別の形式の応答 (0xC004F039) や独自の TLS 証明書を返します。ホストと同じサブネットから問い合わせて比べます。",
      },
    },
  ],

  judge(the) {
    const found = the.hosts.flatMap((host) => {
      const isIt = ({ host: name }: Exchange) => name !== "" && the.names.same(name, host.names);
      const refused = the.clients.flatMap((client) => {
        const own = client.exchanges.filter(isIt);
        const believed = own.findLastIndex(({ answer }) => answer !== undefined);
        const last = own.slice(believed + 1).filter(({ code }) => code === NOT_TRUSTED);
        return last.length > 0 ? [{ client, last }] : [];
      });
      const since = Math.min(...refused.flatMap(({ last }) => last[0]?.time ?? []));
      const believes = believerOf(the, isIt, since);
      return refused.length > 0 ? [{ host, refused, believes }] : [];
    });
    const first = found.toSorted(
      (one, two) => Number(one.believes !== undefined) - Number(two.believes !== undefined),
    )[0];
    if (first === undefined) {
      const answered = the.clients.flatMap(({ exchanges }) => exchanges).findLast(({ answer }) => answer);
      return answered?.answer === undefined
        ? notEvaluated("client-events")
        : ruledOut(
            "Every answer was followed back to the vendor's key.",
            "すべての応答がベンダーの鍵までたどれています。",
            answered.answer.at,
          );
    }
    const { host, refused, believes } = first;
    const hurt = refused.filter(({ client }) => client.state === "notActivated");
    const newest = refused.flatMap(({ last }) => last.slice(-1));
    return seen({
      verdict: believes === undefined ? "confirmed" : "possible",
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        host: newest[0] === undefined ? host.label : `${newest[0].host}:${newest[0].port}`,
        clients: [...new Set(refused.map(({ client }) => client.label))],
        requests: refused.reduce((sum, { last }) => sum + last.length, 0),
        isInDns: host.targets.length > 0,
        believes: believes?.client.label ?? "",
      },
      evidence: quotes(...newest.map(({ at }) => at), ...host.targets.map(({ at }) => at), believes?.at),
      affects: hurt.map(({ client }) => client.label),
      wants: believes === undefined ? ["srv"] : ["client-dlv", "host-dlv"],
    });
  },

  words: {
    en: {
      title: "A host answers whose licence is not the vendor's",
      why: ({ host, clients, requests, isInDns, believes }) =>
        `${list(clients)} refused ${requests > 1 ? `${requests} answers` : "the answer"} of ${host} with 0x800B0109: its host licence does not chain to the vendor's key${isInDns ? ", though DNS names it" : ""}.${believes === "" ? " Nothing in such an answer is believed, so no machine was activated by it." : ` ${believes} believes the same host, so the catalogue or the trusted certificates of ${list(clients)} may be old instead.`}`,
      about:
        "Every answer of a host carries a licence that the vendor signed, and clients follow it back to the vendor's key before they believe anything. An answer that fails this comes from a host that somebody set up without the vendor, from one of another vendor with products of the same ids, or from something in between. Clients then go on to the next host; all that is lost is time, unless there is no other. With hosts that are asked by TLS, the same code stands for a certificate that is not trusted.",
      remedy: {
        steps: ({ host, isInDns }) => [
          `Find out who runs ${host}, and why. Treat it as a matter of security until you know.`,
          ...(isInDns
            ? ["Take its SRV record out of DNS, and see who may write records of that name."]
            : ["See who set it by name on the client: a script, an image, a policy."]),
          "If it is your own host: get its licence from the vendor anew, or bring the client's catalogue up to date.",
        ],
        cost: "",
        undo: () => "Publish the record again.",
        verify: () => "`muster ato` names another host or succeeds, and no new 12288 carries 0x800B0109.",
      },
    },
    ja: {
      title: "ベンダーのものではないライセンスを持つホストが応答しています",
      why: ({ host, clients, requests, isInDns, believes }) =>
        `${list(clients)} は ${host} の応答${requests > 1 ? ` ${requests} 件` : ""}を 0x800B0109 で拒否しました。そのホスト ライセンスはベンダーの鍵までたどれません${isInDns ? "が、DNS はこのホストを返しています" : ""}。${believes === "" ? "このような応答の内容は一切信用されないため、これで認証されたマシンはありません。" : `${believes} は同じホストを信用しているため、${list(clients)} のカタログまたは信頼する証明書が古い可能性もあります。`}`,
      about:
        "ホストの応答には必ずベンダーが署名したライセンスが含まれ、クライアントはそれをベンダーの鍵までたどってから内容を信用します。たどれない応答は、ベンダーに無断で構築されたホスト、同じ ID の製品を持つ別のベンダーのホスト、または途中にある何かから来ています。クライアントは次のホストに進むため、ほかにホストがあれば失われるのは時間だけです。TLS で問い合わせるホストでは、信頼されていない証明書も同じコードになります。",
      remedy: {
        steps: ({ host, isInDns }) => [
          `${host} を誰が何のために動かしているかを調べます。分かるまではセキュリティの問題として扱います。`,
          ...(isInDns
            ? ["その SRV レコードを DNS から削除し、その名前のレコードを書き込める者を確認します。"]
            : ["クライアントに名前を設定したもの (スクリプト、イメージ、ポリシー) を調べます。"]),
          "自社のホストであれば、ベンダーからライセンスを取得し直すか、クライアントのカタログを更新します。",
        ],
        cost: "",
        undo: () => "レコードを公開し直します。",
        verify: () =>
          "`muster ato` が別のホストを示すか成功し、0x800B0109 の新しい 12288 がないことを確認します。",
      },
    },
  },

  commands: ({ isInDns }) =>
    isInDns
      ? ["dig SRV _muster._tcp.YOUR.DOMAIN", "muster ato", "muster events --role client --id 12288"]
      : ["muster ckms", "muster ato", "muster events --role client --id 12288"],
});

/** A client that took an answer of this host for good after others had refused one. */
function believerOf(
  { clients }: Case,
  isIt: (exchange: Exchange) => boolean,
  since: number,
): { client: Client; at: Exchange["at"] } | undefined {
  for (const client of clients) {
    const answer = client.exchanges.find((each) => isIt(each) && each.answer && each.time >= since)?.answer;
    if (answer !== undefined) return { client, at: answer.at };
  }
  return undefined;
}
