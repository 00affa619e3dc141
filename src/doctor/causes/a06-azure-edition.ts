import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import { isPrivate, METADATA, windowsWay } from "../case/cloud.ts";
import { isOf } from "../case/discovery.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { Probe } from "../evidence/model.ts";
import type { Place } from "../evidence/place.ts";
import { list } from "../words.ts";

const WATERMARK =
  "https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/activation-watermark-appears";

/**
 * The signs: an Azure Edition, licensed as far as KMS goes, that cannot reach 169.254.169.254. It proves to Windows that it
 * runs in Azure by a signed document from there, and shows a watermark otherwise.
 */
export const metadataUnreachable = defineCause({
  id: "A06",
  name: "azure-edition-metadata-unreachable",
  link: "client",
  owner: "cloud",
  systems: ["kms"],
  links: [WATERMARK, "https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service"],
  explains: ["A07"],
  lookalikes: [
    {
      id: "A07",
      test: {
        en: "Ask the metadata service: if it answers, the certificates of its signature are what is missing.",
        ja: "メタデータ サービスに問い合わせます。応答があれば、署名の証明書が不足しています。",
      },
    },
    {
      id: "C19",
      test: {
        en: "Only Azure Edition asks the metadata service; on any other edition a watermark has other causes.",
        ja: "メタデータ サービスを使うのは Azure Edition だけです。ほかのエディションの透かしには別の原因があります。",
      },
    },
  ],

  judge(the) {
    const editions = the.clients.filter(isAzureEdition);
    if (editions.length === 0) return notEvaluated("client-dlv", "metadata");
    const told = editions.map((client) => ({
      client,
      probes: probesOf(the, client),
      astray: astray(the, client),
    }));
    const found = told.filter(
      ({ probes, astray: route }) =>
        !probes.some(answers) && (probes.some((probe) => !answers(probe)) || route !== undefined),
    );
    const [first] = found;
    if (first === undefined) {
      const good = told.flatMap(({ probes }) => probes).find(answers);
      return good === undefined
        ? notEvaluated("metadata")
        : ruledOut("The metadata service answers.", "メタデータ サービスは応答しています。", good.at);
    }
    const isTested = first.probes.length > 0;
    return seen({
      verdict: isTested ? "confirmed" : "likely",
      // KMS has activated it; what it shows and loses is its standing as a machine of Azure.
      severity: "warning",
      facts: {
        clients: found.map(({ client }) => client.label),
        isLicensed: first.client.state === "activated",
        isTested,
      },
      evidence: [
        ...new Set([
          ...first.probes.map(({ at }) => at),
          ...(first.astray === undefined ? [] : [first.astray]),
          ...placesOf(first.client),
        ]),
      ].slice(0, 8),
      affects: found.map(({ client }) => client.label),
      wants: isTested ? [] : ["metadata"],
    });
  },

  words: {
    en: {
      title: "Azure Edition cannot reach Azure's metadata service",
      why: ({ clients, isLicensed, isTested }) =>
        `${list(clients)} ${clients.length > 1 ? "are" : "is"} of Azure Edition${isLicensed ? ", and licensed by KMS," : ""} and ${isTested ? `gets no answer from ${METADATA}` : `sends packets to ${METADATA} through another network's gateway`}: it cannot prove that it runs in Azure.`,
      about:
        "Azure Edition is activated twice: by KMS, and by a signed document that the metadata service at 169.254.169.254 hands out to machines of Azure only. A proxy for all addresses, a stale route, a firewall on the machine, or an address set by hand that is not the one Azure assigned keeps it from getting it. `slmgr` says Licensed, and the desktop asks to activate Windows.",
      remedy: {
        steps: () => [
          `Take ${METADATA} out of the proxy, for the machine's account as well (\`netsh winhttp show proxy\`).`,
          `Look at the route to ${METADATA}: it belongs to the primary interface; delete a persistent one to another gateway.`,
          "Set the interface to DHCP, so that address and MAC are those that Azure assigned.",
          "Sign out and in again, or run `fclip.exe`; the watermark then goes.",
        ],
        cost: "Setting the interface to DHCP interrupts connections.",
        undo: () => "Put the proxy and route back as they were.",
        verify: () =>
          '`curl -H Metadata:true "http://169.254.169.254/metadata/instance?api-version=2021-02-01"` prints a document, and the watermark is gone.',
      },
    },
    ja: {
      title: "Azure Edition が Azure のメタデータ サービスに到達できません",
      why: ({ clients, isLicensed, isTested }) =>
        `${list(clients)} は Azure Edition で、${isLicensed ? "KMS ではライセンス認証済みですが、" : ""}${isTested ? `${METADATA} から応答がありません` : `${METADATA} へのパケットが別のネットワークのゲートウェイに送られています`}。Azure 上で動作していることを証明できません。`,
      about:
        "Azure Edition は、KMS によるライセンス認証に加えて、169.254.169.254 のメタデータ サービスが Azure のマシンにだけ発行する署名付きの文書を必要とします。すべての宛先に適用されるプロキシ、古いルート、マシン上のファイアウォール、Azure の割り当てと異なる手動設定のアドレスがあると取得できません。`slmgr` ではライセンス認証済みなのに、デスクトップには認証を求める透かしが表示されます。",
      remedy: {
        steps: () => [
          `${METADATA} をプロキシの対象から外します。コンピューター アカウントの設定 (\`netsh winhttp show proxy\`) も確認します。`,
          `${METADATA} へのルートを確認します。プライマリ インターフェイスに属するのが正しく、別のゲートウェイへの固定ルートは削除します。`,
          "インターフェイスを DHCP に設定し、アドレスと MAC を Azure が割り当てたものにします。",
          "サインインし直すか `fclip.exe` を実行します。透かしは表示されなくなります。",
        ],
        cost: "インターフェイスを DHCP に変更すると、接続が一時的に切れます。",
        undo: () => "プロキシとルートを元の設定に戻します。",
        verify: () =>
          '`curl -H Metadata:true "http://169.254.169.254/metadata/instance?api-version=2021-02-01"` が文書を返し、透かしが消えることを確認します。',
      },
    },
  },

  commands: () => [
    "netsh winhttp show proxy",
    `route print ${METADATA}`,
    'curl -H Metadata:true "http://169.254.169.254/metadata/instance?api-version=2021-02-01"',
  ],
});

/**
 * The signs: an Azure Edition that reaches the metadata service and whose Windows still holds itself to be not genuine. The
 * document's signature is then not trusted, mostly for want of an intermediate certificate.
 */
export const certificateMissing = defineCause({
  id: "A07",
  name: "azure-edition-certificate-missing",
  link: "client",
  owner: "client",
  systems: ["kms"],
  links: [WATERMARK],
  explains: ["C19"],
  lookalikes: [
    {
      id: "A06",
      test: {
        en: "Ask 169.254.169.254 from the VM: without an answer no certificate is looked at.",
        ja: "VM から 169.254.169.254 に問い合わせます。応答がなければ、証明書の検証以前の問題です。",
      },
    },
  ],

  judge(the) {
    const editions = the.clients.filter(isAzureEdition);
    if (editions.length === 0) return notEvaluated("client-dlv");
    const found = editions.flatMap((client) => {
      const answered = probesOf(the, client).find(answers);
      const doubt = notGenuine(the, client);
      return answered === undefined || doubt === undefined ? [] : [{ client, answered, doubt }];
    });
    const [first] = found;
    if (first === undefined) return notEvaluated("metadata", "client-events");
    return seen({
      verdict: "likely",
      severity: "warning",
      facts: { clients: found.map(({ client }) => client.label) },
      evidence: [...new Set([first.doubt, first.answered.at, ...placesOf(first.client)])].slice(0, 8),
      affects: found.map(({ client }) => client.label),
    });
  },

  words: {
    en: {
      title: "Azure Edition does not trust the certificate of the metadata service",
      why: ({ clients }) =>
        `${list(clients)} ${clients.length > 1 ? "are" : "is"} licensed by KMS and ${clients.length > 1 ? "reach" : "reaches"} the metadata service, and Windows still holds itself to be not genuine: the chain of the signature cannot be built.`,
      about:
        "The document by which Azure Edition proves where it runs is signed, and the signature's certificate changes from time to time. A machine that may not fetch intermediate certificates from the Internet and lacks the newer ones cannot check it, and shows the watermark though everything answers.",
      remedy: {
        steps: () => [
          "Install the current updates of Windows (KB5036909 or later for Server 2022).",
          "Install the intermediate certificates that Microsoft's article names into the machine's store, or let the VM fetch them.",
          "Run `fclip.exe`, and sign out and in again.",
        ],
        cost: "Updates may need a restart.",
        undo: () => "Delete the added certificates from the store.",
        verify: () => "`certutil -store CA` shows the certificates, and the watermark is gone.",
      },
    },
    ja: {
      title: "Azure Edition がメタデータ サービスの証明書を検証できません",
      why: ({ clients }) =>
        `${list(clients)} は KMS でライセンス認証済みで、メタデータ サービスにも到達できますが、Windows は正規品と判定していません。署名の証明書チェーンを構築できていません。`,
      about:
        "Azure Edition が動作場所を証明する文書には署名があり、その証明書はときどき更新されます。中間証明書をインターネットから取得できず、新しい証明書も持たないマシンでは署名を検証できず、通信が正常でも透かしが表示されます。",
      remedy: {
        steps: () => [
          "Windows の最新の更新プログラムを適用します (Server 2022 では KB5036909 以降)。",
          "Microsoft の記事に記載された中間証明書をコンピューターのストアにインストールするか、VM が取得できるようにします。",
          "`fclip.exe` を実行し、サインインし直します。",
        ],
        cost: "更新プログラムの適用には再起動が必要な場合があります。",
        undo: () => "追加した証明書をストアから削除します。",
        verify: () => "`certutil -store CA` に証明書が表示され、透かしが消えることを確認します。",
      },
    },
  },

  commands: () => ["certutil -store CA", "fclip.exe"],
});

function isAzureEdition({ info, report }: Client): boolean {
  return (
    /Azure (?:Edition|Core)/.test(info?.edition ?? "") ||
    /AzureEdition|Azure Edition|Turbine/i.test(report?.name?.value ?? "")
  );
}

function probesOf(the: Case, client: Client): readonly Probe[] {
  return the.evidence.probes.filter(
    ({ host, address, protocol, origin }) =>
      protocol !== "icmp" && (host === METADATA || address === METADATA) && isOf(the, origin, client),
  );
}

/** Whether the service was reached: it answers, if only to refuse what was asked. */
function answers({ result }: Probe): boolean {
  return result === "open";
}

/** A route of the machine's own to the metadata service by a gateway that is in none of its networks. */
function astray(the: Case, client: Client): Place | undefined {
  const route = windowsWay(the, client, METADATA);
  if (route === undefined || !route.prefix.startsWith("169.254.") || !isPrivate(route.nextHop))
    return undefined;
  const link = windowsWay(the, client, route.nextHop);
  return link !== undefined && link.nextHop !== "On-link" ? route.at : undefined;
}

/** 8209, or a status of non-genuine grace; 8208 and 8200 are written by machines that lack nothing (C20). */
function notGenuine({ evidence }: Case, client: Client): Place | undefined {
  if (client.status === 4) return client.report?.status?.at;
  return evidence.events.find(
    ({ id, computer }) =>
      id === 8209 &&
      client.state === "activated" &&
      (client.machine?.names ?? [client.label]).includes(computer),
  )?.at;
}

function placesOf({ report, exchanges }: Client): Place[] {
  return [report?.name?.at, report?.status?.at, exchanges.at(-1)?.at].flatMap((at) => at ?? []);
}
