import { labelsOf, toldIn } from "../case/told.ts";
import { defineCause, notEvaluated, seen } from "../cause.ts";
import { list } from "../words.ts";

const NOT_QUALIFIED = 0xc004f035;

/** The signs: 0xC004F035. Volume editions of the Windows 7 era are upgrades, and look for an OEM licence in the firmware. */
export const noOemMarker = defineCause({
  id: "C09",
  name: "no-qualifying-license",
  link: "client",
  owner: "licensing",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-activation-error-codes",
  ],
  explains: ["C28"],
  lookalikes: [
    {
      id: "C04",
      test: {
        en: "The code decides: a key of another edition is refused with 0xC004F069 or 0xC004F050.",
        ja: "コードで区別できます。別のエディションのキーは 0xC004F069 または 0xC004F050 で拒否されます。",
      },
    },
  ],

  judge(the) {
    const told = toldIn(the, new Set([NOT_QUALIFIED]));
    if (told.length === 0) return notEvaluated("client-dlv", "client-events");
    return seen({
      verdict: "confirmed",
      severity: "error",
      facts: { machines: labelsOf(told) },
      evidence: told.map(({ at }) => at).slice(0, 8),
      affects: labelsOf(told),
    });
  },

  words: {
    en: {
      title: "The machine has no licence in its firmware that the volume key upgrades",
      why: ({ machines }) =>
        `${list(machines)}: 0xC004F035, which says that a volume key may not be used without a qualifying operating system.`,
      about:
        "Volume licences for Windows clients are upgrades. Windows 7 looks for the marker of an OEM licence in the firmware before a host may activate it, and does not find it on machines that were bought without Windows, on some virtual machines and after a change of the mainboard.",
      remedy: {
        steps: () => [
          "Check that the machine was bought with a professional edition of Windows.",
          "If it was, install the marker with the maker's firmware update.",
          "If not, use a retail key or a MAK, activated by phone.",
        ],
        cost: "A retail licence or an activation of the MAK.",
        undo: () => "Install the client setup key again.",
        verify: () => "`slmgr /ato` succeeds.",
      },
    },
    ja: {
      title: "ボリューム キーのアップグレード元となるライセンスがファームウェアにありません",
      why: ({ machines }) =>
        `${list(machines)}: 0xC004F035 は、対象となるオペレーティング システムがないためボリューム キーを使えないことを示します。`,
      about:
        "クライアント版 Windows のボリューム ライセンスはアップグレードです。Windows 7 は、ホストによる認証の前に、ファームウェアにある OEM ライセンスのマーカーを確認します。Windows なしで購入したマシン、一部の仮想マシン、マザーボード交換後のマシンでは見つかりません。",
      remedy: {
        steps: () => [
          "対象となる Windows の付属するマシンとして購入したものかを確認します。",
          "そうであれば、製造元のファームウェア更新でマーカーを入れます。",
          "そうでなければ、リテール キーまたは MAK を使い、電話で認証します。",
        ],
        cost: "リテール ライセンス、または MAK の認証回数が必要です。",
        undo: () => "クライアント セットアップ キーを入れ直します。",
        verify: () => "`slmgr /ato` が成功することを確認します。",
      },
    },
  },

  commands: () => ["cscript //nologo slmgr.vbs /dlv", "cscript //nologo slmgr.vbs /ato"],
});
