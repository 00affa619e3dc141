import type { Case } from "../case/case.ts";
import { type Client, KMS_CLIENT } from "../case/client.ts";
import { pinOf } from "../case/discovery.ts";
import { VALIDITY } from "../case/lease.ts";
import { labelsOf } from "../case/told.ts";
import { isProvidersHost } from "../case/unreachable.ts";
import { defineCause, notEvaluated, ruledOut, seen, type Verdict } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { list } from "../words.ts";

/** Hosts of providers for machines that they run. */
const PROVIDERS =
  /(^|\.)(rackspace(cloud)?\.com|amazonaws\.com|googlecloud\.com|windows\.net|chinacloudapi\.cn)$/;

interface Suspect {
  readonly client: Client;
  readonly label: string;
  readonly kind: "minutes" | "itself" | "public" | "elsewhere";
  readonly host: string;
  readonly places: readonly (Place | undefined)[];
}

const VERDICTS: Readonly<Record<Suspect["kind"], Verdict>> = {
  minutes: "confirmed",
  itself: "likely",
  public: "likely",
  elsewhere: "possible",
};

/**
 * The signs: more minutes left than any host gives (259200), a host at a public address or in a domain that is nobody's
 * here, or the machine itself given as its host though it is none. Whom the organisation approves is written nowhere, so
 * that all but the minutes stay `likely`. Hosts of cloud providers are approved by whoever runs machines there.
 */
export const unapprovedHost = defineCause({
  id: "C24",
  name: "unapproved-host-or-tampered-expiry",
  link: "client",
  owner: "security",
  systems: ["kms", "muster"],
  links: ["https://learn.microsoft.com/windows-server/get-started/activation-slmgr-vbs-options"],
  explains: ["D12", "D08"],
  lookalikes: [
    {
      id: "D12",
      test: {
        en: "Whose host is it? A forgotten name of an own host is a pin; a host of somebody else is a matter of security.",
        ja: "誰のホストかを確認します。自組織の古いホスト名なら固定の問題、他者のホストならセキュリティの問題です。",
      },
    },
    {
      id: "A08",
      test: {
        en: "A cloud's own host is approved by whoever runs machines there.",
        ja: "クラウド事業者のホストは、そこでマシンを動かしている組織では承認済みです。",
      },
    },
  ],

  judge(the) {
    const asking = the.clients.filter(
      ({ channel, report, exchanges }) =>
        (channel === KMS_CLIENT || channel === "") && (report !== undefined || exchanges.length > 0),
    );
    const suspects = asking.flatMap((client) => suspectFrom(the, client) ?? []);
    const order = ["minutes", "itself", "public", "elsewhere"];
    const [first] = suspects.toSorted((one, two) => order.indexOf(one.kind) - order.indexOf(two.kind));
    if (first === undefined) {
      const known = asking.find(({ report }) => report?.client?.discovered ?? report?.client?.registered);
      const host = known?.report?.client?.registered ?? known?.report?.client?.discovered;
      return known === undefined || host === undefined
        ? notEvaluated("client-dlv", "registry")
        : ruledOut(
            `The host of ${known.label} is ${host.value.name}, which is of this network.`,
            `${known.label} のホスト ${host.value.name} はこのネットワークのものです。`,
            host.at,
          );
    }
    const same = suspects.filter(({ kind }) => kind === first.kind);
    const hurt = same.filter(({ client }) => client.state === "notActivated");
    return seen({
      verdict: VERDICTS[first.kind],
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        machines: labelsOf(same),
        kind: first.kind,
        host: first.host,
        minutesLeft: first.client.report?.minutesLeft?.value ?? 0,
      },
      evidence: same
        .flatMap(({ places }) => places)
        .filter((place) => place !== undefined)
        .slice(0, 8),
      affects: labelsOf(same),
      wants: first.kind === "elsewhere" ? ["address", "registry"] : [],
    });
  },

  words: {
    en: {
      title: "The client was activated by a host that is not the organisation's, or its expiry was changed",
      why: ({ machines, kind, host, minutesLeft }) =>
        kind === "minutes"
          ? `${list(machines)}: ${minutesLeft} minutes are left, and no host gives more than ${VALIDITY}.`
          : kind === "itself"
            ? `${list(machines)}: the machine is told to ask ${host}, which is itself, and it has no host key.`
            : kind === "public"
              ? `${list(machines)}: the host is ${host}, at a public address, and in no domain of this network.`
              : `${list(machines)}: the host is ${host}, which is in no domain that this evidence knows.`,
      about:
        "Every host in the internet that speaks the protocol can say that a machine is activated, and there are programs that play the host on the machine itself. Neither gives a licence. Such a machine tells a stranger its name and state every week, and often runs the program that set it up with all rights.",
      remedy: {
        steps: ({ kind }, system) => [
          "Treat it as a case of security: find out who set it and with what, before you change it.",
          ...(system === "muster"
            ? ["Clear the name, so that the machine asks DNS: `muster ckms`."]
            : [
                "Clear the name, so that the machine asks DNS: `slmgr /ckms`.",
                ...(kind === "itself" || kind === "minutes"
                  ? [
                      "Look for a service or a task that answers at TCP 1688, and have the machine examined or set up anew.",
                    ]
                  : []),
              ]),
          "Install the client setup key that you are licensed for, and activate by the own host.",
          "Block TCP 1688 to the internet at the edge, except to hosts of your cloud providers.",
        ],
        cost: "The machine is not activated until the own host has answered.",
        undo: ({ host }, system) =>
          host === "" ? "" : `\`${system === "muster" ? "muster skms" : "slmgr /skms"} ${host}\``,
        verify: (_, system) =>
          `${system === "muster" ? "`muster dlv`" : "`slmgr /dlv`"} names the own host, with at most ${VALIDITY} minutes left.`,
      },
    },
    ja: {
      title: "組織のものではないホストで認証されたか、有効期限が変更されています",
      why: ({ machines, kind, host, minutesLeft }) =>
        kind === "minutes"
          ? `${list(machines)}: 残り時間が ${minutesLeft} 分です。ホストが与える時間は最大 ${VALIDITY} 分です。`
          : kind === "itself"
            ? `${list(machines)}: 問い合わせ先の ${host} は自分自身ですが、ホスト キーは入っていません。`
            : kind === "public"
              ? `${list(machines)}: ホスト ${host} は公開アドレスにあり、このネットワークのどのドメインにも属しません。`
              : `${list(machines)}: ホスト ${host} は、証拠から分かるどのドメインにも属しません。`,
      about:
        "このプロトコルに応答するホストは、インターネット上のどこにあっても「認証済み」と答えることができ、マシン自身の上でホストを装うプログラムもあります。いずれもライセンスを与えるものではありません。該当するマシンは、名前や状態を毎週第三者に送り、多くの場合、設定に使われたプログラムがすべての権限で動いています。",
      remedy: {
        steps: ({ kind }, system) => [
          "セキュリティの問題として扱い、変更する前に、誰が何を使って設定したかを調べます。",
          ...(system === "muster"
            ? ["ホスト名の指定を取り消し、DNS で探すようにします: `muster ckms`。"]
            : [
                "ホスト名の指定を取り消し、DNS で探すようにします: `slmgr /ckms`。",
                ...(kind === "itself" || kind === "minutes"
                  ? ["TCP 1688 で応答するサービスやタスクを探し、マシンを調査するか再構築します。"]
                  : []),
              ]),
          "使用権のあるクライアント セットアップ キーを入れ、組織のホストで認証します。",
          "クラウド事業者のホストを除き、インターネットへの TCP 1688 を境界で遮断します。",
        ],
        cost: "組織のホストが応答するまで、マシンは未認証になります。",
        undo: ({ host }, system) =>
          host === "" ? "" : `\`${system === "muster" ? "muster skms" : "slmgr /skms"} ${host}\``,
        verify: (_, system) =>
          `${system === "muster" ? "`muster dlv`" : "`slmgr /dlv`"} に組織のホストが表示され、残りが ${VALIDITY} 分以下であることを確認します。`,
      },
    },
  },

  commands: ({ kind }, system) =>
    system === "muster"
      ? ["muster ckms", "muster ato", "muster dlv"]
      : [
          ...(kind === "itself" || kind === "minutes"
            ? ["netstat -ano | findstr :1688", "schtasks /query /fo LIST /v"]
            : []),
          "cscript //nologo slmgr.vbs /ckms",
          "cscript //nologo slmgr.vbs /ipk XXXXX-XXXXX-XXXXX-XXXXX-XXXXX",
          "cscript //nologo slmgr.vbs /ato",
        ],
});

function suspectFrom(the: Case, client: Client): Suspect | undefined {
  const { label, report } = client;
  const minutes = report?.minutesLeft;
  const pin = pinOf(the, client);
  const told = pin?.host ?? report?.client?.discovered?.value.name ?? "";
  // A Muster vendor sets how long a lease lasts.
  if (
    the.system === "kms" &&
    client.channel === KMS_CLIENT &&
    minutes !== undefined &&
    minutes.value > VALIDITY
  ) {
    return { client, label, kind: "minutes", host: told, places: [minutes.at, pin?.at] };
  }
  const asked = client.exchanges.at(-1);
  const host = pin?.host ?? asked?.host ?? "";
  if (host === "" || isProvidersHost(host) || PROVIDERS.test(host) || isOwn(the, host)) return undefined;
  // What the organisation's own DNS names was put there by somebody who may.
  if (the.targets.some((target) => the.names.same(target.host, [host]))) return undefined;
  const address = isAddress(host) ? host : (report?.client?.hostAddress?.value ?? addressOf(the, host));
  const places = [pin?.at ?? asked?.at, report?.client?.hostAddress?.at, report?.status?.at];
  const own = client.machine?.names ?? [];
  // Muster's host and a client of it may live on one machine.
  const isItself = isLoopback(host) || isLoopback(address) || (own.length > 0 && the.names.same(host, own));
  if (isItself && the.system === "muster") return undefined;
  if (isItself) return { client, label, kind: "itself", host, places };
  const isForeign = isAddress(host) || isElsewhere(the, host);
  if (isPublic(address) && isForeign) return { client, label, kind: "public", host, places };
  // An unknown domain at a private address is a host of somebody in the same network.
  return pin !== undefined && address === "" && !isAddress(host) && isElsewhere(the, host)
    ? { client, label, kind: "elsewhere", host, places }
    : undefined;
}

/** Whether the evidence shows the host itself, so that its owner gave it. */
function isOwn(the: Case, name: string): boolean {
  const host = the.hostNamed(name);
  return host !== undefined && (host.reports.length > 0 || host.log !== undefined);
}

/** Whether a name is in a domain of which no machine, suffix or record of the evidence is; domains have to be known. */
function isElsewhere(the: Case, host: string): boolean {
  if (!host.includes(".")) return false;
  const { machines, networks, dns } = the.evidence;
  const domains = [
    ...machines.flatMap(({ names, isHost }) => (isHost && names.includes(host) ? [] : names)),
    ...networks.flatMap(({ primarySuffix, searchList, connectionSuffixes }) =>
      [primarySuffix, ...searchList, ...connectionSuffixes].flatMap(
        (suffix) => suffix?.value.toLowerCase() ?? [],
      ),
    ),
    ...dns.map(({ name }) => name.replace(/^_[a-z]+\._tcp\.?/, "")).filter((name) => name !== host),
  ]
    .filter((name) => name.includes(".") && !isAddress(name))
    .map(organisationOf);
  return domains.length > 0 && !domains.includes(organisationOf(host));
}

/** The last two labels, three under a country with second-level domains: `contoso.com`, `contoso.co.jp`. */
function organisationOf(name: string): string {
  const labels = name.split(".");
  const isSecondLevel =
    /^(co|ac|or|ne|go|com|net|org|edu|gov)$/.test(labels.at(-2) ?? "") && labels.at(-1)?.length === 2;
  return labels.slice(isSecondLevel ? -3 : -2).join(".");
}

function addressOf({ evidence }: Case, host: string): string {
  const answer = evidence.dns.find(
    ({ name, type, addresses }) => name === host && (type === "A" || type === "AAAA") && addresses.length > 0,
  );
  return answer?.addresses[0]?.value ?? evidence.probes.find((probe) => probe.host === host)?.address ?? "";
}

function isAddress(text: string): boolean {
  return /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:]+)$/i.test(text);
}

function isLoopback(text: string): boolean {
  return /^(127\.\d|::1$|localhost$)/i.test(text);
}

/** Whether an address is routed in the internet (RFC 1918, 3927, 4193, 4291, 6598 are not). */
function isPublic(address: string): boolean {
  if (!isAddress(address) || isProvidersHost(address)) return false;
  if (address.includes(":")) return /^[23]/.test(address);
  const [first = 0, second = 0] = address.split(".").map(Number);
  const isPrivate =
    first === 0 ||
    first === 10 ||
    first === 127 ||
    first >= 224 ||
    (first === 172 && second >= 16 && second <= 31) ||
    (first === 192 && second === 168) ||
    (first === 169 && second === 254) ||
    (first === 100 && second >= 64 && second <= 127);
  return !isPrivate;
}
