import { staleListFor } from "../case/azure-allowed.ts";
import type { Case } from "../case/case.ts";
import { azureWay, type CloudAsker, cloudAskersOf, cloudOf, privateHops, type Way } from "../case/cloud.ts";
import { networkOf } from "../case/discovery.ts";
import { defineCause, notEvaluated, ruledOut, seen, type Verdict } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { list } from "../words.ts";

/**
 * The signs: a client asks Azure's KMS in vain, and the effective routes or the next hop for an address of the KMS are not
 * `Internet`. The KMS only answers requests that come from a public address of Azure, so that a request by way of the
 * company's own Internet access is lost even where the connection opens.
 */
export const forcedTunnelling = defineCause({
  id: "A01",
  name: "azure-forced-tunnelling",
  link: "network",
  owner: "cloud",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/custom-routes-enable-kms-activation",
    "https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/windows-vm-activation-error-0xc004f074",
  ],
  explains: ["A03", "A10", "N02", "N03", "N07", "N10", "N11", "C28", "C22"],
  lookalikes: [
    {
      id: "A02",
      test: {
        en: "Look for routes of their own for addresses of the KMS: where only old addresses have one, the list is stale.",
        ja: "KMS のアドレス専用のルートを確認します。古いアドレスのものしかなければ、一覧が更新されていません。",
      },
    },
    {
      id: "A03",
      test: {
        en: "Read the next hop for the KMS: with `Internet` no tunnel is in the way, but the VM may lack a way out.",
        ja: "KMS への次ホップを確認します。`Internet` ならトンネルはありませんが、VM に外部への経路がない可能性があります。",
      },
    },
    {
      id: "A09",
      test: {
        en: "Is the next hop an Azure Firewall? It keeps an address of Azure, so the kind of its rule decides.",
        ja: "次ホップが Azure Firewall かどうかを確認します。その場合は Azure のアドレスのままなので、規則の種類が原因になります。",
      },
    },
  ],

  judge(the) {
    const askers = cloudAskersOf(the, "azure");
    if (askers.length === 0) return notEvaluated("client-events", "effective-routes");
    const found = askers
      .flatMap((asker) => detourOf(the, asker) ?? [])
      .toSorted((one, two) => ORDER.indexOf(one.verdict) - ORDER.indexOf(two.verdict));
    const [first] = found;
    if (first === undefined) {
      const straight = askers
        .flatMap(({ client, host }) => host.addresses.flatMap((each) => azureWay(the, client, each) ?? []))
        .find(({ hop }) => hop === "Internet");
      if (straight !== undefined) {
        return ruledOut(
          `Packets to ${straight.address} go straight to the Internet.`,
          `${straight.address} へのパケットは直接インターネットに出ます。`,
          straight.at,
        );
      }
      return notEvaluated("effective-routes");
    }
    const same = found.filter(({ verdict }) => verdict === first.verdict);
    const hurt = same.filter(({ asker }) => asker.isHurt).map(({ asker }) => asker.client.label);
    const open = first.asker.open;
    return seen({
      verdict: first.verdict,
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        clients: same.map(({ asker }) => asker.client.label),
        asked: first.asker.asked,
        hop: first.hop,
        hopAddress: first.hopAddress,
        addresses: first.addresses,
        all: [...first.asker.host.addresses, ...first.asker.host.former],
        opens: open !== undefined,
      },
      evidence: [
        ...new Set([
          ...first.places,
          ...same.flatMap(({ asker }) => asker.vain.slice(0, 2)),
          ...(open === undefined ? [] : [open]),
        ]),
      ].slice(0, 8),
      affects: hurt,
      wants: first.verdict === "confirmed" ? [] : ["effective-routes", "firewall-rules"],
    });
  },

  words: {
    en: {
      title: "Requests to Azure's KMS leave Azure through a tunnel",
      why: ({ clients, asked, hop, hopAddress, addresses, opens }) =>
        hop === ""
          ? `${list(clients)} ${clients.length > 1 ? "ask" : "asks"} ${asked} in vain; by which way the packets leave Azure is not in evidence.`
          : `${list(clients)} ${clients.length > 1 ? "ask" : "asks"} ${asked} in vain, and packets to ${list(addresses)} go to ${hopOf(hop, hopAddress)} instead of straight to the Internet${opens ? "; that a connection opens on that way does not help" : ""}.`,
      about:
        "Azure's KMS only serves requests that come from a public address of Azure. A default route to a VPN or ExpressRoute gateway, by a route table or announced by BGP, sends the VM's requests through the company's own Internet access: they arrive from a foreign address and are dropped, or are stopped by the company's firewall. It shows up months after the route was changed, as an activation lasts 180 days, and is taken for a closed port.",
      remedy: {
        steps: ({ all }) => [
          `Give the VM's subnet a route table with a route to \`Internet\` for each address of the KMS: ${all.map((each) => `${each}/32`).join(", ")}.`,
          "Check that a network security group and the VM itself let TCP 1688 out, and that the subnet has a way out (public address, NAT gateway).",
          "Where policy forbids routes to the Internet, let an Azure Firewall with a network rule for TCP 1688 do it, or run a KMS host of your own.",
          "Activate again.",
        ],
        cost: "TCP to these addresses no longer passes the company's own firewall.",
        undo: () =>
          "Delete the routes: `az network route-table route delete -g GROUP --route-table-name TABLE -n kms1`.",
        verify: () =>
          `\`az network watcher show-next-hop\` answers \`Internet\` for each of them, and \`slmgr /ato\` succeeds.`,
      },
    },
    ja: {
      title: "Azure の KMS への要求がトンネル経由で Azure の外に出ています",
      why: ({ clients, asked, hop, hopAddress, addresses, opens }) =>
        hop === ""
          ? `${list(clients)} は ${asked} に要求を送っていますが応答がありません。パケットがどの経路で Azure の外に出るかは、情報がありません。`
          : `${list(clients)} は ${asked} に要求を送っていますが応答がなく、${list(addresses)} へのパケットは直接インターネットに出ずに ${hopOf(hop, hopAddress)} に送られています${opens ? "。この経路で接続が確立しても、要求には応答しません" : ""}。`,
      about:
        "Azure の KMS は、Azure のパブリック IP アドレスから届いた要求にだけ応答します。ルート テーブルや BGP によって既定のルートが VPN や ExpressRoute のゲートウェイを指していると (強制トンネリング)、VM の要求は社内のインターネット接続を通り、Azure 以外のアドレスから届くため破棄されるか、社内のファイアウォールで止まります。ライセンス認証は 180 日間有効なため、ルートの変更から何か月も後に表面化し、ポートの遮断と誤解されます。",
      remedy: {
        steps: ({ all }) => [
          `VM のサブネットのルート テーブルに、KMS の各アドレス (${all.map((each) => `${each}/32`).join("、")}) について、次ホップが \`Internet\` のルートを追加します。`,
          "ネットワーク セキュリティ グループと VM 自身が TCP 1688 の送信を許可し、サブネットに外部への経路 (パブリック IP、NAT ゲートウェイ) があることを確認します。",
          "インターネットへのルートがポリシーで禁止されている場合は、TCP 1688 のネットワーク規則を持つ Azure Firewall を通すか、独自の KMS ホストを用意します。",
          "もう一度ライセンス認証を行います。",
        ],
        cost: "これらのアドレスへの TCP 通信は、社内のファイアウォールを通らなくなります。",
        undo: () =>
          "追加したルートを削除します: `az network route-table route delete -g GROUP --route-table-name TABLE -n kms1`",
        verify: () =>
          `\`az network watcher show-next-hop\` がそれぞれのアドレスに対して \`Internet\` を返し、\`slmgr /ato\` が成功することを確認します。`,
      },
    },
  },

  commands: ({ all }) => [
    ...all.map(
      (address, at) =>
        `az network route-table route create -g GROUP --route-table-name TABLE -n kms${at + 1} --address-prefix ${address}/32 --next-hop-type Internet`,
    ),
    `az network watcher show-next-hop -g GROUP --vm VM --source-ip ADDRESS --dest-ip ${all[0] ?? ""}`,
    "cscript //nologo slmgr.vbs /ato",
  ],
});

const ORDER: readonly Verdict[] = ["confirmed", "likely", "possible"];

function hopOf(hop: string, address: string): string {
  return address === "" || address === hop ? hop : `${hop} (${address})`;
}

interface Detour {
  readonly asker: CloudAsker;
  readonly verdict: Verdict;
  readonly hop: string;
  readonly hopAddress: string;
  readonly addresses: readonly string[];
  readonly places: readonly Place[];
}

/** How the requests of one client go astray; undefined when they do not, or were answered all the same. */
function detourOf(the: Case, asker: CloudAsker): Detour | undefined {
  if (asker.vain.length === 0) return undefined;
  const { client, host } = asker;
  const ways = host.addresses.flatMap((address) => azureWay(the, client, address) ?? []);
  const wrong = ways.filter(({ hop }) => hop !== "Internet");
  const [first] = wrong;
  if (first === undefined) return ways.length > 0 ? undefined : traced(the, asker);
  const hops = privateHops(the, client, host.addresses).map(({ at }) => at);
  return {
    asker,
    verdict: verdictOf(the, asker, first),
    hop: first.hop,
    hopAddress: first.hopAddress,
    addresses: wrong.map(({ address }) => address),
    places: [
      ...new Set([
        ...wrong.map(({ at }) => at),
        ...wrong.flatMap(({ asked }) => asked ?? []),
        ...asker.vain.slice(0, 1),
        ...hops,
      ]),
    ],
  };
}

function verdictOf(the: Case, asker: CloudAsker, { hop }: Way): Verdict {
  // Somebody has made exceptions for the KMS: then their list is what is wrong, not the tunnel.
  if (staleListFor(the, asker) !== undefined) return "possible";
  const hasFirewall = the.evidence.statements.some(({ what }) => what.startsWith("azure-firewall-"));
  // An appliance in Azure may send on from an address of Azure's.
  if (hop === "VirtualAppliance") return hasFirewall ? "possible" : "likely";
  return hop === "VirtualNetworkGateway" || hop === "None" ? "confirmed" : "likely";
}

/** Without the cloud's word: a trace that runs through private routers on its way to a public address, or nothing. */
function traced(the: Case, asker: CloudAsker): Detour | undefined {
  const hops = privateHops(the, asker.client, asker.host.addresses);
  const [first] = hops;
  if (first === undefined) {
    const isElsewhere =
      networkOf(the, asker.client) !== undefined && cloudOf(the, asker.client) === undefined;
    if (isElsewhere) return undefined;
    return {
      asker,
      verdict: "possible",
      hop: "",
      hopAddress: "",
      addresses: [],
      places: asker.vain.slice(0, 2),
    };
  }
  return {
    asker,
    verdict: hops.length > 1 ? "likely" : "possible",
    hop: first.nextHop,
    hopAddress: first.nextHop,
    addresses: [first.destination ?? ""],
    places: hops.map(({ at }) => at),
  };
}
