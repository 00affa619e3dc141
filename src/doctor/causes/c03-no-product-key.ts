import type { Case } from "../case/case.ts";
import { isHostReport } from "../case/client.ts";
import { labelsOf, toldIn, witnessOf } from "../case/told.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { ProductReport } from "../evidence/model.ts";
import { list } from "../words.ts";

/** SL_E_PPD_NOT_FOUND / KEY_MISSING: the product key is not available. */
const KEY_MISSING = 0xc004f014;

/**
 * The signs: 0xC004F014 from a command or from the rules engine, or products of which each says "not in use". The same
 * code stands in every 1003 for all the editions a machine knows and does not have: there it means nothing.
 */
export const noProductKey = defineCause({
  id: "C03",
  name: "no-product-key",
  link: "client",
  owner: "imaging",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-activation-error-codes",
    "https://learn.microsoft.com/windows-server/get-started/kms-client-activation-keys",
  ],
  explains: ["C28", "C23"],
  lookalikes: [
    {
      id: "C15",
      test: {
        en: "`slmgr /dlv all`: if it lists no product at all, the license store is damaged; a missing key leaves the list whole.",
        ja: "`slmgr /dlv all` を確認します。製品が 1 つも表示されなければライセンス ストアの破損です。キーがないだけなら一覧は残ります。",
      },
    },
    {
      id: "C04",
      test: {
        en: "Was a key refused before? Then it was of another edition, and none is in place now.",
        ja: "その前にキーが拒否されていないかを確認します。拒否されていれば、別のエディションのキーだったために入っていません。",
      },
    },
  ],

  judge(the) {
    const told = toldIn(the, new Set([KEY_MISSING]));
    const bare = keyless(the);
    if (told.length === 0 && bare.length === 0) {
      const keyed = witnessOf(the, ({ report }) => report?.partialKey !== undefined);
      return keyed?.report?.partialKey === undefined
        ? notEvaluated("client-dlv")
        : ruledOut(
            `${keyed.label} has a key ending in ${keyed.report.partialKey.value}.`,
            `${keyed.label} には末尾 ${keyed.report.partialKey.value} のキーが入っています。`,
            keyed.report.partialKey.at,
          );
    }
    const machines = [...new Set([...labelsOf(told), ...labelsOf(bare)])];
    return seen({
      verdict: told.length > 0 || bare.some(({ isSure }) => isSure) ? "confirmed" : "possible",
      severity: "error",
      facts: { machines, isToldByCode: told.length > 0 },
      evidence: [
        ...told.map(({ at }) => at),
        ...bare.flatMap(({ reports }) => reports.map(({ partialKey, at }) => partialKey?.at ?? at)),
      ].slice(0, 8),
      affects: machines,
      wants: told.length > 0 ? [] : ["client-dlv"],
    });
  },

  words: {
    en: {
      title: "No product key is installed",
      why: ({ machines, isToldByCode }) =>
        `${list(machines)}: ${isToldByCode ? "0xC004F014 says that no product key is there" : "every product that is listed says that it is not in use"}, so there is nothing to activate and no host is asked.`,
      about:
        "Without a key the licensing service does not know which product to activate: no request is sent. The key is missing after it was removed with /upk, in an imported or converted image, and where an installation was never finished. The entries with 0xC004F014 in event 1003 are no sign of it: they stand for all editions that the machine knows and does not have.",
      remedy: {
        steps: (_, system) => [
          system === "muster"
            ? "Install the product's setup key: `muster ipk`."
            : "Install the client setup key (GVLK) of the installed edition: `slmgr /ipk`.",
          "Activate.",
          "If the key is refused, read the edition first: a setup key fits one edition only.",
        ],
        cost: "",
        undo: () => "Nothing to undo: a setup key is replaced by installing another one.",
        verify: (_, system) =>
          `${system === "muster" ? "`muster dlv`" : "`slmgr /dlv`"} shows the last five characters of the key and License Status: Licensed.`,
      },
    },
    ja: {
      title: "プロダクト キーが入っていません",
      why: ({ machines, isToldByCode }) =>
        `${list(machines)}: ${isToldByCode ? "0xC004F014 はプロダクト キーがないことを示します" : "表示された製品はすべて「使用されていない」となっています"}。認証する対象がないため、ホストへの要求も送られません。`,
      about:
        "キーがないと、ライセンス サービスはどの製品を認証すべきか判断できず、要求を送りません。/upk で削除した後、取り込んだイメージや変換したイメージ、インストールが完了していないマシンで起こります。イベント 1003 に並ぶ 0xC004F014 はこれとは別で、そのマシンが知っていて使っていない他のエディションを表すだけです。",
      remedy: {
        steps: (_, system) => [
          system === "muster"
            ? "製品のセットアップ キーを入れます: `muster ipk`。"
            : "`slmgr /ipk` で、インストールされているエディションのクライアント セットアップ キー (GVLK) を入れます。",
          "ライセンス認証を行います。",
          "キーが拒否された場合は、まずエディションを確認します。セットアップ キーは 1 つのエディションにしか使えません。",
        ],
        cost: "",
        undo: () => "元に戻す操作は不要です。別のキーを入れれば置き換わります。",
        verify: (_, system) =>
          `${system === "muster" ? "`muster dlv`" : "`slmgr /dlv`"} にキーの末尾 5 文字が表示され、ライセンス済みになることを確認します。`,
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster ipk XXXXX-XXXXX-XXXXX-XXXXX-XXXXX", "muster ato"]
      : [
          "DISM /Online /Get-CurrentEdition",
          "cscript //nologo slmgr.vbs /ipk XXXXX-XXXXX-XXXXX-XXXXX-XXXXX",
          "cscript //nologo slmgr.vbs /ato",
        ],
});

/**
 * Machines of which every product says "not in use". One product alone may have been asked for by its id, which proves
 * nothing in Windows; Muster lists the one product that there is.
 */
function keyless({ evidence, system }: Case) {
  const byMachine = Map.groupBy(
    // A host without a key is no client without one.
    evidence.products.filter((report) => !isHostReport(report)),
    ({ origin }) => evidence.machineOf(origin)?.label ?? origin.file,
  );
  return [...byMachine].flatMap(([label, reports]: [string, ProductReport[]]) => {
    if (reports.length === 0 || !reports.every(({ partialKey }) => partialKey?.value === "")) return [];
    return [{ label, reports, isSure: system === "muster" || reports.length > 1 }];
  });
}
