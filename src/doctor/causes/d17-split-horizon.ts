import { foundIn, mayAsk, networkOf, stoppedAt } from "../case/discovery.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { DnsAnswer } from "../evidence/model.ts";
import { list } from "../words.ts";

/** Resolvers of the open Internet, of which nobody expects a company's zone. */
const PUBLIC = /^(8\.8\.[84]\.[84]|1\.[01]\.[01]\.1|9\.9\.9\.9|208\.67\.22[02]\.22[02]|149\.112\.112\.112)$/;

/**
 * The signs: one question, two servers, two answers. It works in the office and fails over the VPN or in a cloud network,
 * whose resolver does not know the zone or sees another copy of it.
 */
export const splitHorizon = defineCause({
  id: "D17",
  name: "split-horizon-dns",
  link: "dns",
  owner: "dns",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-activation-error-codes",
    "https://learn.microsoft.com/windows-server/get-started/common-troubleshooting-procedures-kms-dns",
  ],
  explains: ["D01", "D05", "D18", "C28", "C22"],
  lookalikes: [
    {
      id: "D01",
      test: {
        en: "Ask every server the same question: when all deny it, the record is missing; when one has it, the view differs.",
        ja: "すべてのサーバーに同じ質問をします。全部が否定すればレコードがなく、1 つでも返せばビューの違いです。",
      },
    },
    {
      id: "D03",
      test: {
        en: "Ask for the same full name. Two different names that get two answers are a question of suffixes.",
        ja: "同じ完全な名前で調べます。異なる名前で結果が異なるのは、サフィックスの問題です。",
      },
    },
  ],

  judge(the) {
    const questions = [...Map.groupBy(the.srv, ({ name }) => name)];
    const split = questions.flatMap(([name, answers]) => splitOf(name, answers) ?? []);
    const [first] = split.toSorted((one, two) => Number(two.isDenied) - Number(one.isDenied));
    if (first === undefined) {
      const agreeing = questions.find(([, answers]) => new Set(answers.map(serverOf)).size > 1);
      const found = foundIn(the)[0];
      return agreeing === undefined
        ? notEvaluated("srv")
        : ruledOut(
            `${list([...new Set(agreeing[1].map(serverOf))])} give the same answer.`,
            `${list([...new Set(agreeing[1].map(serverOf))])} の応答は同じです。`,
            found?.at ?? agreeing[1][0]?.at,
          );
    }
    const stopped = the.clients.filter((client) => stoppedAt(client) !== undefined && mayAsk(client));
    const used = new Set(
      the.clients.flatMap((client) => networkOf(the, client)?.dnsServers.map(({ value }) => value) ?? []),
    );
    const isUsed = first.without.some(
      ({ serverAddress }) => serverAddress !== undefined && used.has(serverAddress),
    );
    const isForeign =
      used.size > 0
        ? !isUsed
        : first.without.every(({ serverAddress, server }) => PUBLIC.test(serverAddress ?? server ?? ""));
    if (isForeign && first.isDenied) {
      const [asked] = first.without;
      return ruledOut(
        `${asked === undefined ? "" : serverOf(asked)} does not know the record, and no client in evidence uses that server.`,
        `${asked === undefined ? "" : serverOf(asked)} はこのレコードを返しませんが、記録にあるクライアントはこのサーバーを使っていません。`,
        asked?.at,
      );
    }
    const hurt = stopped.filter(({ state }) => state !== "activated").map(({ label }) => label);
    const isProven = first.isDenied && (isUsed || stopped.length > 0);
    return seen({
      verdict: isProven ? "confirmed" : first.isDenied ? "likely" : "possible",
      severity: hurt.length > 0 ? "error" : first.isDenied ? "warning" : "notice",
      facts: {
        name: first.name,
        having: [...new Set(first.having.map(serverOf))],
        without: [...new Set(first.without.map(serverOf))],
        isDenied: first.isDenied,
        clients: stopped.map(({ label }) => label),
      },
      evidence: [
        ...first.without.map(({ at }) => at),
        ...first.having.flatMap(({ targets, at }) => targets[0]?.at ?? at),
        ...stopped.flatMap(({ failure }) => failure?.at ?? []),
      ].slice(0, 8),
      affects: hurt,
      wants: isProven ? [] : ["ipconfig", "client-events"],
    });
  },

  words: {
    en: {
      title: "DNS servers give different answers for the record",
      why: ({ name, having, without, isDenied, clients }) =>
        isDenied
          ? `${list(having)} ${having.length > 1 ? "know" : "knows"} ${name}, ${list(without)} ${without.length > 1 ? "do" : "does"} not${clients.length > 0 ? `; ${list(clients)} ${clients.length > 1 ? "find" : "finds"} no host` : ""}.`
          : `${list(having)} and ${list(without)} name different hosts for ${name}.`,
      about:
        "A machine on a VPN, in a branch or in a cloud network often asks another DNS server than one in the office. That server may hold a copy of the zone of its own, may not forward questions for it, or may be a public one. The record is there and is not, depending on where one asks; a test from the administrator's desk proves nothing for the machine that fails.",
      remedy: {
        steps: ({ without, name }) => [
          `Decide which server the failing machines ought to ask, and whether ${list(without)} ought to know ${name}.`,
          `Let it: a conditional forwarder for the zone, a zone link in the cloud's private DNS, or the missing record in its own copy of the zone.`,
          "Or give the machines the right DNS servers (VPN profile, DHCP, settings of the virtual network).",
        ],
        cost: "",
        undo: () => "Delete the forwarder, the link or the record again.",
        verify: ({ name, without }, system) =>
          system === "muster"
            ? `\`dig SRV ${name} @${without[0] ?? "SERVER"}\` names the host.`
            : `\`nslookup -type=srv ${name} ${without[0] ?? "SERVER"}\` names the host.`,
      },
    },
    ja: {
      title: "DNS サーバーによってレコードの応答が異なります",
      why: ({ name, having, without, isDenied, clients }) =>
        isDenied
          ? `${list(having)} は ${name} を返しますが、${list(without)} は返しません${clients.length > 0 ? `。${list(clients)} はホストを見つけられません` : ""}。`
          : `${name} に対して、${list(having)} と ${list(without)} は異なるホストを返します。`,
      about:
        "VPN、支店、クラウドのネットワークにあるマシンは、社内とは別の DNS サーバーに問い合わせることがよくあります。そのサーバーが独自のゾーンの写しを持っている、そのゾーンの問い合わせを転送しない、または公開サーバーである、という場合があります。レコードの有無は問い合わせる場所によって変わるため、管理者の席で確認しても、失敗しているマシンについては何も分かりません。",
      remedy: {
        steps: ({ without, name }) => [
          `失敗しているマシンがどのサーバーに問い合わせるべきか、${list(without)} が ${name} を返すべきかを決めます。`,
          "そのサーバーが応答できるようにします: ゾーンの条件付きフォワーダー、クラウドのプライベート DNS のゾーンのリンク、または独自のゾーンへのレコードの追加。",
          "または、マシンに正しい DNS サーバーを設定します (VPN プロファイル、DHCP、仮想ネットワークの設定)。",
        ],
        cost: "",
        undo: () => "追加したフォワーダー、リンク、レコードを削除します。",
        verify: ({ name, without }, system) =>
          system === "muster"
            ? `\`dig SRV ${name} @${without[0] ?? "SERVER"}\` がホストを返すことを確認します。`
            : `\`nslookup -type=srv ${name} ${without[0] ?? "SERVER"}\` がホストを返すことを確認します。`,
      },
    },
  },

  commands: ({ name, having, without }, system) =>
    [...without, ...having]
      .slice(0, 4)
      .map((server) =>
        system === "muster" ? `dig SRV ${name} @${server}` : `nslookup -type=srv ${name} ${server}`,
      ),
});

interface Split {
  readonly name: string;
  readonly having: readonly DnsAnswer[];
  readonly without: readonly DnsAnswer[];
  /** One server says that there is no such record, or fails to say anything; otherwise both name hosts, and different ones. */
  readonly isDenied: boolean;
}

function splitOf(name: string, answers: readonly DnsAnswer[]): Split | undefined {
  const having = answers.filter(({ result, targets }) => result === "found" && targets.length > 0);
  if (having.length === 0) return undefined;
  const servers = new Set(having.map(serverOf));
  // A server that timed out once and then answered is one and the same.
  const without = answers.filter(
    (answer) =>
      ["nxdomain", "nodata", "servfail", "refused"].includes(answer.result) && !servers.has(serverOf(answer)),
  );
  if (without.some((answer) => serverOf(answer) !== "")) return { name, having, without, isDenied: true };
  const [first] = having;
  const other = having.filter(
    (answer) =>
      first !== undefined && serverOf(answer) !== serverOf(first) && hostsIn(answer) !== hostsIn(first),
  );
  return first === undefined || other.length === 0
    ? undefined
    : { name, having: [first], without: other, isDenied: false };
}

function serverOf({ server, serverAddress, tool }: DnsAnswer): string {
  return server ?? serverAddress ?? (tool === "zone" ? "zone" : "");
}

function hostsIn({ targets }: DnsAnswer): string {
  return targets
    .map(({ host, port }) => `${host}:${port}`)
    .toSorted()
    .join(" ");
}
