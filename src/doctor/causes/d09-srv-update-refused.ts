import { absentIn, foundIn, serviceOf, stoppedAt } from "../case/discovery.ts";
import { type Publication, publicationsIn } from "../case/publishing.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { System } from "../evidence/model.ts";
import { hresult, list } from "../words.ts";

/** Who signs is not let: bad signature, bad key, bad time, access denied. */
const NOT_LET: ReadonlySet<number> = new Set([0x80072338, 0x80072339, 0x8007233a, 0x80070005]);
/** Refused: by who may write for Muster; a zone of Windows without dynamic updates answers the same (D10). */
export const REFUSED = 0x8007232d;

/**
 * The signs: 12293 with 0x80072338 and no 12294 after it. Windows lets only the machine that created the record change
 * it, so that the second host is the one that fails, and clients go on with the first.
 */
export const updateRefused = defineCause({
  id: "D09",
  name: "srv-update-refused",
  link: "dns",
  owner: "dns",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/event-12293-error-0x800723-set-kms-host",
    "https://learn.microsoft.com/windows-server/get-started/activation-troubleshoot-kms-issues",
  ],
  explains: ["D01", "D16", "D07", "H21", "C28", "C22"],
  lookalikes: [
    {
      id: "D10",
      test: {
        en: "Read the code of 12293: a zone that takes no updates answers `not implemented` or `refused`, a record of somebody else `bad signature`.",
        ja: "12293 のコードを確認します。動的更新を受け付けないゾーンなら「未実装」や「拒否」、他者が所有するレコードなら「署名の誤り」になります。",
      },
    },
    {
      id: "D16",
      test: {
        en: "A host that was switched off writes neither 12293 nor 12294.",
        ja: "停止していたホストは、12293 も 12294 も記録しません。",
      },
    },
  ],

  judge(the) {
    const all = publicationsIn(the);
    const hasRecord = foundIn(the).length > 0;
    const refused = all.filter((each) => isRefused(each, the.system, hasRecord));
    const [first] = refused;
    if (first === undefined) {
      const done = all.find(({ successes, failures }) => successes.length > 0 && failures.length === 0);
      return done === undefined
        ? notEvaluated("host-application-log", "srv")
        : ruledOut(
            `${done.host.label} publishes itself in ${done.domain} (12294), and no failure follows.`,
            `${done.host.label} は ${done.domain} への登録に成功しており (12294)、その後の失敗はありません。`,
            done.successes.at(-1)?.at,
          );
    }
    const targets = foundIn(the).flatMap((answer) => answer.targets);
    const isListed = targets.some(({ host }) => the.names.same(host, first.host.names));
    const hurt = the.clients.filter((client) => stoppedAt(client) && client.state === "notActivated");
    const isAbsent = absentIn(the).length > 0 && !hasRecord;
    const isCertain = NOT_LET.has(first.code) || the.system === "muster";
    return seen({
      verdict: isCertain ? "confirmed" : "likely",
      severity: hurt.length > 0 && isAbsent ? "error" : isListed ? "notice" : "warning",
      facts: {
        record: serviceOf(the),
        host:
          first.host.machine === undefined || first.host.machine.names.length === 0 ? "" : first.host.label,
        domains: refused.map(({ domain }) => domain).filter((domain) => domain !== ""),
        code: hresult(first.code),
        times: first.failures.length,
        ever: first.successes.length,
        others: [...new Set(targets.map(({ host }) => host))],
      },
      evidence: [
        ...refused.flatMap(({ failures }) => failures.slice(-2).map(({ at }) => at)),
        ...targets.map(({ at }) => at),
        ...absentIn(the).map(({ at }) => at),
      ].slice(0, 8),
      affects: hurt.length > 0 ? hurt.map(({ label }) => label) : refused.map(({ host }) => host.label),
      wants: the.srv.length === 0 ? ["srv"] : [],
    });
  },

  words: {
    en: {
      title: "The host is not allowed to write its SRV record",
      why: ({ host, domains, code, times, ever, others }) =>
        `${host || "The host"} tried ${times} ${times > 1 ? "times" : "time"} to publish itself in ${list(domains) || "DNS"} and was refused with ${code}; ${ever > 0 ? "it has not succeeded since" : "it never succeeded"}.${others.length > 0 ? ` The record exists and names ${list(others)}.` : ""}`,
      about:
        "In a zone with secure updates a record belongs to the machine that created it. The first host makes the record, and every later one is turned away with 0x80072338 when it wants to add itself. It works by itself and would activate whoever asks; nobody does. A rebuilt first host is locked out of its own record in the same way, since its account is a new one.",
      remedy: {
        steps: ({ record, domains, host }, system) =>
          system === "muster"
            ? [
                "Give the host the key that the zone's update policy asks for (`--tsig-key`), or let its address update the zone.",
                `The policy has to allow SRV records of ${record}.${domains[0] ?? "YOUR.DOMAIN"}.`,
                "Have the host publish itself: `muster sdns`.",
              ]
            : [
                "Make a security group for all hosts and put their computer accounts into it.",
                `In DNS Manager, open ${domains[0] ?? "the zone"}, _tcp, the properties of _VLMCS, Security, and give that group Full control.`,
                `Restart the Software Protection service on ${host || "the host"}; it publishes itself at its start.`,
                "Where that is not wanted, add its record by hand: priority 0, weight 0, port 1688.",
              ],
        cost: "A computer account that was just added to a group has the right after the machine's next restart.",
        undo: (_, system) =>
          system === "muster"
            ? "Take the key out of the zone's policy."
            : "Take the group out of the record's permissions.",
        verify: ({ record, domains }, system) =>
          system === "muster"
            ? `\`muster events --role host --id 12294\` shows a new event, and \`dig SRV ${record}.${domains[0] ?? "YOUR.DOMAIN"}\` names the host.`
            : `The host's Application log shows 12294, and \`nslookup -type=srv ${record}.${domains[0] ?? "YOUR.DOMAIN"}\` names the host.`,
      },
    },
    ja: {
      title: "ホストに SRV レコードへの書き込み権限がありません",
      why: ({ host, domains, code, times, ever, others }) =>
        `${host ? `${host} ` : "ホスト"}は ${list(domains) || "DNS"} への登録を ${times} 回試み、${code} で拒否されています。${ever > 0 ? "その後は一度も成功していません" : "成功したことは一度もありません"}。${others.length > 0 ? `レコードは存在し、${list(others)} を指しています。` : ""}`,
      about:
        "セキュリティで保護された更新を使うゾーンでは、レコードは作成したマシンの所有になります。最初のホストがレコードを作り、後から追加したホストは登録しようとすると 0x80072338 で拒否されます。そのホスト自体は正常で、問い合わせがあれば認証できますが、誰も問い合わせません。最初のホストを再構築した場合も、コンピューター アカウントが新しくなるため同じことが起こります。",
      remedy: {
        steps: ({ record, domains, host }, system) =>
          system === "muster"
            ? [
                "ゾーンの更新ポリシーが求めるキーをホストに渡すか (`--tsig-key`)、ホストのアドレスからの更新を許可します。",
                `ポリシーで ${record}.${domains[0] ?? "YOUR.DOMAIN"} の SRV レコードを許可します。`,
                "ホストに登録させます: `muster sdns`",
              ]
            : [
                "すべてのホスト用にセキュリティ グループを作り、コンピューター アカウントを追加します。",
                `DNS マネージャーで ${domains[0] ?? "ゾーン"} の _tcp を開き、_VLMCS のプロパティの [セキュリティ] で、そのグループにフル コントロールを与えます。`,
                `${host ? `${host} ` : "ホスト"}の Software Protection サービスを再起動します。起動時に登録が行われます。`,
                "権限を与えたくない場合は、レコードを手動で追加します: 優先度 0、重み 0、ポート 1688。",
              ],
        cost: "グループに追加したコンピューター アカウントの権限は、そのマシンの次回の再起動後に有効になります。",
        undo: (_, system) =>
          system === "muster"
            ? "ゾーンのポリシーからキーを外します。"
            : "レコードのアクセス許可からグループを外します。",
        verify: ({ record, domains }, system) =>
          system === "muster"
            ? `\`muster events --role host --id 12294\` に新しいイベントが現れ、\`dig SRV ${record}.${domains[0] ?? "YOUR.DOMAIN"}\` がホストを返すことを確認します。`
            : `ホストの Application ログに 12294 が記録され、\`nslookup -type=srv ${record}.${domains[0] ?? "YOUR.DOMAIN"}\` がホストを返すことを確認します。`,
      },
    },
  },

  commands: ({ record, domains }, system) =>
    system === "muster"
      ? [
          "muster sdns",
          "muster events --role host --id 12294",
          `dig SRV ${record}.${domains[0] ?? "YOUR.DOMAIN"}`,
        ]
      : [
          "net stop sppsvc && net start sppsvc",
          `nslookup -type=srv ${record}.${domains[0] ?? "YOUR.DOMAIN"}`,
        ],
});

/** Whether the newest attempts in a domain failed because this host may not write. */
function isRefused({ code, failures, host }: Publication, system: System, hasRecord: boolean): boolean {
  if (failures.length === 0) return false;
  if (NOT_LET.has(code)) return true;
  // A single refusal may be a server that was just restarting.
  return code === REFUSED && (system === "muster" || (hasRecord && host.targets.length === 0));
}
