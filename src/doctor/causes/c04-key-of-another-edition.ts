import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import { editionOf, isConsumerEdition, isEvaluation, isMultiSession, mismatchOf } from "../case/edition.ts";
import { labelsOf, type Told, toldIn, witnessOf } from "../case/told.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { hresult, list } from "../words.ts";

/** The key is not valid; Muster: it is not of this catalogue. */
const KEY_INVALID = 0xc004f050;
/** The SKU was not found, its license is not installed, the key does not fit the edition. */
const NOT_THIS_EDITION: ReadonlySet<number> = new Set([0xc004f069, 0xc004e016, 0xc004f017, 0xc004f066]);
/** Access denied, by other accounts: sometimes seen beside a key of another edition. */
const ALSO_SEEN = 0xc004f025;
const CODES: ReadonlySet<number> = new Set([KEY_INVALID, ALSO_SEEN, ...NOT_THIS_EDITION]);

/** Codes that a key was refused with on a client. */
export function refusedKeys(the: Case): Told[] {
  return toldIn(the, CODES).filter(({ value, option }) => value !== ALSO_SEEN || option === "/ipk");
}

/**
 * The signs: a setup key that was refused, on an edition that takes setup keys; or one that is in place on a machine that
 * is not activated, while its last five characters belong to another edition or version. Evaluations (C05), editions for
 * consumers (C06) and multi-session (C07) refuse keys for reasons of their own.
 */
export const keyOfAnotherEdition = defineCause({
  id: "C04",
  name: "key-of-another-edition",
  link: "client",
  owner: "licensing",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/kms-client-activation-keys",
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-activation-error-codes",
  ],
  explains: ["C28", "C03", "C02"],
  lookalikes: [
    {
      id: "C05",
      test: {
        en: "`DISM /Online /Get-CurrentEdition`: a name that ends in Eval is an evaluation, which takes no setup key at all.",
        ja: "`DISM /Online /Get-CurrentEdition` で名前が Eval で終わっていれば評価版で、どのセットアップ キーも受け付けません。",
      },
    },
    {
      id: "H02",
      test: {
        en: "On which machine was the code shown? On a host it is the host key that is refused.",
        ja: "コードが表示されたマシンを確認します。ホストであれば、拒否されたのはホスト キーです。",
      },
    },
    {
      id: "C17",
      test: {
        en: "0xC004F025 goes away in a console with administrator rights; a wrong key stays refused.",
        ja: "0xC004F025 は管理者として開いたコンソールでは出なくなります。誤ったキーであれば拒否されたままです。",
      },
    },
  ],

  judge(the) {
    const wrong = the.clients.flatMap((client) => {
      const isOpen = client.state !== "activated" && takesKeys(the, client);
      const mismatch = isOpen ? mismatchOf(the, client) : undefined;
      return mismatch === undefined ? [] : [{ label: client.label, mismatch }];
    });
    const refused = refusedKeys(the).filter(({ client }) => client === undefined || takesKeys(the, client));
    const [first] = wrong;
    const [told] = refused;
    if (first === undefined && told === undefined) {
      const right = witnessOf(
        the,
        ({ state, report }) => state === "activated" && report?.partialKey !== undefined,
      );
      return right?.report?.partialKey === undefined
        ? notEvaluated("client-dlv", "edition")
        : ruledOut(
            `${right.label} is activated with the key that it has (${right.report.partialKey.value}).`,
            `${right.label} は入っているキー (${right.report.partialKey.value}) で認証されています。`,
            right.report.partialKey.at,
          );
    }
    const isExact = refused.some(
      ({ value, client }) => NOT_THIS_EDITION.has(value) && hasEdition(the, client),
    );
    const onlyDenied = first === undefined && refused.every(({ value }) => value === ALSO_SEEN);
    // A text without a name, beside a host that waits for its key, may be of that host.
    const mayBeHosts =
      the.hosts.some(({ isActivated }) => isActivated === false) &&
      refused.every(({ at, client }) => at.file !== client?.report?.origin.file);
    const machines = [...new Set([...labelsOf(wrong), ...labelsOf(refused)])];
    const edition = told?.client && editionOf(the, told.client);
    return seen({
      verdict:
        onlyDenied || (first === undefined && mayBeHosts)
          ? "possible"
          : first !== undefined || isExact
            ? "confirmed"
            : "likely",
      severity:
        refused.every(({ client }) => client?.state === "activated") && first === undefined
          ? "warning"
          : "error",
      facts: {
        machines,
        keyOf: first?.mismatch.key.name ?? "",
        lastFive: first?.mismatch.lastFive ?? "",
        installed: first?.mismatch.installed ?? edition?.name ?? "",
        code: told === undefined ? "" : hresult(told.value),
      },
      evidence: [
        ...wrong.flatMap(({ mismatch }) => mismatch.places),
        ...refused.map(({ at }) => at),
        ...(edition === undefined ? [] : [edition.at]),
      ].slice(0, 8),
      affects: machines,
      wants: first === undefined && !isExact ? ["edition"] : [],
    });
  },

  words: {
    en: {
      title: "The product key is of another edition or version",
      why: ({ machines, keyOf, lastFive, installed, code }) =>
        keyOf === ""
          ? `${list(machines)}: the key was refused with ${code}${installed === "" ? "" : `; installed is ${installed}`}.`
          : `${list(machines)}: the key ends in ${lastFive}, which is the setup key of ${keyOf}, but installed is ${installed}.`,
      about:
        "A setup key fits one edition of one version; only Windows 10 and 11 share theirs. A key of another edition is refused when it is installed (0xC004F069, 0xC004F050) or leaves a product that cannot be activated. Text that was copied from a document or a mail can carry long dashes or invisible characters, which make a right key invalid.",
      remedy: {
        steps: (_, system) =>
          system === "muster"
            ? [
                "Check the key against the vendor's catalogue: it belongs to one product of it.",
                "Type it with plain hyphens, and install it again.",
              ]
            : [
                "Read the installed edition, and take its setup key from Microsoft's table.",
                "Type the key with plain hyphens, install it and activate.",
                "If another edition is wanted, change the edition first (`DISM /Online /Set-Edition` on servers, `changepk` on clients).",
              ],
        cost: "Changing the edition needs a restart; going back to a smaller one is not possible on servers.",
        undo: () => "Install the former key again.",
        verify: (_, system) =>
          system === "muster"
            ? "`muster ipk` reports the product, and `muster ato` succeeds."
            : "`slmgr /ipk` reports success, and `slmgr /dlv` shows the installed edition and the right last five characters.",
      },
    },
    ja: {
      title: "プロダクト キーが別のエディションまたはバージョンのものです",
      why: ({ machines, keyOf, lastFive, installed, code }) =>
        keyOf === ""
          ? `${list(machines)}: キーは ${code} で拒否されました${installed === "" ? "" : `。インストールされているのは ${installed} です`}。`
          : `${list(machines)}: キーの末尾 ${lastFive} は ${keyOf} のセットアップ キーですが、インストールされているのは ${installed} です。`,
      about:
        "セットアップ キーは 1 つのバージョンの 1 つのエディションにしか使えません (Windows 10 と 11 は共通です)。別のエディションのキーは、インストール時に拒否されるか (0xC004F069、0xC004F050)、認証できない製品になります。文書やメールから貼り付けたキーには、長いダッシュや見えない文字が混ざり、正しいキーでも無効になることがあります。",
      remedy: {
        steps: (_, system) =>
          system === "muster"
            ? [
                "キーを発行元のカタログと照合します。キーはその中の 1 つの製品に対応します。",
                "ハイフンを半角で入力し、もう一度インストールします。",
              ]
            : [
                "インストールされているエディションを確認し、Microsoft の一覧からそのセットアップ キーを選びます。",
                "ハイフンを半角で入力してキーを入れ、ライセンス認証を行います。",
                "別のエディションにする場合は、先にエディションを変更します (サーバーは `DISM /Online /Set-Edition`、クライアントは `changepk`)。",
              ],
        cost: "エディションの変更には再起動が必要です。サーバーでは下位のエディションには戻せません。",
        undo: () => "以前のキーを入れ直します。",
        verify: (_, system) =>
          system === "muster"
            ? "`muster ipk` に製品名が表示され、`muster ato` が成功することを確認します。"
            : "`slmgr /ipk` が成功し、`slmgr /dlv` に正しいエディションとキーの末尾 5 文字が表示されることを確認します。",
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

function hasEdition(the: Case, client: Client | undefined): boolean {
  return client !== undefined && editionOf(the, client) !== undefined;
}

function takesKeys(the: Case, client: Client): boolean {
  const edition = editionOf(the, client)?.name ?? "";
  if (client.channel.startsWith("TIMEBASED_EVAL")) return false;
  return !isEvaluation(edition) && !isConsumerEdition(edition) && !isMultiSession(edition);
}
