import { azureWay, cloudAskersOf, isPrivate } from "../case/cloud.ts";
import { cloudHostOf } from "../case/cloud-hosts.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

/**
 * The signs: packets to Azure's KMS are routed to the Internet, none gets through, and no other public address is reached
 * either: a VM behind a Standard internal load balancer, or in a subnet without default outbound access. A public address
 * that is reached shows that only this port or these addresses are closed.
 */
export const noOutbound = defineCause({
  id: "A03",
  name: "azure-no-outbound-access",
  link: "network",
  owner: "cloud",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/windows-vm-activation-error-0xc004f074",
    "https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access",
  ],
  explains: ["N02", "N07", "N10", "N11", "C28", "C22"],
  lookalikes: [
    {
      id: "A01",
      test: {
        en: "Read the effective routes: with a gateway as the next hop the way out exists and leads elsewhere.",
        ja: "有効なルートを確認します。次ホップがゲートウェイなら、外部への経路はあり、別の場所に向かっています。",
      },
    },
    {
      id: "N07",
      test: {
        en: "Try another public address: if that is reached, only port 1688 or these addresses are filtered.",
        ja: "別のパブリック アドレスを試します。到達できるなら、ポート 1688 またはこれらのアドレスだけが遮断されています。",
      },
    },
  ],

  judge(the) {
    const askers = cloudAskersOf(the, "azure").filter(
      ({ vain, open }) => vain.length > 0 && open === undefined,
    );
    const [first] = askers;
    if (first === undefined) return notEvaluated("client-events", "port-test", "effective-routes");
    const elsewhere = the.evidence.probes.filter(
      ({ host, address = host, protocol, port }) =>
        protocol === "tcp" &&
        port > 0 &&
        cloudHostOf(host) === undefined &&
        cloudHostOf(address) === undefined &&
        /^\d/.test(address) &&
        !isPrivate(address) &&
        !/^(?:127\.|169\.254\.|168\.63\.129\.16$)/.test(address),
    );
    const reached = elsewhere.find(({ result }) => result === "open");
    if (reached !== undefined) {
      return ruledOut(
        `The VM reaches ${reached.host}: it has a way out.`,
        `VM は ${reached.host} に到達しているため、外部への経路はあります。`,
        reached.at,
      );
    }
    const ways = first.host.addresses.flatMap((each) => azureWay(the, first.client, each) ?? []);
    const astray = ways.find(({ hop }) => hop !== "Internet");
    if (astray !== undefined) {
      return ruledOut(
        `The way out is there, and leads to ${astray.hop}.`,
        `外部への経路はあり、${astray.hop} に向かっています。`,
        astray.at,
      );
    }
    if (ways.length === 0 && elsewhere.length === 0) return notEvaluated("effective-routes", "outbound");
    const hurt = askers.filter(({ isHurt }) => isHurt).map(({ client }) => client.label);
    return seen({
      verdict: elsewhere.length > 0 && ways.length > 0 ? "likely" : "possible",
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        clients: askers.map(({ client }) => client.label),
        asked: first.asked,
        others: [...new Set(elsewhere.map(({ host }) => host))],
      },
      evidence: [
        ...new Set([
          ...ways.map(({ at }) => at),
          ...elsewhere.map(({ at }) => at),
          ...askers.flatMap(({ vain }) => vain.slice(0, 2)),
        ]),
      ].slice(0, 8),
      affects: hurt,
      wants: ["outbound"],
    });
  },

  words: {
    en: {
      title: "The VM has no way out to the Internet, and so none to Azure's KMS",
      why: ({ clients, asked, others }) =>
        others.length > 0
          ? `${list(clients)} ${clients.length > 1 ? "reach" : "reaches"} neither ${asked} nor ${list(others)}, though nothing sends their packets elsewhere.`
          : `Packets of ${list(clients)} to ${asked} are routed to the Internet and get no answer; whether the VM reaches anything out there is not in evidence.`,
      about:
        "A VM reaches the Internet by its own public address, a NAT gateway, a load balancer's outbound rule, or by default outbound access. Behind a Standard internal load balancer, and in subnets made private, there is none of it, and the route to the Internet leads nowhere. As Azure's KMS is reached at a public address, activation fails with all else that needs the Internet, which a server may not do for months.",
      remedy: {
        steps: () => [
          "Give the subnet a NAT gateway, or the VM a public address, or the pool a public Standard load balancer with an outbound rule.",
          "Check that the network security group lets TCP 1688 out to the Internet.",
          "Activate again.",
        ],
        cost: "A NAT gateway and public addresses are charged by the hour.",
        undo: () => "Take the NAT gateway off the subnet.",
        verify: ({ asked }) => `\`Test-NetConnection ${asked} -Port 1688\` succeeds, and \`slmgr /ato\` too.`,
      },
    },
    ja: {
      title: "VM からインターネットへの経路がなく、Azure の KMS に届きません",
      why: ({ clients, asked, others }) =>
        others.length > 0
          ? `${list(clients)} は ${asked} にも ${list(others)} にも到達できません。パケットを別の場所に送るルートはありません。`
          : `${list(clients)} から ${asked} へのパケットはインターネットに送られていますが、応答がありません。VM が外部に到達できるかどうかは、情報がありません。`,
      about:
        "VM がインターネットに出るには、自身のパブリック IP、NAT ゲートウェイ、ロード バランサーのアウトバウンド規則、または既定の送信アクセスが必要です。Standard の内部ロード バランサーの背後やプライベート サブネットではいずれもなく、インターネットへのルートがあっても届きません。Azure の KMS はパブリック アドレスにあるため、ライセンス認証も失敗します。サーバーによっては、何か月もほかに外部への通信がなく、気付かれません。",
      remedy: {
        steps: () => [
          "サブネットに NAT ゲートウェイを、または VM にパブリック IP を割り当てます。パブリックの Standard ロード バランサーのアウトバウンド規則でもかまいません。",
          "ネットワーク セキュリティ グループが、インターネットへの TCP 1688 の送信を許可していることを確認します。",
          "もう一度ライセンス認証を行います。",
        ],
        cost: "NAT ゲートウェイとパブリック IP には時間単位の料金がかかります。",
        undo: () => "サブネットから NAT ゲートウェイを外します。",
        verify: ({ asked }) =>
          `\`Test-NetConnection ${asked} -Port 1688\` が成功し、\`slmgr /ato\` も成功することを確認します。`,
      },
    },
  },

  commands: ({ asked }) => [
    "az network nat gateway create -g GROUP -n NAT --public-ip-addresses PUBLIC_IP",
    "az network vnet subnet update -g GROUP --vnet-name VNET -n SUBNET --nat-gateway NAT",
    `Test-NetConnection ${asked} -Port 1688`,
    "cscript //nologo slmgr.vbs /ato",
  ],
});
