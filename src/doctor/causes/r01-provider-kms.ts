import { cloudAskersOf } from "../case/cloud.ts";
import { quotes } from "../case/places.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

const CLOCK_SKEW = 0xc004f06c;

/**
 * The signs: a machine at a hosting company asks one of the company's hosts in vain. They keep one for each data centre, and
 * a machine moved or cloned to another still names the first. Their other frequent cause is the clock (C12).
 */
export const providerKms = defineCause({
  id: "R01",
  name: "provider-kms-of-another-region",
  link: "client",
  owner: "cloud",
  systems: ["kms"],
  links: [
    "https://docs.rackspace.com/docs/common-windows-issues-key-management-server-activation",
    "https://github.com/rackerlabs/rackspace-how-to",
  ],
  explains: ["D12", "N02", "N07", "N10", "N11", "C28", "C22"],
  lookalikes: [
    {
      id: "C12",
      test: {
        en: "Read field 1 of 12288: with 0xC004F06C the host answered, and the clock is more than 4 hours off.",
        ja: "12288 の 1 番目の値を確認します。0xC004F06C ならホストは応答しており、時計が 4 時間を超えてずれています。",
      },
    },
    {
      id: "N07",
      test: {
        en: "Try the host of the machine's own data centre: if that does not answer either, look for a filter.",
        ja: "マシンのあるデータセンターのホストを試します。それも応答しなければ、通信の遮断を調べます。",
      },
    },
  ],

  judge(the) {
    const askers = cloudAskersOf(the, "provider");
    const vain = askers.filter((asker) => asker.vain.length > 0);
    const [first] = vain;
    if (first === undefined) {
      const clock = askers.find(({ client }) => client.failure?.code === CLOCK_SKEW);
      if (clock?.client.failure === undefined) return notEvaluated("client-events", "client-dlv");
      return ruledOut(
        "The provider's host answered: the clock is what it refused.",
        "プロバイダーのホストは応答しており、時計のために拒否しています。",
        clock.client.failure.at,
      );
    }
    if (first.open !== undefined) {
      return ruledOut(`${first.asked} can be reached.`, `${first.asked} に到達できます。`, first.open);
    }
    const hurt = vain.filter(({ isHurt }) => isHurt).map(({ client }) => client.label);
    return seen({
      verdict: "likely",
      severity: hurt.length > 0 ? "error" : "warning",
      facts: { clients: vain.map(({ client }) => client.label), asked: first.asked },
      evidence: quotes(first.at, ...vain.flatMap((asker) => asker.vain.slice(0, 3))),
      affects: hurt,
      wants: ["port-test", "clock"],
    });
  },

  words: {
    en: {
      title: "The provider's KMS that is asked does not serve this machine's data centre",
      why: ({ clients, asked }) =>
        `${list(clients)} ${clients.length > 1 ? "ask" : "asks"} ${asked}, a host of the provider, and ${clients.length > 1 ? "get" : "gets"} no answer; providers keep one for each data centre.`,
      about:
        "Hosting companies activate their customers' servers by KMS hosts of their own, one or more for each data centre and reached from there only. A server that was moved, or built from another region's image, asks the wrong one. Which host belongs to which data centre is in the provider's documentation.",
      remedy: {
        steps: () => [
          "Find the host of this machine's data centre in the provider's documentation, or ask their support.",
          "Name it: `slmgr /skms NAME:1688`, and activate.",
          "If that one refuses, compare the clock: more than 4 hours off is the other frequent cause.",
        ],
        cost: "",
        undo: ({ asked }) => `\`slmgr /skms ${asked}:1688\``,
        verify: () => "`slmgr /ato` succeeds, and `/dlv` names the host of the data centre.",
      },
    },
    ja: {
      title: "問い合わせ先のプロバイダーの KMS が、このデータセンター用ではありません",
      why: ({ clients, asked }) =>
        `${list(clients)} はプロバイダーのホスト ${asked} に問い合わせていますが、応答がありません。プロバイダーの KMS はデータセンターごとに分かれています。`,
      about:
        "ホスティング事業者は、データセンターごとに専用の KMS ホストを用意し、その中からだけ利用できるようにしています。移設したサーバーや、別のリージョンのイメージから作成したサーバーは、誤ったホストに問い合わせます。データセンターとホストの対応は、プロバイダーの文書に記載されています。",
      remedy: {
        steps: () => [
          "このマシンのデータセンターの KMS ホストを、プロバイダーの文書またはサポートで確認します。",
          "`slmgr /skms NAME:1688` で指定し、ライセンス認証を行います。",
          "それでも拒否される場合は時計を比べます。4 時間を超えるずれが、もう 1 つのよくある原因です。",
        ],
        cost: "",
        undo: ({ asked }) => `\`slmgr /skms ${asked}:1688\``,
        verify: () =>
          "`slmgr /ato` が成功し、`/dlv` にそのデータセンターのホストが表示されることを確認します。",
      },
    },
  },

  commands: ({ asked }) => [
    `Test-NetConnection ${asked} -Port 1688`,
    "cscript //nologo slmgr.vbs /skms NAME:1688",
    "cscript //nologo slmgr.vbs /ato",
  ],
});
