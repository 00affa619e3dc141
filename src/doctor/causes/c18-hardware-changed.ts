import { eventsOf, labelsOf, toldIn, witnessOf } from "../case/told.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

/** The hardware id is beyond tolerance / HARDWARE_CHANGED. */
const OUT_OF_TOLERANCE = 0xc004f00f;
/** Muster: the hardware differs too much from that of the lease. */
const HARDWARE = new Set([12411]);

/** The signs: 0xC004F00F on a client, or Muster's 12411, and no activation since. On a host it is H16. */
export const hardwareChanged = defineCause({
  id: "C18",
  name: "hardware-changed",
  link: "client",
  owner: "client",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-activation-error-codes",
  ],
  explains: ["C28"],
  lookalikes: [
    {
      id: "H16",
      test: {
        en: "On which machine does the code stand? On a host it takes the licence of all its clients along.",
        ja: "コードの出たマシンを確認します。ホストであれば、そのすべてのクライアントに影響します。",
      },
    },
    {
      id: "C28",
      test: {
        en: "`Additional grace period` stands for both: the reason, 0xC004F00F or 0xC004F009, tells them apart.",
        ja: "「追加の猶予期間」はどちらの場合にも表示されます。理由のコード (0xC004F00F か 0xC004F009) で区別します。",
      },
    },
  ],

  judge(the) {
    const told = toldIn(the, new Set([OUT_OF_TOLERANCE]));
    const logged = the.clients.flatMap((client) => {
      const event = eventsOf(the, client, HARDWARE).at(-1);
      const isOver = event === undefined || event.time <= (client.lastSuccess?.time ?? -Infinity);
      return isOver ? [] : [{ client, label: client.label, at: event.at, fields: event.fields }];
    });
    if (told.length === 0 && logged.length === 0) {
      const other = witnessOf(
        the,
        ({ report, state }) => state === "notActivated" && report?.reason !== undefined,
      );
      return other?.report?.reason === undefined
        ? notEvaluated("client-dlv", "client-events")
        : ruledOut(
            `${other.label} gives another reason.`,
            `${other.label} の理由は別のコードです。`,
            other.report.reason.at,
          );
    }
    const all = [...told, ...logged];
    return seen({
      verdict: "confirmed",
      severity: all.every(({ client }) => client?.state === "activated") ? "warning" : "error",
      facts: { machines: labelsOf(all), changed: logged[0]?.fields.changed ?? "" },
      evidence: all.map(({ at }) => at).slice(0, 8),
      affects: labelsOf(all),
    });
  },

  words: {
    en: {
      title: "The machine's hardware has changed too much for its activation",
      why: ({ machines, changed }) =>
        `${list(machines)}: the hardware differs from that of the activation by more than is tolerated (0xC004F00F)${changed === "" ? "" : `; changed: ${changed}`}.`,
      about:
        "An activation is bound to the hardware. A new mainboard, a virtual machine that was moved, copied or given other virtual hardware, and sometimes a driver of the disk controller go beyond what is tolerated. A client of a host simply activates again; nothing is used up.",
      remedy: {
        steps: (_, system) => [
          system === "muster"
            ? "Activate again: `muster ato`."
            : "Restart, then activate again: `slmgr /ato`.",
          "If that fails, its error is the fault to look for: the way to the host.",
          "Was the machine copied? Then look for a second one with the same CMID.",
        ],
        cost: "None for a client of a host; a MAK uses up another activation.",
        undo: () => "Nothing to undo.",
        verify: (_, system) =>
          `${system === "muster" ? "`muster dlv`" : "`slmgr /dlv`"} shows License Status: Licensed.`,
      },
    },
    ja: {
      title: "ハードウェアの変更が許容範囲を超えています",
      why: ({ machines, changed }) =>
        `${list(machines)}: ハードウェアが認証時と許容範囲を超えて異なります (0xC004F00F)${changed === "" ? "" : `。変更された項目: ${changed}`}。`,
      about:
        "ライセンス認証はハードウェアに結び付いています。マザーボードの交換、仮想マシンの移動や複製、仮想ハードウェアの変更、場合によってはディスク コントローラーのドライバーの更新で、許容範囲を超えることがあります。ホストで認証するクライアントは、もう一度認証するだけで済み、認証回数も減りません。",
      remedy: {
        steps: (_, system) => [
          system === "muster"
            ? "もう一度ライセンス認証を行います: `muster ato`。"
            : "再起動してから、もう一度ライセンス認証を行います: `slmgr /ato`。",
          "失敗する場合は、そのエラー (ホストへの経路など) を調べます。",
          "マシンを複製した場合は、同じ CMID のマシンがほかにないかを確認します。",
        ],
        cost: "ホストのクライアントでは不要です。MAK では認証回数が 1 回減ります。",
        undo: () => "元に戻すものはありません。",
        verify: (_, system) =>
          `${system === "muster" ? "`muster dlv`" : "`slmgr /dlv`"} がライセンス済みになることを確認します。`,
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster ato", "muster dlv"]
      : ["shutdown /r /t 60", "cscript //nologo slmgr.vbs /ato", "cscript //nologo slmgr.vbs /dlv"],
});
