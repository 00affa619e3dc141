import { cloudAskersOf, cloudOf, ownHostOf } from "../case/cloud.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

/** The signs: a VM of one of Azure's separate clouds asks the KMS of another; each serves its own addresses only. */
export const wrongCloud = defineCause({
  id: "A05",
  name: "azure-wrong-cloud-endpoint",
  link: "client",
  owner: "cloud",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/custom-routes-enable-kms-activation",
    "https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/troubleshoot-activation-problems",
  ],
  explains: ["A01", "A03", "A04", "D12", "N02", "N07", "N10", "N11", "C28", "C22"],
  lookalikes: [
    {
      id: "A01",
      test: {
        en: "Compare the name that is asked with the cloud that the VM runs in before looking at routes.",
        ja: "ルートを調べる前に、問い合わせ先の名前と VM が動作しているクラウドを比べます。",
      },
    },
  ],

  judge(the) {
    const placed = cloudAskersOf(the, "azure").flatMap((asker) => {
      const place = cloudOf(the, asker.client);
      return place?.cloud === "azure" && place.isPartKnown ? [{ asker, place }] : [];
    });
    const wrong = placed.filter(
      ({ asker, place }) => asker.host.part !== place.part && (asker.vain.length > 0 || asker.isHurt),
    );
    const [first] = wrong;
    if (first === undefined) {
      const [right] = placed;
      return right === undefined || right.asker.host.part !== right.place.part
        ? notEvaluated("client-events", "ipconfig")
        : ruledOut(
            `${right.asker.client.label} asks the KMS of the cloud it runs in.`,
            `${right.asker.client.label} は、動作しているクラウドの KMS に問い合わせています。`,
            right.place.at,
          );
    }
    const hurt = wrong.filter(({ asker }) => asker.isHurt).map(({ asker }) => asker.client.label);
    return seen({
      verdict: first.asker.vain.length > 0 ? "confirmed" : "likely",
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        clients: wrong.map(({ asker }) => asker.client.label),
        asked: first.asker.asked,
        own: ownHostOf(first.place)?.name ?? "",
      },
      evidence: [
        ...new Set([first.asker.at, first.place.at, ...wrong.flatMap(({ asker }) => asker.vain.slice(0, 2))]),
      ].slice(0, 8),
      affects: hurt,
    });
  },

  words: {
    en: {
      title: "The VM asks the KMS of another Azure cloud",
      why: ({ clients, asked, own }) =>
        `${list(clients)} ${clients.length > 1 ? "ask" : "asks"} ${asked}, and the cloud it runs in has ${own}.`,
      about:
        "Azure's public cloud, the one for the US government and the one in China are separate, each with a KMS of its own that serves only machines of that cloud. An image or a script brought from one to the other still names the first one's KMS.",
      remedy: {
        steps: ({ own }) => [
          `Name the right one: \`slmgr /skms ${own}:1688\`.`,
          "Correct the image or script that the name came from.",
          "Activate again.",
        ],
        cost: "",
        undo: ({ asked }) => `\`slmgr /skms ${asked}:1688\``,
        verify: ({ own }) => `\`slmgr /ato\` succeeds, and \`/dlv\` names ${own}.`,
      },
    },
    ja: {
      title: "別の Azure クラウドの KMS に問い合わせています",
      why: ({ clients, asked, own }) =>
        `${list(clients)} は ${asked} に問い合わせていますが、動作しているクラウドの KMS は ${own} です。`,
      about:
        "Azure のパブリック クラウド、米国政府向けクラウド、中国のクラウドは分離されており、それぞれの KMS は自分のクラウドのマシンにだけ応答します。別のクラウドから持ち込んだイメージやスクリプトには、元のクラウドの KMS の名前が残っていることがあります。",
      remedy: {
        steps: ({ own }) => [
          `正しい KMS を指定します: \`slmgr /skms ${own}:1688\``,
          "名前の元になったイメージやスクリプトも修正します。",
          "もう一度ライセンス認証を行います。",
        ],
        cost: "",
        undo: ({ asked }) => `\`slmgr /skms ${asked}:1688\``,
        verify: ({ own }) => `\`slmgr /ato\` が成功し、\`/dlv\` に ${own} が表示されることを確認します。`,
      },
    },
  },

  commands: ({ own }) => [`cscript //nologo slmgr.vbs /skms ${own}:1688`, "cscript //nologo slmgr.vbs /ato"],
});
