import { DNS_FAILED, isHurt, networkOf, pinOf, stoppedAt } from "../case/discovery.ts";
import { type Publication, publicationsIn } from "../case/publishing.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { hresult, list } from "../words.ts";

const NONE_CONFIGURED = 0x8007267c;

/**
 * The signs: 0x8007267C (no DNS server configured) or 0x8007232A (it failed), from a client that is not activated or has
 * not renewed for longer than a renewal takes. A single one on a licensed laptop is noise.
 */
export const noDnsServer = defineCause({
  id: "D05",
  name: "no-usable-dns-server",
  link: "dns",
  owner: "network",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/windows-activation-fails-with-error-0x8007267",
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-activation-error-codes",
  ],
  explains: ["D01", "C28", "C22"],
  lookalikes: [
    {
      id: "D17",
      test: {
        en: "Ask the same server for another name: when only the host's zone fails, the server cannot reach that zone.",
        ja: "同じサーバーで別の名前を調べます。ホストのゾーンだけが失敗するなら、そのゾーンへ到達できていません。",
      },
    },
    {
      id: "D01",
      test: {
        en: "A server that answers `Non-existent domain` works; one that fails or times out says nothing of the record.",
        ja: "`Non-existent domain` と答えるサーバーは機能しています。失敗やタイムアウトからはレコードの有無は分かりません。",
      },
    },
  ],

  judge(the) {
    const { evidence } = the;
    const stopped = the.clients.flatMap((client) => {
      const code = stoppedAt(client, DNS_FAILED);
      return code !== undefined && isHurt(client) && pinOf(the, client) === undefined
        ? [{ client, code }]
        : [];
    });
    const dead = evidence.dns.filter(({ result }) => ["servfail", "timeout", "refused"].includes(result));
    const alive = evidence.dns.filter(({ result }) => ["found", "nxdomain", "nodata"].includes(result));
    const answers = dead.length > 0 && alive.length === 0;
    const mute = publicationsIn(the).filter(
      ({ code, failures }) => failures.length > 1 && DNS_FAILED.has(code),
    );
    if (stopped.length === 0 && mute.length > 0) return hostsWithout(mute);
    if (stopped.length === 0 && !answers) {
      const [answer] = alive;
      if (answer !== undefined) {
        return ruledOut(
          `A DNS server answers${answer.server ? `: ${answer.server}` : ""}.`,
          `DNS サーバー${answer.server ? ` ${answer.server} ` : ""}は応答しています。`,
          answer.at,
        );
      }
      return notEvaluated("client-events", "srv");
    }
    const failing = the.clients.filter((client) => isHurt(client) && pinOf(the, client) === undefined);
    if (stopped.length === 0 && failing.length === 0) return notEvaluated("client-events");
    const clients = stopped.length > 0 ? stopped.map(({ client }) => client) : failing;
    const networks = clients.flatMap((client) => networkOf(the, client) ?? []);
    const isUnset = networks.some(({ dnsServers }) => dnsServers.length === 0);
    const isNone = stopped.some(({ code }) => code.value === NONE_CONFIGURED);
    const isProven = isNone || (stopped.length > 0 && answers) || (stopped.length > 0 && isUnset);
    const hurt = clients.filter(({ state }) => state !== "activated").map(({ label }) => label);
    return seen({
      verdict: isProven ? "confirmed" : stopped.length > 0 ? "likely" : "possible",
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        clients: clients.map(({ label }) => label),
        code: stopped[0] === undefined ? "" : hresult(stopped[0].code.value),
        isNone,
        servers: [...new Set(networks.flatMap(({ dnsServers }) => dnsServers.map(({ value }) => value)))],
      },
      evidence: [
        ...stopped.map(({ code }) => code.at),
        ...(answers ? dead.map(({ at }) => at) : []),
        ...networks.flatMap(({ dnsServers, at }) =>
          dnsServers.length > 0 ? dnsServers.map((each) => each.at) : [at],
        ),
      ].slice(0, 8),
      affects: hurt,
      wants: isProven ? [] : ["ipconfig", "srv"],
    });
  },

  words: {
    en: {
      title: "The machine has no DNS server that works",
      why: ({ clients, code, isNone, servers }) =>
        `${list(clients)} ${clients.length > 1 ? "stop" : "stops"} ${code === "" ? "without any answer from DNS" : `at ${code}: ${isNone ? "no DNS server is configured" : "the DNS server failed or did not answer"}`}${servers.length > 0 ? ` (servers: ${list(servers)})` : ""}.`,
      about:
        "Before a client can look for a host it needs a DNS server that answers. 0x8007267C means that its network adapter has none, 0x8007232A that the one it has failed. It is a fault of the machine's network, not of activation, and everything else that needs names suffers as well; a laptop that wakes up away from its network logs the same for a moment.",
      remedy: {
        steps: ({ isNone }) => [
          isNone
            ? "Give the adapter its DNS servers, by DHCP or by hand."
            : "Find out why the server fails: is it reachable, does it answer for other names, can it reach the zone's own servers?",
          "Check that any other name resolves.",
          "Activate again.",
        ],
        cost: "",
        undo: () => "Set the adapter back to its former DNS servers.",
        verify: (_, system) =>
          system === "muster"
            ? "`dig` for any name answers, and `muster ato` succeeds."
            : "`nslookup` for any name answers, and `slmgr /ato` succeeds.",
      },
    },
    ja: {
      title: "使用できる DNS サーバーがありません",
      why: ({ clients, code, isNone, servers }) =>
        `${list(clients)} は${code === "" ? " DNS から応答を得られないまま終わっています" : ` ${code} で終わっています。${isNone ? "DNS サーバーが設定されていません" : "DNS サーバーでエラーが起きたか、応答がありませんでした"}`}${servers.length > 0 ? ` (サーバー: ${list(servers)})` : ""}。`,
      about:
        "クライアントがホストを探すには、応答する DNS サーバーが必要です。0x8007267C はネットワーク アダプターに DNS サーバーが設定されていないこと、0x8007232A は設定されたサーバーが失敗したことを表します。これはライセンス認証ではなくマシンのネットワークの問題で、名前解決を必要とするほかの機能にも影響します。社外で起動したノート PC でも、一時的に同じ記録が残ります。",
      remedy: {
        steps: ({ isNone }) => [
          isNone
            ? "DHCP または手動で、アダプターに DNS サーバーを設定します。"
            : "サーバーが失敗する理由を調べます。到達できるか、ほかの名前に応答するか、ゾーンのサーバーに到達できるかを確認します。",
          "ほかの名前が解決できることを確認します。",
          "もう一度ライセンス認証を行います。",
        ],
        cost: "",
        undo: () => "アダプターの DNS サーバーを元の設定に戻します。",
        verify: (_, system) =>
          system === "muster"
            ? "`dig` が任意の名前に応答し、`muster ato` が成功することを確認します。"
            : "`nslookup` が任意の名前に応答し、`slmgr /ato` が成功することを確認します。",
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["resolvectl status", "muster ato"]
      : ["ipconfig /all", "Get-DnsClientServerAddress", "cscript //nologo slmgr.vbs /ato"],
});

/** A host that cannot publish itself, since DNS fails it: its record ages meanwhile. */
function hostsWithout(mute: readonly Publication[]) {
  const codes = mute.map(({ code }) => code);
  return seen({
    verdict: "likely",
    severity: "warning",
    facts: {
      clients: [...new Set(mute.map(({ host }) => host.label))],
      code: hresult(codes[0] ?? 0),
      isNone: codes.includes(NONE_CONFIGURED),
      servers: [] as string[],
    },
    evidence: mute.flatMap(({ failures }) => failures.slice(-2).map(({ at }) => at)).slice(0, 8),
    affects: [...new Set(mute.map(({ host }) => host.label))],
    wants: ["ipconfig"],
  });
}
