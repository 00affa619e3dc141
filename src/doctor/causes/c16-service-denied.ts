import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import { isOf } from "../case/discovery.ts";
import { eventsOf, labelsOf, type Told, toldIn } from "../case/told.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { hresult, list } from "../words.ts";

const ACCESS_DENIED = 0x80070005;
/** Access denied, the action needs administrator rights: licensing's own code for it. */
const NEEDS_ELEVATION = 0xc004f025;
/** The service is disabled, is not started, does not start as a COM server. */
const NOT_RUNNING: ReadonlySet<number> = new Set([0x80070422, 0x80070426, 0x80080005]);
const RULES_FAILED = new Set([8229]);
const START_TYPE_CHANGED = new Set([7040]);

/**
 * The signs: the licensing service is disabled or cannot be started, or "access denied" together with 8229, which tells
 * that the service's own account may not start its helper. That the service is stopped means nothing: it starts by itself
 * when it is needed and stops again.
 */
export const serviceDenied = defineCause({
  id: "C16",
  name: "licensing-service-disabled-or-denied",
  link: "client",
  owner: "client",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/error-0x80070005-access-denied",
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-activation-error-codes",
  ],
  explains: ["C17", "C28", "C22", "N13"],
  lookalikes: [
    {
      id: "C17",
      test: {
        en: "Look for 8229 in the Application log: without it, 0x80070005 is a console that was not opened as administrator.",
        ja: "Application ログの 8229 を確認します。なければ、0x80070005 はコンソールが管理者として開かれていないためです。",
      },
    },
    {
      id: "C15",
      test: {
        en: "If the service runs and slmgr still finds no product, the store is damaged.",
        ja: "サービスが実行中なのに slmgr が製品を見つけられない場合は、ストアの破損です。",
      },
    },
  ],

  judge(the) {
    const told = toldIn(the, NOT_RUNNING);
    const disabled = the.clients.flatMap((client) => {
      const at = disabledAt(the, client);
      return at === undefined ? [] : [{ client, label: client.label, at }];
    });
    const denied = the.clients.flatMap((client) => {
      const event = eventsOf(the, client, RULES_FAILED).findLast(
        ({ codes, time }) =>
          codes.includes(ACCESS_DENIED) && !(time <= (client.lastSuccess?.time ?? -Infinity)),
      );
      return event === undefined ? [] : [{ client, label: client.label, at: event.at }];
    });
    const refused = toldIn(the, new Set([ACCESS_DENIED]));
    if (told.length + disabled.length + denied.length === 0) {
      const running = the.evidence.statements.find(
        ({ what, name, value }) => what === "service-state" && name === "sppsvc" && value === "running",
      );
      return running === undefined
        ? notEvaluated("service", "client-events")
        : ruledOut("The licensing service is running.", "ライセンス サービスは実行中です。", running.at);
    }
    const all = [...disabled, ...told, ...denied];
    const isTold = denied.some(({ client }) => refused.some((each) => each.client === client));
    const isHurt = all.some(({ client }) => client?.state !== "activated");
    return seen({
      verdict: disabled.length > 0 || told.length > 0 || isTold ? "confirmed" : "likely",
      severity: isHurt ? "error" : "warning",
      facts: {
        machines: labelsOf(all),
        isDisabled: disabled.length > 0,
        isDenied: denied.length > 0,
        code: told[0] === undefined ? "" : hresult(told[0].value),
      },
      evidence: [...all.map(({ at }) => at), ...refused.map(({ at }) => at)].slice(0, 8),
      affects: labelsOf(all),
      wants: disabled.length === 0 && denied.length === 0 ? ["service"] : [],
    });
  },

  words: {
    en: {
      title: "The licensing service is disabled, or is denied what it needs",
      why: ({ machines, isDisabled, isDenied, code }) =>
        `${list(machines)}: ${isDisabled ? "the start type of the Software Protection service is Disabled" : isDenied ? "8229 with 0x80070005 is logged, so the service's own account may not start its helper, however the console was opened" : `${code} says that the Software Protection service does not start`}.`,
      about:
        "The Software Protection service starts by itself when it is needed. Hardening scripts and tuning tools disable it, or take away the rights that its account (SELF) has in DCOM. slmgr then asks for administrator rights even when it has them, and no request is sent.",
      remedy: {
        steps: ({ isDenied }) => [
          ...(isDenied
            ? [
                "`dcomcnfg`, My Computer, Properties, COM Security, Access Permissions, Edit Default: give SELF local and remote access.",
              ]
            : ["Set the service back to its default, delayed automatic start, and start it."]),
          "Restart the machine, and activate.",
          "Find what changed it (policy, hardening baseline, tuning tool): it comes back otherwise.",
        ],
        cost: "A restart.",
        undo: () => "Take the right away, or disable the service, again.",
        verify: () => "`sc query sppsvc` shows it running after `slmgr /ato`, and no new 8229 is logged.",
      },
    },
    ja: {
      title: "ライセンス サービスが無効か、必要なアクセスを拒否されています",
      why: ({ machines, isDisabled, isDenied, code }) =>
        `${list(machines)}: ${isDisabled ? "Software Protection サービスのスタートアップの種類が「無効」です" : isDenied ? "0x80070005 の 8229 が記録されています。コンソールの開き方に関係なく、サービス自身のアカウントが処理を開始できません" : `${code} は Software Protection サービスを開始できないことを示します`}。`,
      about:
        "Software Protection サービスは、必要なときに自動的に開始されます。セキュリティ強化のスクリプトや最適化ツールが、サービスを無効にしたり、DCOM でのサービス アカウント (SELF) の権限を削除したりすることがあります。その場合、管理者であっても slmgr は昇格を求め、要求は送られません。",
      remedy: {
        steps: ({ isDenied }) => [
          ...(isDenied
            ? [
                "`dcomcnfg` で [マイ コンピューター] の [プロパティ]、[COM セキュリティ]、[アクセス許可] の [既定値の編集] を開き、SELF にローカル アクセスとリモート アクセスを許可します。",
              ]
            : ["サービスのスタートアップの種類を既定 (遅延開始) に戻し、開始します。"]),
          "マシンを再起動し、ライセンス認証を行います。",
          "変更した仕組み (ポリシー、セキュリティ ベースライン、最適化ツール) を調べます。放置すると再発します。",
        ],
        cost: "再起動が必要です。",
        undo: () => "権限またはスタートアップの種類を元に戻します。",
        verify: () =>
          "`slmgr /ato` の後に `sc query sppsvc` が実行中と表示し、新しい 8229 が記録されないことを確認します。",
      },
    },
  },

  commands: ({ isDenied }) =>
    isDenied
      ? ["dcomcnfg", "shutdown /r /t 60", "cscript //nologo slmgr.vbs /ato"]
      : [
          "sc qc sppsvc",
          "sc config sppsvc start= delayed-auto",
          "net start sppsvc",
          "cscript //nologo slmgr.vbs /ato",
        ],
});

/** The signs: "access denied" from a command, and no 8229 in the log. An activation alone needs no administrator. */
export const notElevated = defineCause({
  id: "C17",
  name: "not-elevated",
  link: "client",
  owner: "client",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-activation-error-codes",
    "https://learn.microsoft.com/windows-server/get-started/activation-slmgr-vbs-options",
  ],
  explains: [],
  lookalikes: [
    {
      id: "C16",
      test: {
        en: "Open the console as administrator: if 0x80070005 stays and 8229 is logged, the service itself lacks the right.",
        ja: "管理者としてコンソールを開きます。それでも 0x80070005 が出て 8229 が記録されるなら、サービス自身の権限不足です。",
      },
    },
  ],

  judge(the) {
    const told = toldIn(the, new Set([ACCESS_DENIED, NEEDS_ELEVATION])).filter(isTyped);
    const [first] = told;
    if (first === undefined) return notEvaluated("client-dlv");
    const logged = the.evidence.events.some(({ id, codes }) => id === 8229 && codes.includes(ACCESS_DENIED));
    if (logged) {
      return ruledOut(
        "8229 is logged: the service lacks the right, not the console.",
        "8229 が記録されています。権限が足りないのはコンソールではなくサービスです。",
      );
    }
    const hasLog = the.evidence.logs.some(({ channel }) => /^application$/i.test(channel));
    return seen({
      verdict: hasLog || first.value === NEEDS_ELEVATION ? "confirmed" : "likely",
      severity: told.every(({ client }) => client?.state === "activated") ? "warning" : "error",
      facts: { machines: labelsOf(told), code: hresult(first.value), option: first.option, hasLog },
      evidence: told.map(({ at }) => at).slice(0, 8),
      affects: labelsOf(told),
      wants: hasLog ? [] : ["client-events"],
    });
  },

  words: {
    en: {
      title: "The command was not run as administrator",
      why: ({ machines, code, option, hasLog }) =>
        `${list(machines)}: ${option === "" ? "a command" : option} ended with ${code}${hasLog ? ", and the log has no 8229 that would blame the service" : ""}.`,
      about:
        "Changing keys and settings needs a console that was opened as administrator; being a member of the group is not enough. An activation (/ato) of a client needs no special rights. The failed command changed nothing.",
      remedy: {
        steps: () => [
          "Open the console with `Run as administrator`, and repeat the command.",
          "If the same code comes back, look for 8229 in the Application log.",
        ],
        cost: "",
        undo: () => "Nothing was changed.",
        verify: () => "The command reports success.",
      },
    },
    ja: {
      title: "コマンドが管理者として実行されていません",
      why: ({ machines, code, option, hasLog }) =>
        `${list(machines)}: ${option === "" ? "コマンド" : option} が ${code} で終わりました${hasLog ? "。サービス側の問題を示す 8229 は記録されていません" : ""}。`,
      about:
        "キーや設定を変更するには、管理者として開いたコンソールが必要です。Administrators のメンバーであるだけでは足りません。クライアントのライセンス認証 (/ato) に特別な権限は不要です。失敗したコマンドによる変更はありません。",
      remedy: {
        steps: () => [
          "[管理者として実行] でコンソールを開き、コマンドをもう一度実行します。",
          "同じコードになる場合は、Application ログの 8229 を確認します。",
        ],
        cost: "",
        undo: () => "変更されたものはありません。",
        verify: () => "コマンドが成功することを確認します。",
      },
    },
  },

  commands: () => ["powershell Start-Process cmd -Verb RunAs", "cscript //nologo slmgr.vbs /ato"],
});

/** Whether a person typed it, rather than the service having logged it. */
function isTyped({ option }: Told): boolean {
  return option !== "";
}

/** Where it is stated that the client's licensing service is disabled, and not set back since. */
function disabledAt(the: Case, client: Client): Place | undefined {
  const isHost = the.hosts.some(({ label, reports }) => label === client.label && reports.length > 0);
  const names = client.info?.family === "office" ? /^(osppsvc|sppsvc)$/ : /^sppsvc$/;
  if (isHost) return undefined;
  const stated = the.evidence.statements.findLast(
    ({ what, name, origin }) => what === "service-start" && names.test(name) && isOf(the, origin, client),
  );
  if (stated !== undefined) return stated.value === "disabled" ? stated.at : undefined;
  const changed = eventsOf(the, client, START_TYPE_CHANGED).at(-1);
  const [, , now = ""] = changed?.data ?? [];
  return changed !== undefined && /^(disabled|無効)$/i.test(now) ? changed.at : undefined;
}
