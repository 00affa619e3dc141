import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import { eventsOf, labelsOf, toldIn, witnessOf } from "../case/told.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

/** Not genuine; the genuine grace is over; running within it. */
const CODES: ReadonlySet<number> = new Set([0xc004f200, 0xc004f064, 0xc004f065, 0x8004fe21]);
const NON_GENUINE_GRACE = 4;
const SET_NON_GENUINE = new Set([8209]);
/** What the validation of January 2019 answered to volume keys. */
const VALIDATION = 0xc004c4a2;
const UPDATE = /^KB971033$/i;

/**
 * The signs: the state or a code says "not genuine". Failed genuine tickets (8200, 8208) are no such sign unless they carry
 * 0xC004C4A2, and neither is a 8209 on a machine that is licensed.
 */
export const nonGenuine = defineCause({
  id: "C19",
  name: "non-genuine-state",
  link: "client",
  owner: "client",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/troubleshoot/windows-client/licensing-and-activation/activation-failures-not-genuine-notifications-volume-licensed-kms-client",
  ],
  explains: ["C28", "C15"],
  lookalikes: [
    {
      id: "C20",
      test: {
        en: "Read the code of 8208: 0x80072EE7 and its kin only say that the internet is out of reach.",
        ja: "8208 のコードを確認します。0x80072EE7 などはインターネットに接続できないことを示すだけです。",
      },
    },
    {
      id: "C17",
      test: {
        en: "0x80070005 from slmgr is access denied, and says nothing of the state.",
        ja: "slmgr の 0x80070005 はアクセス拒否であり、状態を示すものではありません。",
      },
    },
  ],

  judge(the) {
    const told = toldIn(the, CODES);
    const states = the.clients.filter(({ status }) => status === NON_GENUINE_GRACE);
    const set = the.clients.flatMap((client) => {
      if (client.state !== "notActivated") return [];
      const event = eventsOf(the, client, SET_NON_GENUINE).findLast(({ time }) => !isOver(client, time));
      return event === undefined ? [] : [{ client, label: client.label, at: event.at }];
    });
    const update = the.evidence.statements.find(({ what, name }) => what === "hotfix" && UPDATE.test(name));
    const validation = validationOf(the);
    if (told.length + states.length + set.length === 0) {
      const licensed = witnessOf(
        the,
        ({ state, report }) => state === "activated" && report?.status !== undefined,
      );
      return licensed?.report?.status === undefined
        ? notEvaluated("client-dlv", "client-events")
        : ruledOut(
            `${licensed.label} is licensed.`,
            `${licensed.label} はライセンス済みです。`,
            licensed.report.status.at,
          );
    }
    const machines = [...new Set([...labelsOf(told), ...labelsOf(states), ...labelsOf(set)])];
    return seen({
      verdict: told.length > 0 || states.length > 0 || validation !== undefined ? "confirmed" : "likely",
      severity: "error",
      facts: { machines, hasUpdate: update !== undefined, isWindows7: isWindows7(the) },
      evidence: [
        ...told.map(({ at }) => at),
        ...states.flatMap(({ report }) => report?.status?.at ?? []),
        ...set.map(({ at }) => at),
        ...(validation === undefined ? [] : [validation]),
        ...(update === undefined ? [] : [update.at]),
      ].slice(0, 8),
      affects: machines,
      wants: told.length + states.length === 0 ? ["client-dlv"] : [],
    });
  },

  words: {
    en: {
      title: "Windows takes itself for not genuine",
      why: ({ machines, hasUpdate }) =>
        `${list(machines)}: the state is non-genuine${hasUpdate ? ", and the update KB971033 is installed, which does not belong on volume-licensed machines" : ""}.`,
      about:
        "Windows validates itself besides being activated. On Windows 7 the update KB971033 does it with Microsoft's server, which in January 2019 took volume keys for not genuine. Changed system files and a damaged store of licences lead there as well. An activation by the host does not cure it as long as the cause is there.",
      remedy: {
        steps: ({ isWindows7, hasUpdate }) => [
          ...(isWindows7 || hasUpdate
            ? [
                "Remove the update KB971033, and restart.",
                "Rebuild the store: stop the service, remove its files, start it again.",
              ]
            : [
                "Repair the system files: `sfc /scannow`, then `DISM /Online /Cleanup-Image /RestoreHealth`.",
              ]),
          "Install the client setup key again, and activate.",
        ],
        cost: "A restart; keys are entered again.",
        undo: () => "The update can be installed again; machines with volume licences do not need it.",
        verify: () => "`slmgr /dlv` shows License Status: Licensed, and no new 8209 is logged.",
      },
    },
    ja: {
      title: "Windows が正規品ではないと判定されています",
      why: ({ machines, hasUpdate }) =>
        `${list(machines)}: 状態が「正規品ではない」となっています${hasUpdate ? "。ボリューム ライセンスのマシンには不要な更新プログラム KB971033 がインストールされています" : ""}。`,
      about:
        "Windows は、ライセンス認証とは別に正規品かどうかを検証します。Windows 7 では更新プログラム KB971033 が Microsoft のサーバーで検証し、2019 年 1 月にはボリューム キーが正規品ではないと誤って判定されました。システム ファイルの変更やライセンス ストアの破損でも同じ状態になります。原因が残っている限り、ホストで認証しても解消しません。",
      remedy: {
        steps: ({ isWindows7, hasUpdate }) => [
          ...(isWindows7 || hasUpdate
            ? [
                "更新プログラム KB971033 をアンインストールし、再起動します。",
                "サービスを停止してストアのファイルを削除し、サービスを開始してストアを再構築します。",
              ]
            : [
                "システム ファイルを修復します: `sfc /scannow`、続いて `DISM /Online /Cleanup-Image /RestoreHealth`。",
              ]),
          "クライアント セットアップ キーを入れ直し、ライセンス認証を行います。",
        ],
        cost: "再起動と、キーの入れ直しが必要です。",
        undo: () => "更新プログラムは再インストールできますが、ボリューム ライセンスのマシンには不要です。",
        verify: () => "`slmgr /dlv` がライセンス済みになり、新しい 8209 が記録されないことを確認します。",
      },
    },
  },

  commands: ({ isWindows7, hasUpdate }) => [
    ...(isWindows7 || hasUpdate
      ? ["wusa /uninstall /kb:971033", "net stop sppsvc", "net start sppsvc"]
      : ["sfc /scannow", "DISM /Online /Cleanup-Image /RestoreHealth"]),
    "cscript //nologo slmgr.vbs /ipk XXXXX-XXXXX-XXXXX-XXXXX-XXXXX",
    "cscript //nologo slmgr.vbs /ato",
  ],
});

function isOver({ lastSuccess }: Client, time: number): boolean {
  return time <= (lastSuccess?.time ?? Number.NEGATIVE_INFINITY);
}

function validationOf({ evidence }: Case) {
  return evidence.events.findLast(({ id, codes }) => id === 8208 && codes.includes(VALIDATION))?.at;
}

function isWindows7({ clients }: Case): boolean {
  return clients.some(({ report }) => report?.serviceVersion?.value.startsWith("6.1") === true);
}
