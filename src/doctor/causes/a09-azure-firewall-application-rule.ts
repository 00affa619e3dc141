import { firewallRulesOf } from "../case/azure-allowed.ts";
import { cloudAskersOf, contains } from "../case/cloud.ts";
import { isHurt } from "../case/discovery.ts";
import { unreachedIn } from "../case/unreachable.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { list } from "../words.ts";

/**
 * The signs: TCP to the KMS opens, requests get no answer, and on the way stands an Azure Firewall that lets 1688 or the
 * KMS's name through by an application rule, and by no network rule. Application rules speak HTTP, TLS and SQL, not RPC;
 * the firewall opens the connection itself, so that the port seems open. Network rules are looked at before them.
 */
export const azureApplicationRule = defineCause({
  id: "A09",
  name: "azure-firewall-application-rule",
  link: "network",
  owner: "cloud",
  systems: ["kms"],
  links: [
    "https://github.com/MicrosoftDocs/azure-docs/issues/45703",
    "https://learn.microsoft.com/azure/firewall/rule-processing",
  ],
  explains: ["N03", "N02", "N07", "N10", "N11", "C28", "C22"],
  lookalikes: [
    {
      id: "A01",
      test: {
        en: "Read the next hop: an Azure Firewall is a virtual appliance; with a gateway the requests leave Azure.",
        ja: "次ホップを確認します。Azure Firewall は仮想アプライアンスです。ゲートウェイなら、要求は Azure の外に出ています。",
      },
    },
    {
      id: "A02",
      test: {
        en: "Does TCP connect? If it times out, no rule lets that address through at all.",
        ja: "TCP が接続できるかを確認します。タイムアウトするなら、そのアドレスを許可する規則がありません。",
      },
    },
    {
      id: "N03",
      test: {
        en: "Look for the device on the way: any other one that inspects traffic does the same.",
        ja: "経路上の機器を確認します。通信を検査するほかの機器でも同じことが起こります。",
      },
    },
  ],

  judge(the) {
    const rules = firewallRulesOf(the);
    if (rules.length === 0) return notEvaluated("firewall-rules");
    const stuck = stuckIn(the);
    const application = rules.filter(({ kind, isForKms }) => kind === "application" && isForKms);
    const network = rules.filter(({ kind, isForKms }) => kind === "network" && isForKms);
    const covered = network.find(
      ({ isWide, destinations }) =>
        isWide ||
        (stuck.addresses.length > 0 &&
          stuck.addresses.every((address) =>
            destinations.some((each) => contains(each.includes("/") ? each : `${each}/32`, address)),
          )),
    );
    if (covered !== undefined) {
      return ruledOut(
        `The network rule "${covered.name}" lets 1688 through before any application rule is looked at.`,
        `ネットワーク規則「${covered.name}」が、アプリケーション規則より先に 1688 を許可しています。`,
        covered.at,
      );
    }
    const open = stuck.open;
    if (stuck.clients.length === 0 || (application.length === 0 && open === undefined))
      return notEvaluated("port-test", "client-events");
    const hurt = stuck.clients.filter(isHurt).map(({ label }) => label);
    const isShown = application.length > 0 && open !== undefined;
    return seen({
      verdict: isShown ? "confirmed" : open === undefined && stuck.isClosed ? "possible" : "likely",
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        clients: stuck.clients.map(({ label }) => label),
        asked: stuck.asked,
        rules: application.map(({ name }) => name),
        opens: open !== undefined,
        addresses: stuck.addresses,
      },
      evidence: [
        ...new Set([
          ...application.map(({ at }) => at),
          ...(open === undefined ? [] : [open]),
          ...stuck.vain,
          ...network.map(({ at }) => at),
        ]),
      ].slice(0, 8),
      affects: hurt,
      wants: isShown ? [] : ["port-test", "firewall-rules"],
    });
  },

  words: {
    en: {
      title: "An Azure Firewall handles activation by an application rule",
      why: ({ clients, asked, rules, opens }) =>
        `${opens ? `TCP to ${asked} opens, and yet ${list(clients)} ${clients.length > 1 ? "get" : "gets"} no answer` : `${list(clients)} ${clients.length > 1 ? "get" : "gets"} no answer from ${asked}`}: the firewall ${rules.length > 0 ? `lets it through by the application rule ${list(rules)}` : "has no network rule for 1688"}, and application rules do not carry RPC.`,
      about:
        "Application rules of Azure Firewall are made for HTTP, HTTPS and SQL. The firewall accepts the connection in the server's stead and waits for such a protocol; activation speaks RPC, and the connection is cut. Tests of the port succeed, and netstat shows an established connection, which is why the network is declared innocent.",
      remedy: {
        steps: ({ addresses }) => [
          `Add a network rule: TCP 1688 to ${addresses.length > 0 ? addresses.join(", ") : "the host"}. It is looked at before application rules.`,
          "Take activation out of the application rules, so that nobody relies on them again.",
          "Activate again.",
        ],
        cost: "",
        undo: () => "Delete the network rule.",
        verify: () => "`slmgr /ato` succeeds; the firewall's log shows the request under the network rule.",
      },
    },
    ja: {
      title: "Azure Firewall がライセンス認証をアプリケーション規則で処理しています",
      why: ({ clients, asked, rules, opens }) =>
        `${opens ? `${asked} への TCP 接続は確立しますが、${list(clients)} は応答を得られていません` : `${list(clients)} は ${asked} から応答を得られていません`}。ファイアウォールは${rules.length > 0 ? `アプリケーション規則 ${list(rules)} で許可していますが` : "1688 のネットワーク規則を持たず"}、アプリケーション規則は RPC を通しません。`,
      about:
        "Azure Firewall のアプリケーション規則は、HTTP、HTTPS、SQL のためのものです。ファイアウォールはサーバーの代わりに接続を受け付け、これらのプロトコルを待ちます。ライセンス認証は RPC を使うため、接続は切断されます。ポートのテストは成功し、netstat にも確立済みの接続が表示されるため、ネットワークは原因ではないと判断されがちです。",
      remedy: {
        steps: ({ addresses }) => [
          `ネットワーク規則を追加し、${addresses.length > 0 ? addresses.join("、") : "ホスト"} への TCP 1688 を許可します。ネットワーク規則はアプリケーション規則より先に処理されます。`,
          "アプリケーション規則からライセンス認証の項目を取り除きます。",
          "もう一度ライセンス認証を行います。",
        ],
        cost: "",
        undo: () => "追加したネットワーク規則を削除します。",
        verify: () =>
          "`slmgr /ato` が成功し、ファイアウォールのログで要求がネットワーク規則により処理されていることを確認します。",
      },
    },
  },

  commands: ({ addresses }) => [
    `az network firewall policy rule-collection-group collection rule add -g GROUP --policy-name POLICY --rcg-name GROUP_NAME --collection-name COLLECTION -n kms --rule-type NetworkRule --ip-protocols TCP --source-addresses "*" --destination-addresses ${addresses.length > 0 ? addresses.join(" ") : "HOST_ADDRESS"} --destination-ports 1688`,
    "cscript //nologo slmgr.vbs /ato",
  ],
});

/** Who gets no answer at whom, and whether the port seems open: at a cloud's host, else at one of the customer's own. */
function stuckIn(the: Parameters<typeof cloudAskersOf>[0]) {
  const askers = cloudAskersOf(the).filter(({ vain }) => vain.length > 0);
  const [first] = askers;
  if (first !== undefined) {
    return {
      clients: askers.map(({ client }) => client),
      asked: first.asked,
      addresses: first.host.addresses,
      open: askers.find(({ open }) => open !== undefined)?.open,
      isClosed: askers.some(({ closed }) => closed !== undefined),
      vain: askers.flatMap(({ vain }) => vain.slice(0, 2)),
    };
  }
  const own = unreachedIn(the).find(({ clients }) => clients.length > 0);
  const open: Place | undefined = own?.host.probes.find(
    ({ result, protocol }) => result === "open" && protocol === "tcp",
  )?.at;
  return {
    clients: own?.clients ?? [],
    asked: own?.host.label ?? "",
    addresses: own?.host.addresses ?? [],
    open,
    isClosed: (own?.probes.length ?? 0) > 0,
    vain: own?.tries.map(({ at }) => at).slice(0, 4) ?? [],
  };
}
