import { staleListFor } from "../case/azure-allowed.ts";
import { cloudAskersOf } from "../case/cloud.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

/**
 * The signs: routes of their own, or a firewall's network rules, for addresses of Azure's KMS, and one of today's addresses
 * is not among them and has no other way. Microsoft moved the KMS in 2022 and 2023; a lease of 180 days hid it for long.
 */
export const staleAllowList = defineCause({
  id: "A02",
  name: "azure-stale-allow-list",
  link: "network",
  owner: "cloud",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/windows-activation-stopped-working",
    "https://github.com/Azure/avdaccelerator/issues/637",
  ],
  explains: ["A01", "A03", "N02", "N07", "N10", "N11", "C28", "C22"],
  lookalikes: [
    {
      id: "A01",
      test: {
        en: "Is any address of the KMS let through by name? If none is, nobody has made exceptions, and the tunnel itself is the cause.",
        ja: "KMS のアドレスが 1 つでも個別に許可されているかを確認します。なければ例外が設定されておらず、トンネル自体が原因です。",
      },
    },
    {
      id: "A09",
      test: {
        en: "Does TCP connect? A missing address times out; an application rule lets the connection open and breaks it.",
        ja: "TCP が接続できるかを確認します。アドレスの不足ではタイムアウトし、アプリケーション規則では接続後に失敗します。",
      },
    },
  ],

  judge(the) {
    const askers = cloudAskersOf(the, "azure");
    if (askers.length === 0) return notEvaluated("client-events", "effective-routes");
    const found = askers.flatMap((asker) => {
      const stale = staleListFor(the, asker);
      return stale === undefined ? [] : [{ asker, stale }];
    });
    const [first] = found.toSorted((one, two) => two.asker.vain.length - one.asker.vain.length);
    if (first === undefined) {
      const complete = askers.flatMap(({ host }) => host.addresses).length > 0;
      const rules = the.evidence.routes.some(({ source }) => source === "azure");
      return complete && rules
        ? ruledOut(
            "No list of exceptions for the KMS lacks one of its addresses.",
            "KMS の例外一覧に不足しているアドレスはありません。",
          )
        : notEvaluated("effective-routes", "firewall-rules");
    }
    const { asker, stale } = first;
    const vain = found.filter((each) => each.asker.vain.length > 0);
    const hurt = vain.filter((each) => each.asker.isHurt).map((each) => each.asker.client.label);
    // A firewall's rules are only on the way of requests that stop somewhere.
    const isMet = vain.length > 0 && asker.open === undefined;
    return seen({
      verdict: isMet ? "confirmed" : stale.by === "route" ? "likely" : "possible",
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        clients: vain.map((each) => each.asker.client.label),
        listed: [...new Set(stale.listed.map(({ address }) => address))],
        lacking: stale.lacking,
        all: [...asker.host.addresses, ...asker.host.former],
        by: stale.by,
      },
      evidence: [
        ...new Set([...stale.listed.map(({ at }) => at), ...asker.vain.slice(0, 4), asker.at]),
      ].slice(0, 8),
      affects: hurt,
      wants: isMet ? [] : ["port-test", "firewall-rules"],
    });
  },

  words: {
    en: {
      title: "The exceptions for Azure's KMS name old addresses",
      why: ({ clients, listed, lacking, by }) =>
        `${by === "route" ? "Routes to the Internet are" : "Network rules are"} there for ${list(listed)}, and none for ${list(lacking)}${clients.length > 0 ? `; ${list(clients)} ${clients.length > 1 ? "get" : "gets"} no answer` : ", which clients are sent to as well"}.`,
      about:
        "Azure's KMS is reached at several addresses, and they changed in October 2022 and March 2023. Networks that let only named addresses out, by routes or by rules of a firewall, and templates copied since, may still hold the old one. Machines that were activated before go on for up to 180 days, so that nobody connects the failure with the change.",
      remedy: {
        steps: ({ all, by }) => [
          `Let all of them through: ${all.join(", ")} (TCP 1688), ${by === "route" ? "each with a route to `Internet`" : "in a network rule"}; Microsoft still names the old one beside the new.`,
          "Correct the template that the list came from.",
          "Activate again.",
        ],
        cost: "",
        undo: () => "Delete the added routes or take the addresses out of the rule.",
        verify: ({ all }) =>
          `\`Test-NetConnection ${all[0] ?? ""} -Port 1688\` succeeds, and \`slmgr /ato\` too.`,
      },
    },
    ja: {
      title: "Azure の KMS に対する例外設定のアドレスが古くなっています",
      why: ({ clients, listed, lacking, by }) =>
        `${by === "route" ? "インターネットへのルート" : "ネットワーク規則"}は ${list(listed)} に対してだけあり、${list(lacking)} に対するものがありません${clients.length > 0 ? `。${list(clients)} は応答を得られていません` : "。クライアントはこのアドレスにも接続します"}。`,
      about:
        "Azure の KMS には複数のアドレスがあり、2022 年 10 月と 2023 年 3 月に変更されました。ルートやファイアウォールの規則で特定のアドレスだけを許可しているネットワークや、そこからコピーされたテンプレートには、古いアドレスが残っていることがあります。認証済みのマシンは最長 180 日間そのまま動作するため、変更との関係に気付きにくくなります。",
      remedy: {
        steps: ({ all, by }) => [
          `すべてのアドレス (${all.join("、")}、TCP 1688) を${by === "route" ? "、それぞれ次ホップが `Internet` のルートで" : "ネットワーク規則で"}許可します。Microsoft の文書には古いアドレスも併記されています。`,
          "一覧の元になったテンプレートも修正します。",
          "もう一度ライセンス認証を行います。",
        ],
        cost: "",
        undo: () => "追加したルートを削除するか、規則からアドレスを取り除きます。",
        verify: ({ all }) =>
          `\`Test-NetConnection ${all[0] ?? ""} -Port 1688\` が成功し、\`slmgr /ato\` も成功することを確認します。`,
      },
    },
  },

  commands: ({ lacking, by }) => [
    ...(by === "route"
      ? lacking.map(
          (address, at) =>
            `az network route-table route create -g GROUP --route-table-name TABLE -n kms-${at + 1} --address-prefix ${address}/32 --next-hop-type Internet`,
        )
      : [
          `az network firewall policy rule-collection-group collection rule add -g GROUP --policy-name POLICY --rcg-name GROUP_NAME --collection-name COLLECTION -n kms --rule-type NetworkRule --ip-protocols TCP --source-addresses "*" --destination-addresses ${lacking.join(" ")} --destination-ports 1688`,
        ]),
    "cscript //nologo slmgr.vbs /ato",
  ],
});
