import type { Case } from "../case/case.ts";
import {
  firewallRules,
  hasServed,
  otherPort,
  placesOf,
  serviceOn,
  severityOf,
  triedAt,
} from "../case/reach.ts";
import { suspects, type Unreached, unreachedIn } from "../case/unreachable.ts";
import { defineCause, notEvaluated, ruledOut, seen, type Verdict } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { stillWanted } from "../present.ts";
import { list } from "../words.ts";

/**
 * The signs: nobody reaches the host, packets vanish rather than being refused, and the machine is there. Windows brings
 * the rule for KMS along switched off, and switching it on is a step that is forgotten. Only the rule itself, or a port
 * that opens on the host and not beside it, proves it: a machine that is gone (D02) is as silent.
 */
export const hostFirewall = defineCause({
  id: "N01",
  name: "host-firewall-exception-not-enabled",
  link: "network",
  owner: "host",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/kms-create-host",
    "https://learn.microsoft.com/windows-server/get-started/activation-troubleshoot-kms-general",
  ],
  explains: ["N10", "N11", "C28", "C22"],
  lookalikes: [
    {
      id: "D02",
      test: {
        en: "Is the machine there at all? A ping, a remote desktop or its own `/dlv` shows a live host; a stale record names a dead one.",
        ja: "マシンが存在するかを調べます。ping やリモート デスクトップ、ホスト自身の `/dlv` が得られれば稼働中です。古いレコードなら停止しています。",
      },
    },
    {
      id: "N05",
      test: {
        en: "A stopped service refuses at once; a firewall lets the try time out.",
        ja: "サービスの停止なら即座に拒否され、ファイアウォールならタイムアウトになります。",
      },
    },
    {
      id: "N02",
      test: {
        en: "Try from the host's own subnet: if that works, the host lets requests in and something on the way does not (or the rule admits the local subnet only).",
        ja: "ホストと同じサブネットから試します。成功すればホストは要求を受け付けており、経路上の機器 (または規則のスコープがローカル サブネットのみ) が原因です。",
      },
    },
  ],

  judge(the) {
    const unreached = unreachedIn(the);
    const found = unreached
      .flatMap((each) => {
        const fault = faultOf(the, each);
        return fault === undefined ? [] : [{ each, ...fault }];
      })
      .toSorted((one, two) => ORDER.indexOf(one.verdict) - ORDER.indexOf(two.verdict));
    const [first] = found;
    if (first === undefined) {
      const open = unreached.find(({ serves }) => serves !== undefined);
      const served = the.clients.flatMap(({ exchanges }) => exchanges).find(({ answer }) => answer);
      const at = open?.serves ?? served?.answer?.at;
      if (at !== undefined && unreached.every(({ serves, heard }) => serves ?? heard)) {
        return ruledOut(
          "The host answers clients, so its firewall lets them in.",
          "ホストはクライアントに応答しているため、ファイアウォールは要求を通しています。",
          at,
        );
      }
      return notEvaluated("port-test", "host-dlv");
    }
    const { each, verdict, rule } = first;
    return seen({
      verdict,
      severity: severityOf(the, each),
      facts: {
        host: each.host.label,
        target: triedAt(each),
        port: each.tries[0]?.port || 1688,
        clients: each.clients.map(({ label }) => label),
        rule: rule?.name ?? "",
        isShut: rule !== undefined,
        isTimeout: each.manner === "timeout",
        isUp: each.isUp !== undefined,
      },
      evidence: [...(rule ? [rule.at] : []), ...(each.isUp ? [each.isUp] : []), ...placesOf(each)].slice(
        0,
        8,
      ),
      affects: each.hurt.map(({ label }) => label),
      wants:
        verdict === "confirmed"
          ? []
          : stillWanted(
              the,
              "client-events",
              "port-test",
              "host-dlv",
              "host-firewall",
              "service",
              "host-log",
            ),
    });
  },

  words: {
    en: {
      title: "The host's firewall does not let activation requests in",
      why: ({ host, target, clients, rule, isShut, isTimeout, isUp }) =>
        `${isShut ? `On ${host} the firewall rule ${rule} is not enabled` : clients.length > 0 ? `Nobody gets an answer from ${target}` : `A test of the port got no answer from ${target}`}${clients.length > 0 ? `: ${list(clients)} asked in vain` : ""}${isTimeout ? ", and the tries time out instead of being refused" : ""}.${isShut ? "" : isUp ? " The machine itself is there." : " A host that is gone or a stopped service looks the same from here."}`,
      about:
        "Installing the host key does not open the port. Windows brings the rule for it along, switched off; until it is enabled every request is dropped without a word. On the host itself everything looks right: the service runs, the key is activated, and the log simply stays empty. It is taken for a DNS or a routing fault.",
      remedy: {
        steps: ({ host, port }, system) => [
          system === "muster"
            ? `On ${host}, look whether the host listens, and ask it there: a connection to localhost:${port} has to succeed.`
            : `On ${host}, look whether the service listens: \`netstat -an\` shows TCP ${port} LISTENING.`,
          system === "muster"
            ? `Open TCP ${port} in that machine's firewall for the networks of the clients.`
            : "Enable the rule that is there for it, and see that its scope covers the clients' networks.",
          "Test the port from a client, then activate again.",
        ],
        cost: "",
        undo: ({ port }, system) =>
          system === "muster"
            ? `\`sudo ufw delete allow ${port}/tcp\``
            : "`Set-NetFirewallRule -Name SPPSVC-In-TCP -Enabled False`",
        verify: ({ host, port }, system) =>
          system === "muster"
            ? `\`nc -vz ${host} ${port}\` succeeds from a client, and a 12290 of it appears in \`muster events --role host\`.`
            : `\`Test-NetConnection ${host} -Port ${port}\` is True from a client, and a 12290 of it appears in the host's log.`,
      },
    },
    ja: {
      title: "ホストのファイアウォールがライセンス認証の要求を通していません",
      why: ({ host, target, clients, rule, isShut, isTimeout, isUp }) =>
        `${isShut ? `${host} でファイアウォールの規則 ${rule} が有効になっていません` : `${target} は誰にも応答していません`}${clients.length > 0 ? `。${list(clients)} は応答を得られませんでした` : " (ポートのテスト)"}${isTimeout ? "。試行は拒否ではなくタイムアウトになっています" : ""}。${isShut ? "" : isUp ? "マシン自体は稼働しています。" : "停止したマシンやサービスの停止でも、ここからは同じに見えます。"}`,
      about:
        "ホスト キーをインストールしても、ポートは開きません。Windows には専用の規則が用意されていますが、既定では無効であり、有効にするまで要求はすべて無言で破棄されます。ホスト上ではサービスが動作し、キーも認証済みで、ログが空のままであること以外は正常に見えるため、DNS や経路の障害と誤解されがちです。",
      remedy: {
        steps: ({ host, port }, system) => [
          system === "muster"
            ? `${host} 上でホストが待ち受けているかを確認します。localhost:${port} への接続が成功する必要があります。`
            : `${host} 上でサービスが待ち受けているかを確認します (\`netstat -an\` で TCP ${port} が LISTENING)。`,
          system === "muster"
            ? `そのマシンのファイアウォールで、クライアントのネットワークに対して TCP ${port} を開きます。`
            : "用意されている規則を有効にし、スコープがクライアントのネットワークを含むことを確認します。",
          "クライアントからポートをテストし、もう一度ライセンス認証を行います。",
        ],
        cost: "",
        undo: ({ port }, system) =>
          system === "muster"
            ? `\`sudo ufw delete allow ${port}/tcp\``
            : "`Set-NetFirewallRule -Name SPPSVC-In-TCP -Enabled False`",
        verify: ({ host, port }, system) =>
          system === "muster"
            ? `クライアントから \`nc -vz ${host} ${port}\` が成功し、\`muster events --role host\` にそのクライアントの 12290 が現れることを確認します。`
            : `クライアントから \`Test-NetConnection ${host} -Port ${port}\` が True になり、ホストのログにそのクライアントの 12290 が現れることを確認します。`,
      },
    },
  },

  commands: ({ host, port }, system) =>
    system === "muster"
      ? [`nc -vz ${host} ${port}`, `sudo ufw allow ${port}/tcp`]
      : [
          `Test-NetConnection ${host} -Port ${port}`,
          "Get-NetFirewallRule -Name SPPSVC-In-TCP | Format-List Name, Enabled, Direction, Action",
          "Set-NetFirewallRule -Name SPPSVC-In-TCP -Enabled True",
        ],
});

const ORDER: readonly Verdict[] = ["confirmed", "likely", "possible"];

interface Shut {
  readonly verdict: Verdict;
  readonly rule?: { readonly name: string; readonly at: Place };
}

function faultOf(the: Case, each: Unreached): Shut | undefined {
  if (otherPort(each) !== undefined) return undefined;
  const verdict = suspects(each).N01;
  const service = serviceOn(the, each.host);
  if (service !== undefined && /stopped|disabled/.test(service.state)) return undefined;
  const rules = firewallRules(the, each.host, each.tries[0]?.port || 1688, true).filter(
    ({ isOutbound }) => !isOutbound,
  );
  const open = rules.find(({ isEnabled, isBlock }) => isEnabled && !isBlock);
  const shut = rules.find(({ isEnabled, isBlock }) => isEnabled === isBlock);
  const isSilent = each.isLasting && each.serves === undefined && each.heard === undefined;
  if (shut !== undefined && (open === undefined || shut.isBlock) && isSilent && each.manner !== "refused") {
    return { verdict: "confirmed", rule: shut };
  }
  if (open !== undefined) return undefined;
  // A rule that nobody enabled lets nobody in from the first day on.
  const wasOpen = each.isUp !== undefined && hasServed(each) && each.manner !== "timeout";
  return verdict === undefined
    ? undefined
    : { verdict: wasOpen && verdict === "likely" ? "possible" : verdict };
}
