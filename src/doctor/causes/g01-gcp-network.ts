import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import { type CloudAsker, cloudAskersOf, cloudOf, isPrivate, isUntold } from "../case/cloud.ts";
import { cloudHostOf } from "../case/cloud-hosts.ts";
import { isHurt, isOf, mayAsk, NAME_NOT_FOUND, stoppedAt } from "../case/discovery.ts";
import { quotes } from "../case/places.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { list } from "../words.ts";

const ROUTE = "https://docs.cloud.google.com/compute/docs/samples/compute-create-route-windows-activation";
const EGRESS =
  "https://docs.cloud.google.com/compute/docs/samples/compute-create-egress-rule-windows-activation";
const ACCESS = "https://cloud.google.com/vpc/docs/configure-private-google-access";
const ADDRESS = "35.190.247.13";

/**
 * The signs: an instance asks Google's KMS in vain, and has a way out otherwise: an external address, Private Google Access,
 * or a public address that it reaches. Then a route or an egress rule for this one address is missing.
 */
export const gcpEgress = defineCause({
  id: "G01",
  name: "gcp-egress-or-route-missing",
  link: "network",
  owner: "cloud",
  systems: ["kms"],
  links: [ROUTE, EGRESS],
  explains: ["N02", "N07", "N10", "N11", "C28", "C22"],
  lookalikes: [
    {
      id: "G02",
      test: {
        en: "External address and Private Google Access: with neither, no route and no rule helps.",
        ja: "外部 IP アドレスと限定公開の Google アクセスを確認します。どちらもなければ、ルートや規則では解決しません。",
      },
    },
    {
      id: "G03",
      test: {
        en: "Read what the activation script says: with your own licenses it does not try.",
        ja: "認証スクリプトの出力を確認します。持ち込みライセンスの場合は試行しません。",
      },
    },
  ],

  judge(the) {
    const stuck = stuckIn(the);
    const [first] = stuck;
    if (first === undefined) return noFault(the);
    const access = accessOf(the, first.client);
    if (access.isSure && access.isClosed !== undefined) {
      return ruledOut(
        "The instance has no way out at all, which comes first.",
        "インスタンスに外部への経路がまったくなく、それが先に問題になります。",
        access.isClosed,
      );
    }
    const labels = stuck.map(({ client }) => client.label);
    const hurt = stuck.filter((each) => each.isHurt).map(({ client }) => client.label);
    return seen({
      verdict: access.isOpen === undefined ? "possible" : "likely",
      severity: hurt.length > 0 ? "error" : "warning",
      facts: { clients: labels, isOpen: access.isOpen !== undefined },
      evidence: quotes(...stuck.flatMap(({ vain }) => vain.slice(0, 3)), access.isOpen, ...skippedAt(the)),
      affects: hurt,
      wants: ["gcp-network"],
    });
  },

  words: {
    en: {
      title: "The VPC has no route or egress rule to Google's KMS",
      why: ({ clients, isOpen }) =>
        `${list(clients)} ${clients.length > 1 ? "get" : "gets"} no answer from kms.windows.googlecloud.com (${ADDRESS}:1688)${isOpen ? ", though there is a way out for other addresses" : "; whether the instance has a way out at all is not in evidence"}.`,
      about:
        "Windows on Google Cloud activates at one public address, 35.190.247.13. A VPC whose default route was removed or leads to a VPN or an appliance, or whose firewall denies egress, needs an exception for it: a route by the default Internet gateway and an egress rule for TCP 1688. A request that takes another way out is dropped, as it does not come from Google's network.",
      remedy: {
        steps: () => [
          `Add a route to ${ADDRESS}/32 by the default Internet gateway.`,
          `Add an egress rule that lets TCP 1688 to ${ADDRESS} out, of a higher priority than the one that denies.`,
          "Activate again.",
        ],
        cost: "",
        undo: () => "Delete the route and the rule.",
        verify: () => "`Test-NetConnection kms.windows.googlecloud.com -Port 1688` and `slmgr /ato` succeed.",
      },
    },
    ja: {
      title: "VPC に Google の KMS へのルートまたは下り (外向き) 規則がありません",
      why: ({ clients, isOpen }) =>
        `${list(clients)} は kms.windows.googlecloud.com (${ADDRESS}:1688) から応答を得られていません。${isOpen ? "ほかのアドレスへの経路はあります。" : "インスタンスに外部への経路があるかどうかは、情報がありません。"}`,
      about:
        "Google Cloud 上の Windows は、1 つのパブリック アドレス 35.190.247.13 でライセンス認証を行います。既定のルートを削除した VPC、VPN やアプライアンスに向けた VPC、下り通信を拒否する VPC では、このアドレスに対する例外が必要です。デフォルト インターネット ゲートウェイへのルートと、TCP 1688 の下り規則です。別の経路から出た要求は Google のネットワークから届かないため破棄されます。",
      remedy: {
        steps: () => [
          `${ADDRESS}/32 へのルートを、デフォルト インターネット ゲートウェイを次ホップとして追加します。`,
          `${ADDRESS} への TCP 1688 を許可する下り規則を、拒否する規則より高い優先度で追加します。`,
          "もう一度ライセンス認証を行います。",
        ],
        cost: "",
        undo: () => "追加したルートと規則を削除します。",
        verify: () =>
          "`Test-NetConnection kms.windows.googlecloud.com -Port 1688` と `slmgr /ato` が成功することを確認します。",
      },
    },
  },

  commands: () => [
    `gcloud compute routes create windows-activation --network=NETWORK --destination-range=${ADDRESS}/32 --next-hop-gateway=default-internet-gateway`,
    `gcloud compute firewall-rules create windows-activation --network=NETWORK --direction=EGRESS --action=ALLOW --rules=tcp:1688 --destination-ranges=${ADDRESS}/32 --priority=0`,
    "cscript //nologo slmgr.vbs /ato",
  ],
});

/** The signs: an instance asks Google's KMS in vain, has no external address, and its subnet no Private Google Access. */
export const gcpPrivateAccess = defineCause({
  id: "G02",
  name: "gcp-no-external-address-nor-private-access",
  link: "network",
  owner: "cloud",
  systems: ["kms"],
  links: [ACCESS, ROUTE],
  explains: ["G01", "N02", "N07", "N10", "N11", "C28", "C22"],
  lookalikes: [
    {
      id: "G01",
      test: {
        en: "With an external address or Private Google Access there is a way; then a route or rule is missing.",
        ja: "外部 IP アドレスまたは限定公開の Google アクセスがあれば経路はあり、ルートか規則が不足しています。",
      },
    },
  ],

  judge(the) {
    const stuck = stuckIn(the);
    const [first] = stuck;
    if (first === undefined) return noFault(the);
    const access = accessOf(the, first.client);
    if (access.isOpen !== undefined) {
      return ruledOut(
        "The instance has a way to Google's addresses.",
        "インスタンスから Google のアドレスへの経路はあります。",
        access.isOpen,
      );
    }
    const labels = stuck.map(({ client }) => client.label);
    const hurt = stuck.filter((each) => each.isHurt).map(({ client }) => client.label);
    return seen({
      verdict: access.isClosed === undefined ? "possible" : access.isSure ? "confirmed" : "likely",
      severity: hurt.length > 0 ? "error" : "warning",
      facts: { clients: labels, isSure: access.isSure },
      evidence: quotes(...access.signs, ...stuck.flatMap(({ vain }) => vain.slice(0, 3))),
      affects: hurt,
      wants: access.isSure ? [] : ["gcp-network"],
    });
  },

  words: {
    en: {
      title: "The instance has neither an external address nor Private Google Access",
      why: ({ clients, isSure }) =>
        `${list(clients)} ${clients.length > 1 ? "get" : "gets"} no answer from Google's KMS${isSure ? ": there is no external address, and Private Google Access is off in the subnet" : "; whether there is an external address or Private Google Access is not fully in evidence"}.`,
      about:
        "Google's KMS has a public address. An instance without an external address reaches it only when Private Google Access is on in its subnet. What counts is that the request comes from Google's own network.",
      remedy: {
        steps: () => [
          "Turn Private Google Access on in the subnet.",
          `Check that the VPC has a route to ${ADDRESS}/32 by the default Internet gateway.`,
          "Activate again.",
        ],
        cost: "",
        undo: () =>
          "`gcloud compute networks subnets update SUBNET --region=REGION --no-enable-private-ip-google-access`",
        verify: () => "`Test-NetConnection kms.windows.googlecloud.com -Port 1688` and `slmgr /ato` succeed.",
      },
    },
    ja: {
      title: "外部 IP アドレスも限定公開の Google アクセスもありません",
      why: ({ clients, isSure }) =>
        `${list(clients)} は Google の KMS から応答を得られていません。${isSure ? "外部 IP アドレスがなく、サブネットの限定公開の Google アクセスも無効です。" : "外部 IP アドレスと限定公開の Google アクセスの有無は、十分な情報がありません。"}`,
      about:
        "Google の KMS はパブリック アドレスにあります。外部 IP アドレスのないインスタンスは、サブネットで限定公開の Google アクセスが有効な場合にだけ到達できます。要求が Google のネットワークから届く必要があります。",
      remedy: {
        steps: () => [
          "サブネットで限定公開の Google アクセスを有効にします。",
          `VPC に、デフォルト インターネット ゲートウェイを次ホップとする ${ADDRESS}/32 へのルートがあることを確認します。`,
          "もう一度ライセンス認証を行います。",
        ],
        cost: "",
        undo: () =>
          "`gcloud compute networks subnets update SUBNET --region=REGION --no-enable-private-ip-google-access`",
        verify: () =>
          "`Test-NetConnection kms.windows.googlecloud.com -Port 1688` と `slmgr /ato` が成功することを確認します。",
      },
    },
  },

  commands: () => [
    "gcloud compute networks subnets update SUBNET --region=REGION --enable-private-ip-google-access",
    "Test-NetConnection kms.windows.googlecloud.com -Port 1688",
    "cscript //nologo slmgr.vbs /ato",
  ],
});

/**
 * The signs: Google's activation script says that it leaves the instance alone (brought licenses, unknown system), or an
 * instance of Google Cloud is told no host and finds none.
 */
export const gcpLicense = defineCause({
  id: "G03",
  name: "gcp-own-or-no-license-attached",
  link: "client",
  owner: "licensing",
  systems: ["kms"],
  links: [
    "https://cloud.google.com/compute/docs/instances/windows/ms-licensing",
    "https://github.com/GoogleCloudPlatform/compute-image-windows/blob/master/sysprep/activate_instance.ps1",
  ],
  explains: ["D01", "D03", "D04", "C28"],
  lookalikes: [
    {
      id: "G01",
      test: {
        en: "Does the script try? `Could not contact activation server` is a matter of the network.",
        ja: "スクリプトが試行しているかを確認します。`Could not contact activation server` ならネットワークの問題です。",
      },
    },
  ],

  judge(the) {
    const found = the.clients
      .filter((client) => mayAsk(client) && isHurt(client))
      .flatMap((client) => {
        const place = cloudOf(the, client);
        const said = agentSays(the, client, ["byol", "unsupported"]);
        const stopped = stoppedAt(client, NAME_NOT_FOUND);
        if (place?.cloud !== "gcp" || !isUntold(the, client)) return [];
        if (said === undefined && stopped === undefined) return [];
        return [{ client, said, places: [said, stopped?.at ?? client.failure?.at, place.at] }];
      });
    const [first] = found;
    if (first === undefined) {
      const asking = cloudAskersOf(the, "gcp")[0];
      return asking === undefined
        ? notEvaluated("cloud-agent", "client-dlv")
        : ruledOut(
            `${asking.client.label} was told Google's KMS.`,
            `${asking.client.label} には Google の KMS が設定されています。`,
            asking.at,
          );
    }
    const labels = found.map(({ client }) => client.label);
    return seen({
      verdict: first.said === undefined ? "likely" : "confirmed",
      severity: "error",
      facts: { clients: labels, isSaid: first.said !== undefined },
      evidence: quotes(...found.flatMap(({ places }) => places)),
      affects: labels,
      wants: first.said === undefined ? ["cloud-agent"] : [],
    });
  },

  words: {
    en: {
      title: "Google Cloud does not license this instance",
      why: ({ clients, isSaid }) =>
        isSaid
          ? `The activation script of ${list(clients)} skipped the instance: it runs on licenses of your own, or on a system that Google does not activate.`
          : `${list(clients)} ${clients.length > 1 ? "run" : "runs"} in Google Cloud, ${clients.length > 1 ? "are" : "is"} told no KMS host, and DNS names none.`,
      about:
        "Google activates images that carry its license for Windows. On an imported image with licenses brought along the script steps back, by a marker file or the attached license; so it does on desktop systems. Without a KMS host of your own such an instance is never activated.",
      remedy: {
        steps: () => [
          "Find out whose license the instance is to run on.",
          "Your own: publish your KMS host in its DNS or name it, `slmgr /skms YOUR.HOST:1688`, and open TCP 1688 to it.",
          "Google's: attach the Windows license to the disk (a new image or instance), then run the activation script.",
        ],
        cost: "Google's license is charged by the core and hour.",
        undo: () => "`slmgr /ckms`",
        verify: () => "`slmgr /ato` succeeds.",
      },
    },
    ja: {
      title: "このインスタンスは Google Cloud のライセンス認証の対象外です",
      why: ({ clients, isSaid }) =>
        isSaid
          ? `${list(clients)} の認証スクリプトは処理を省略しました。持ち込みライセンスか、Google が認証しないシステムです。`
          : `${list(clients)} は Google Cloud 上で動作していますが、KMS ホストの指定がなく、DNS でも見つかりません。`,
      about:
        "Google が認証するのは、Google の Windows ライセンスが付いたイメージです。ライセンスを持ち込んでインポートしたイメージでは、マーカー ファイルや付与されたライセンスによってスクリプトが処理を省略します。デスクトップ OS も同様です。独自の KMS ホストがなければ、このようなインスタンスは認証されません。",
      remedy: {
        steps: () => [
          "インスタンスがどちらのライセンスを使うべきかを確認します。",
          "自社のライセンスの場合: 独自の KMS ホストを DNS に公開するか、`slmgr /skms YOUR.HOST:1688` で指定し、TCP 1688 を許可します。",
          "Google のライセンスの場合: ディスクに Windows ライセンスを付与し (新しいイメージまたはインスタンス)、認証スクリプトを実行します。",
        ],
        cost: "Google のライセンスには、コア数と時間に応じた料金がかかります。",
        undo: () => "`slmgr /ckms`",
        verify: () => "`slmgr /ato` が成功することを確認します。",
      },
    },
  },

  commands: () => [
    'powershell -File "C:\\Program Files\\Google\\Compute Engine\\sysprep\\activate_instance.ps1"',
    "cscript //nologo slmgr.vbs /skms YOUR.HOST:1688",
    "cscript //nologo slmgr.vbs /ato",
  ],
});

/** Who asks Google's KMS and gets no answer. */
function stuckIn(the: Case): CloudAsker[] {
  return cloudAskersOf(the, "gcp").filter(({ vain, open }) => vain.length > 0 && open === undefined);
}

function noFault(the: Case) {
  const open = cloudAskersOf(the, "gcp").find((asker) => asker.open !== undefined)?.open;
  return open === undefined
    ? notEvaluated("client-events", "port-test")
    : ruledOut("Google's KMS can be reached.", "Google の KMS に到達できます。", open);
}

interface Access {
  /** Shows a way to public addresses, or that there is none. */
  readonly isOpen: Place | undefined;
  readonly isClosed: Place | undefined;
  /** Both the address and the subnet's setting are known. */
  readonly isSure: boolean;
  readonly signs: readonly Place[];
}

/** The matrix of external address and Private Google Access, as far as the evidence fills it. */
function accessOf(the: Case, client: Client): Access {
  const { statements, probes } = the.evidence;
  const address = statements.find(({ what, origin }) => what === "gcp-instance" && isOf(the, origin, client));
  const subnet = statements.find(({ what }) => what === "gcp-subnet");
  const outside = probes.filter(
    ({ host, address: at = host, protocol, port }) =>
      protocol === "tcp" && port > 0 && port !== 1688 && cloudHostOf(host) === undefined && isOutside(at),
  );
  const reached = outside.find(({ result }) => result === "open");
  const failed = outside.find(({ result }) => result !== "open");
  const hasAddress = address !== undefined && address.value !== "none";
  const isOpen =
    (hasAddress ? address.at : undefined) ?? (subnet?.value === "on" ? subnet.at : undefined) ?? reached?.at;
  const hasNeither = address?.value === "none" && subnet?.value === "off";
  return {
    isOpen,
    isClosed: isOpen !== undefined ? undefined : hasNeither ? subnet.at : (subnet?.at ?? failed?.at),
    isSure: hasNeither,
    signs: [address?.at, subnet?.at, failed?.at].flatMap((at) => at ?? []),
  };
}

function isOutside(address: string): boolean {
  return /^\d/.test(address) && !isPrivate(address) && !/^(?:127\.|169\.254\.)/.test(address);
}

function agentSays(the: Case, client: Client, words: readonly string[]): Place | undefined {
  return the.evidence.statements.find(
    ({ what, value, origin }) => what === "gcp-agent" && words.includes(value) && isOf(the, origin, client),
  )?.at;
}

function skippedAt({ evidence }: Case): Place[] {
  return evidence.statements
    .filter(({ what, value }) => what === "gcp-agent" && value === "no-contact")
    .map(({ at }) => at);
}
