import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import { cloudAskersOf, cloudOf, isUntold, ownHostOf } from "../case/cloud.ts";
import { cloudHostOf } from "../case/cloud-hosts.ts";
import { isHurt, mayAsk, NAME_NOT_FOUND, networkOf, pinOf, stoppedAt } from "../case/discovery.ts";
import { unreachedIn } from "../case/unreachable.ts";
import { defineCause, notEvaluated, ruledOut, seen, type Verdict } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { list } from "../words.ts";

/**
 * The signs: a VM in Azure that is given a host of its former home by name and gets no answer, or is told no host at all and
 * finds none; or a machine outside of Azure that still asks Azure's KMS. A host of the company's own that answers a VM over
 * a VPN is no fault.
 */
export const migratedVm = defineCause({
  id: "A08",
  name: "migrated-vm-still-asks-former-home",
  link: "client",
  owner: "cloud",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/windows-vm-activation-error-0xc004f074",
    "https://learn.microsoft.com/windows-server/get-started/activation-slmgr-vbs-options",
  ],
  explains: ["D01", "D02", "D03", "D04", "D12", "D14", "N01", "N05", "N09", "C28", "C22"],
  lookalikes: [
    {
      id: "D12",
      test: {
        en: "Where does the machine run? In Azure the cure is Azure's KMS, elsewhere the host that DNS names.",
        ja: "マシンの動作場所を確認します。Azure 上なら Azure の KMS、そうでなければ DNS が返すホストを使います。",
      },
    },
    {
      id: "A01",
      test: {
        en: "Is Azure's KMS asked by a VM of Azure? Then the name is right, and the way is to be looked at.",
        ja: "Azure の VM が Azure の KMS に問い合わせているかを確認します。そうなら名前は正しく、経路を調べます。",
      },
    },
  ],

  judge(the) {
    const found = the.clients
      .filter((client) => mayAsk(client) && isHurt(client))
      .flatMap((client) => strayed(the, client) ?? [])
      .toSorted((one, two) => ORDER.indexOf(one.verdict) - ORDER.indexOf(two.verdict));
    const [first] = found;
    if (first === undefined) {
      const right = cloudAskersOf(the, "azure").find(({ client }) => cloudOf(the, client)?.cloud === "azure");
      return right === undefined
        ? notEvaluated("client-dlv", "ipconfig", "registry")
        : ruledOut(
            `${right.client.label} runs in Azure and asks Azure's KMS.`,
            `${right.client.label} は Azure 上で動作し、Azure の KMS に問い合わせています。`,
            right.at,
          );
    }
    const same = found.filter(({ verdict, kind }) => verdict === first.verdict && kind === first.kind);
    const labels = same.map(({ client }) => client.label);
    return seen({
      verdict: first.verdict,
      severity: "error",
      facts: { clients: labels, kind: first.kind, asked: first.asked, own: first.own },
      evidence: [...new Set(same.flatMap(({ places }) => places))].slice(0, 8),
      affects: labels,
      wants: first.verdict === "confirmed" ? [] : ["ipconfig", "registry", "port-test"],
    });
  },

  words: {
    en: {
      title: "A moved machine still asks the KMS of where it came from",
      why: ({ clients, kind, asked, own }) =>
        kind === "untold"
          ? `${list(clients)} ${clients.length > 1 ? "run" : "runs"} in Azure, ${clients.length > 1 ? "are" : "is"} told no host, and DNS names none: nothing points to ${own}.`
          : kind === "in-azure"
            ? `${list(clients)} ${clients.length > 1 ? "run" : "runs"} in Azure and ${clients.length > 1 ? "ask" : "asks"} ${asked}, which gives no activation, instead of ${own}.`
            : `${list(clients)} ${clients.length > 1 ? "ask" : "asks"} ${asked}, which only serves machines of Azure, and nothing shows that ${clients.length > 1 ? "they run" : "it runs"} there.`,
      about:
        "Images of Azure's marketplace name Azure's KMS; machines that were moved there keep what they had: a host's name, or discovery by DNS. Neither works once the old network is out of reach. The other way round, a disk taken home from Azure still names Azure's KMS, which drops requests from elsewhere. It is noticed up to 180 days after the move.",
      remedy: {
        steps: ({ kind, own }) => [
          ...(kind === "home"
            ? ["Clear the name, so that the machine finds the host of its network by DNS: `slmgr /ckms`."]
            : [
                `Name Azure's KMS: \`slmgr /skms ${own}:1688\`. Where the licenses are your own and a KMS host of yours is to serve the VM, open the way to that host instead.`,
              ]),
          "Activate again.",
          "Do the same for the other machines of that move.",
        ],
        cost: "",
        undo: ({ asked, kind }) => (kind === "untold" ? "`slmgr /ckms`" : `\`slmgr /skms ${asked}:1688\``),
        verify: () => "`slmgr /ato` succeeds, and `/dlv` names the intended host.",
      },
    },
    ja: {
      title: "移行したマシンが移行前の KMS に問い合わせています",
      why: ({ clients, kind, asked, own }) =>
        kind === "untold"
          ? `${list(clients)} は Azure 上で動作していますが、ホストの指定がなく、DNS でも見つかりません。${own} を使う設定がありません。`
          : kind === "in-azure"
            ? `${list(clients)} は Azure 上で動作していますが、${own} ではなく ${asked} に問い合わせており、認証されていません。`
            : `${list(clients)} は、Azure のマシンにだけ応答する ${asked} に問い合わせていますが、Azure 上で動作していることを示す情報がありません。`,
      about:
        "Azure Marketplace のイメージには Azure の KMS が設定されていますが、移行したマシンは以前の設定 (ホスト名の指定、または DNS による検出) のままです。元のネットワークに届かなくなると、どちらも機能しません。逆に、Azure から持ち帰ったディスクには Azure の KMS が設定されたままで、Azure 以外からの要求には応答がありません。移行後、最長 180 日経ってから表面化します。",
      remedy: {
        steps: ({ kind, own }) => [
          ...(kind === "home"
            ? ["登録された名前を解除し、ネットワークのホストを DNS で検出させます: `slmgr /ckms`"]
            : [
                `Azure の KMS を指定します: \`slmgr /skms ${own}:1688\`。ライセンスを持ち込み、独自の KMS ホストを使う場合は、代わりにそのホストへの経路を開きます。`,
              ]),
          "もう一度ライセンス認証を行います。",
          "同時に移行したほかのマシンにも同じ作業を行います。",
        ],
        cost: "",
        undo: ({ asked, kind }) => (kind === "untold" ? "`slmgr /ckms`" : `\`slmgr /skms ${asked}:1688\``),
        verify: () => "`slmgr /ato` が成功し、`/dlv` に意図したホストが表示されることを確認します。",
      },
    },
  },

  commands: ({ kind, own }) => [
    kind === "home" ? "cscript //nologo slmgr.vbs /ckms" : `cscript //nologo slmgr.vbs /skms ${own}:1688`,
    "cscript //nologo slmgr.vbs /ato",
  ],
});

const ORDER: readonly Verdict[] = ["confirmed", "likely", "possible"];

interface Strayed {
  readonly client: Client;
  readonly verdict: Verdict;
  /** In Azure and asks elsewhere; in Azure and told nothing; elsewhere and asks Azure. */
  readonly kind: "in-azure" | "untold" | "home";
  readonly asked: string;
  readonly own: string;
  readonly places: readonly Place[];
}

/** KMS cannot serve this product, as a host of another world says of a VM's newer system. */
const CANNOT_BE_USED = new Set([0xc004f042, 0xc004f015]);

function strayed(the: Case, client: Client): Strayed | undefined {
  const place = cloudOf(the, client);
  if (place?.cloud === "azure") {
    const own = ownHostOf(place)?.name ?? "";
    const stopped = stoppedAt(client, NAME_NOT_FOUND);
    if (isUntold(the, client) && stopped !== undefined) {
      return { client, verdict: "likely", kind: "untold", asked: "", own, places: [stopped.at, place.at] };
    }
    return inAzure(the, client, own, place.at);
  }
  return place === undefined ? atHome(the, client) : undefined;
}

function inAzure(the: Case, client: Client, own: string, at: Place): Strayed | undefined {
  const pin = pinOf(the, client);
  const newest = client.failing.findLast(({ host }) => host !== "");
  const asked = newest?.host ?? pin?.host ?? "";
  if (asked === "" || cloudHostOf(asked) !== undefined) return undefined;
  // A host that DNS names for the VM's zone is meant to serve it.
  if (the.targets.some(({ host }) => the.names.same(host, [asked]))) return undefined;
  const silent = unreachedIn(the).find(({ host }) => the.names.same(asked, host.names));
  if (silent?.serves !== undefined) return undefined;
  const isRefused = CANNOT_BE_USED.has(client.failure?.code ?? 0);
  if (silent === undefined && !isRefused) return undefined;
  // A host that is ours to look at, and whose key is too old, is H04.
  const host = the.hostNamed(asked);
  if (isRefused && (host?.log !== undefined || (host?.reports.length ?? 0) > 0)) return undefined;
  const reachable = the.evidence.probes.find(
    ({ host, result, protocol }) =>
      cloudHostOf(host)?.name === own && result === "open" && protocol === "tcp",
  );
  return {
    client,
    verdict: pin !== undefined && reachable !== undefined ? "confirmed" : "likely",
    kind: "in-azure",
    asked,
    own,
    places: [
      ...(pin === undefined ? [] : [pin.at]),
      at,
      ...(newest === undefined ? [] : [newest.at]),
      ...(reachable === undefined ? [] : [reachable.at]),
    ],
  };
}

/** Asks Azure in vain, and what is known of its network has nothing of Azure's. */
function atHome(the: Case, client: Client): Strayed | undefined {
  const asker = cloudAskersOf(the, "azure").find((each) => each.client === client);
  const network = networkOf(the, client);
  if (asker === undefined || asker.vain.length === 0 || network === undefined) return undefined;
  const corporate = the.targets.find(({ host }) => cloudHostOf(host) === undefined);
  return {
    client,
    verdict: corporate === undefined ? "possible" : "likely",
    kind: "home",
    asked: asker.asked,
    own: corporate?.host ?? "",
    places: [
      asker.at,
      network.at,
      ...(corporate === undefined ? [] : [corporate.at]),
      ...asker.vain.slice(0, 2),
    ],
  };
}
