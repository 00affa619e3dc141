import type { Case } from "../case/case.ts";
import { labelsOf, toldIn } from "../case/told.ts";
import { defineCause, type Judgement, notEvaluated, seen } from "../cause.ts";
import { hresult, list } from "../words.ts";

/** Inconsistent data, no data, an unusable store, products that WMI does not find or that do not load. */
const DAMAGED: ReadonlySet<number> = new Set([
  0xc004e001, 0xc004e002, 0xc004e004, 0xc004e005, 0xc004e007, 0xc004e008, 0xc004d104, 0xc004d301, 0xc004d401,
  0x80041002, 0x80041010,
]);
/** A rearm that waits for its restart looks the same until then. */
const REARMED = 0xc004d302;
const EUL_CONSUMPTION = 0xc004e015;

const REBUILD =
  "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/rebuild-tokens-dotdat-file";

interface Facts {
  readonly machines: readonly string[];
  readonly code: string;
}

/** The signs: codes of the license store from a command or the rules engine. 0xC004E003 in 1003 only says "not activated". */
export const licenseStore = defineCause<Facts>({
  id: "C15",
  name: "license-store-damaged",
  link: "client",
  owner: "client",
  systems: ["kms"],
  links: [REBUILD],
  explains: ["C28", "C03"],
  lookalikes: [
    {
      id: "C27",
      test: {
        en: "Restart once: 0xC004D302 goes away if it was a rearm that waited for it.",
        ja: "一度再起動します。rearm の再起動待ちであれば 0xC004D302 は出なくなります。",
      },
    },
    {
      id: "C03",
      test: {
        en: "`slmgr /dlv all`: products without a key are still listed; a damaged store lists none.",
        ja: "`slmgr /dlv all` を確認します。キーがないだけなら製品は一覧に残りますが、ストアの破損では何も表示されません。",
      },
    },
    {
      id: "C16",
      test: {
        en: "`sc query sppsvc`: a service that cannot start gives 0x80070422 or 0x80080005.",
        ja: "`sc query sppsvc` を確認します。サービスを開始できない場合のコードは 0x80070422 または 0x80080005 です。",
      },
    },
  ],

  judge: (the) => {
    const judgement = judgeCodes(the, DAMAGED);
    return judgement.kind === "seen" ? judgement : judgeCodes(the, new Set([REARMED]), "possible");
  },

  words: {
    en: {
      title: "The store of licences on the machine is damaged",
      why: ({ machines, code }) =>
        `${list(machines)}: ${code} comes from the machine's own store of licences, not from a host.`,
      about:
        "Windows keeps licences and their state in files of its own (tokens.dat and the trusted store). When they are damaged, by a full disk, a restored backup or a program that meddles with them, slmgr finds no product or inconsistent data, and no request is sent.",
      remedy: {
        steps: () => [
          "Restart first: a rearm that waits for its restart shows the same.",
          "Stop the service, rename tokens.dat, start the service and install the licences again: `slmgr /rilc`.",
          "Restart twice, install the client setup key again and activate.",
          "Repair the system files: `sfc /scannow`, then `DISM /Online /Cleanup-Image /RestoreHealth`.",
        ],
        cost: "Two restarts; all keys on the machine, Office's as well, have to be entered again.",
        undo: () => "Stop the service and give the renamed tokens.dat its name back.",
        verify: () => "`slmgr /dlv` lists the product again, and `slmgr /ato` succeeds.",
      },
    },
    ja: {
      title: "マシンのライセンス ストアが破損しています",
      why: ({ machines, code }) =>
        `${list(machines)}: ${code} はホストではなく、マシン自身のライセンス ストアから返されたものです。`,
      about:
        "Windows はライセンスとその状態を専用のファイル (tokens.dat と信頼されたストア) に保存します。ディスクの空き不足、バックアップからの復元、ほかのプログラムによる変更で破損すると、製品が見つからない、データに矛盾があるといったエラーになり、要求も送られません。",
      remedy: {
        steps: () => [
          "まず再起動します。rearm の再起動待ちでも同じ症状になります。",
          "サービスを停止して tokens.dat の名前を変え、サービスを開始して `slmgr /rilc` でライセンスを入れ直します。",
          "2 回再起動し、クライアント セットアップ キーを入れ直してライセンス認証を行います。",
          "システム ファイルを修復します: `sfc /scannow`、続いて `DISM /Online /Cleanup-Image /RestoreHealth`。",
        ],
        cost: "再起動が 2 回必要です。Office を含め、マシンのすべてのキーを入れ直すことになります。",
        undo: () => "サービスを停止し、名前を変えた tokens.dat を元の名前に戻します。",
        verify: () => "`slmgr /dlv` に製品が再び表示され、`slmgr /ato` が成功することを確認します。",
      },
    },
  },

  commands: () => [
    "net stop sppsvc",
    "ren %windir%\\System32\\spp\\store\\2.0\\tokens.dat tokens.bar",
    "net start sppsvc",
    "cscript //nologo slmgr.vbs /rilc",
    "cscript //nologo slmgr.vbs /ipk XXXXX-XXXXX-XXXXX-XXXXX-XXXXX",
    "cscript //nologo slmgr.vbs /ato",
  ],
});

/** The signs: 0xC004E015, which says that the use licence cannot be consumed. */
export const eulConsumption = defineCause<Facts>({
  id: "C26",
  name: "use-license-not-consumed",
  link: "client",
  owner: "client",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/troubleshoot-activation-problems",
  ],
  explains: ["C28"],
  lookalikes: [
    {
      id: "C15",
      test: {
        en: "The code decides: other codes of 0xC004E0xx and 0xC004D3xx are of the whole store.",
        ja: "コードで区別できます。ほかの 0xC004E0xx や 0xC004D3xx はストア全体の問題です。",
      },
    },
    {
      id: "C04",
      test: {
        en: "0xC004E016, one digit further, is a key that does not fit the edition.",
        ja: "1 つ違いの 0xC004E016 は、エディションに合わないキーを示します。",
      },
    },
  ],

  judge: (the) => judgeCodes(the, new Set([EUL_CONSUMPTION])),

  words: {
    en: {
      title: "The machine cannot consume its use licence",
      why: ({ machines, code }) => `${list(machines)}: ${code}, the consumption of the use licence failed.`,
      about:
        "With an activation the machine gets a use licence, which it consumes at each check. When the licence files and the installed edition do not belong together, most often after an upgrade or a change of the edition in place, that fails although host and network are in order.",
      remedy: {
        steps: () => [
          "Install the licence files again: `slmgr /rilc`, and restart.",
          "Install the client setup key of the installed edition again, and activate.",
          "If that does not help, repair Windows in place from media of the same version.",
        ],
        cost: "A restart; a repair in place takes an hour or more.",
        undo: () => "Nothing to undo: files of the same version are put back.",
        verify: () => "`slmgr /ato` succeeds and `slmgr /dlv` shows License Status: Licensed.",
      },
    },
    ja: {
      title: "使用ライセンスを使えない状態です",
      why: ({ machines, code }) => `${list(machines)}: ${code} で、使用ライセンスの処理に失敗しています。`,
      about:
        "マシンは認証時に使用ライセンスを受け取り、確認のたびに使います。ライセンス ファイルとインストールされているエディションが一致しない場合 (多くはアップグレードやエディション変更の後)、ホストやネットワークが正常でも失敗します。",
      remedy: {
        steps: () => [
          "`slmgr /rilc` でライセンス ファイルを入れ直し、再起動します。",
          "インストールされているエディションのクライアント セットアップ キーを入れ直し、ライセンス認証を行います。",
          "解決しない場合は、同じバージョンのメディアで Windows を上書き修復します。",
        ],
        cost: "再起動が必要です。上書き修復には 1 時間以上かかります。",
        undo: () => "元に戻すものはありません。同じバージョンのファイルに置き換えるだけです。",
        verify: () => "`slmgr /ato` が成功し、`slmgr /dlv` がライセンス済みになることを確認します。",
      },
    },
  },

  commands: () => [
    "cscript //nologo slmgr.vbs /rilc",
    "shutdown /r /t 60",
    "cscript //nologo slmgr.vbs /ipk XXXXX-XXXXX-XXXXX-XXXXX-XXXXX",
    "cscript //nologo slmgr.vbs /ato",
  ],
});

function judgeCodes(
  the: Case,
  codes: ReadonlySet<number>,
  verdict: "possible" | "likely" = "likely",
): Judgement<Facts> {
  const told = toldIn(the, codes);
  const [first] = told;
  if (first === undefined) return notEvaluated("client-dlv", "client-events");
  // Two commands that stumble over the store in the same way leave little else.
  const isSure = verdict === "likely" && (told.length > 1 || told.some(({ option }) => option === "/dlv"));
  return seen({
    verdict: isSure ? "confirmed" : verdict,
    severity: told.every(({ client }) => client?.state === "activated") ? "warning" : "error",
    facts: { machines: labelsOf(told), code: hresult(first.value) },
    evidence: told.map(({ at }) => at).slice(0, 8),
    affects: labelsOf(told),
    wants: isSure ? [] : ["client-dlv"],
  });
}
