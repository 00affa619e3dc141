import type { Client } from "../case/client.ts";
import { activeBeside, isLeftover } from "../case/key.ts";
import { labelsOf } from "../case/told.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

/**
 * The signs: a machine with two products of one kind (two Windows, two generations of Office) of which one is activated,
 * and the other has a key that nobody tries to activate: a leftover. Windows beside Office is no such pair.
 */
export const severalProducts = defineCause({
  id: "C23",
  name: "several-products-wrong-one-looked-at",
  link: "client",
  owner: "licensing",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/activation-slmgr-vbs-options",
    "https://learn.microsoft.com/office/volume-license-activation/tools-to-manage-volume-activation-of-office",
  ],
  explains: ["C28"],
  lookalikes: [
    {
      id: "H07",
      test: {
        en: "Look at the application id: Office that is refused while Windows is served lacks its own host key.",
        ja: "アプリケーション ID を確認します。Windows は認証されるのに Office が拒否される場合は、Office 用のホスト キーがありません。",
      },
    },
    {
      id: "C04",
      test: {
        en: "Is the product in question installed at all? A key of one that is not cannot be activated and needs not be.",
        ja: "その製品がインストールされているかを確認します。インストールされていない製品のキーは認証できず、その必要もありません。",
      },
    },
  ],

  judge(the) {
    const reported = the.clients.filter(({ report }) => report !== undefined);
    const leftovers = reported.flatMap((client) => {
      const active = activeBeside(the, client);
      return active === undefined || !isLeftover(the, client)
        ? []
        : [{ client, label: client.label, active }];
    });
    const [first] = leftovers;
    if (first === undefined) {
      const [only] = reported;
      const isOne =
        only !== undefined && reported.every((each) => each === only || each.label !== only.label);
      return isOne
        ? ruledOut(
            `One product is reported of ${only.label}.`,
            `${only.label} について報告された製品は 1 つです。`,
            only.report?.name?.at ?? only.report?.at,
          )
        : notEvaluated("client-dlv");
    }
    const isEvaluation = leftovers.every(({ client }) => client.channel.startsWith("TIMEBASED_EVAL"));
    return seen({
      verdict: isEvaluation ? "benign" : "likely",
      severity: isEvaluation ? "info" : "warning",
      facts: {
        machines: labelsOf(leftovers),
        leftover: nameOf(first.client),
        active: nameOf(first.active),
        lastFive: first.client.report?.partialKey?.value ?? "",
        isOffice: isOffice(first.client),
        script: isOffice(first.client) ? "ospp.vbs /dstatusall" : "slmgr.vbs /dlv all",
        activeId: first.active.product,
      },
      evidence: leftovers
        .flatMap(({ client, active }) => [
          client.report?.status?.at,
          client.report?.partialKey?.at,
          active.report?.status?.at,
        ])
        .filter((place) => place !== undefined)
        .slice(0, 8),
      affects: [],
    });
  },

  words: {
    en: {
      title: "The machine has several products, and the one that is looked at is a leftover",
      why: ({ machines, leftover, active, lastFive }) =>
        `${list(machines)}: ${active} is activated. ${leftover}${lastFive === "" ? "" : ` (key ending in ${lastFive})`} is not, and nothing tries to activate it.`,
      about:
        "slmgr and the license list of WMI report every product that has a key: Windows, add-ons, several generations of Office, an evaluation that was converted. A monitoring that takes the first, or all of them, reports a machine that is in order. Read the product by its application id and by the last five characters of its key.",
      remedy: {
        steps: ({ isOffice }, system) => [
          system === "muster"
            ? "List all products: `muster dlv all`, and decide which of them is in use."
            : `List all products (\`${isOffice ? "ospp.vbs /dstatusall" : "slmgr /dlv all"}\`), and decide which of them is in use.`,
          ...(isOffice
            ? [
                "Remove the key of the Office that is not installed any more: `ospp.vbs /unpkey` with its last five characters.",
              ]
            : []),
          "Let the monitoring look at the product in use only.",
        ],
        cost: "",
        undo: ({ isOffice }) => (isOffice ? "Install the key again with `ospp.vbs /inpkey`." : ""),
        verify: () => "Every product that is listed with a key is in use, and licensed.",
      },
    },
    ja: {
      title: "複数の製品があり、確認しているのは使われていない製品です",
      why: ({ machines, leftover, active, lastFive }) =>
        `${list(machines)}: ${active} は認証されています。${leftover}${lastFive === "" ? "" : ` (キーの末尾 ${lastFive})`} は認証されておらず、認証の試行もありません。`,
      about:
        "slmgr や WMI のライセンス一覧には、キーのあるすべての製品 (Windows、アドオン、複数世代の Office、変換前の評価版など) が表示されます。先頭だけ、または全部を見る監視では、正常なマシンが異常として報告されます。アプリケーション ID とキーの末尾 5 文字で製品を見分けます。",
      remedy: {
        steps: ({ isOffice }, system) => [
          system === "muster"
            ? "`muster dlv all` ですべての製品を表示し、使っているものを確認します。"
            : `すべての製品を表示し (\`${isOffice ? "ospp.vbs /dstatusall" : "slmgr /dlv all"}\`)、使っているものを確認します。`,
          ...(isOffice
            ? ["使っていない Office のキーを、末尾 5 文字を指定した `ospp.vbs /unpkey` で削除します。"]
            : []),
          "監視の対象を、使っている製品だけにします。",
        ],
        cost: "",
        undo: ({ isOffice }) => (isOffice ? "`ospp.vbs /inpkey` でキーを入れ直します。" : ""),
        verify: () => "キーのある製品がすべて使用中で、ライセンス済みであることを確認します。",
      },
    },
  },

  commands: ({ script, isOffice, lastFive }, system) =>
    system === "muster"
      ? ["muster dlv all"]
      : [
          `cscript //nologo ${script}`,
          ...(isOffice && lastFive !== "" ? [`cscript //nologo ospp.vbs /unpkey:${lastFive}`] : []),
        ],
});

function isOffice({ report }: Client): boolean {
  return /office/i.test(`${report?.name?.value ?? ""} ${report?.description?.value ?? ""}`);
}

function nameOf({ report, info, product }: Client): string {
  return info?.name ?? report?.name?.value ?? product;
}
