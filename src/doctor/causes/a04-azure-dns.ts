import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import { AZURE_PLATFORM, type CloudAsker, cloudAskersOf, isPrivate } from "../case/cloud.ts";
import { cloudHostOf } from "../case/cloud-hosts.ts";
import { DNS_FAILED, isHurt, mayAsk, NAME_NOT_FOUND, networkOf, pinOf } from "../case/discovery.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { DnsAnswer } from "../evidence/model.ts";
import { list } from "../words.ts";

/** WSAHOST_NOT_FOUND and WSANO_DATA as HRESULTs: the name of the host could not be turned into an address. */
const NO_ADDRESS: ReadonlySet<number> = new Set([0x80072af9, 0x80072afc]);

/** "No Key Management Service could be contacted", which says no more. */
const NO_HOST = 0xc004f074;

/**
 * The signs: the DNS server of the virtual network does not resolve the name of Azure's KMS, or gives it an address of
 * somebody's own, while Azure's DNS (168.63.129.16) or any other resolves it.
 */
export const azureDns = defineCause({
  id: "A04",
  name: "azure-dns-cannot-resolve-kms",
  link: "dns",
  owner: "dns",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/windows-vm-activation-error-0xc004f074",
    "https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16",
  ],
  explains: ["D01", "D05", "D06", "D17", "N09", "C28", "C22"],
  lookalikes: [
    {
      id: "A01",
      test: {
        en: "Ask the KMS by its address: if TCP 1688 connects there, only the name is missing.",
        ja: "KMS をアドレスで指定します。TCP 1688 に接続できるなら、名前解決だけが原因です。",
      },
    },
    {
      id: "D05",
      test: {
        en: "Resolve any other public name: if none resolves, the server as such is not usable.",
        ja: "ほかのパブリックな名前を解決します。どれも解決できなければ、DNS サーバー自体が使えません。",
      },
    },
  ],

  judge(the) {
    const answers = the.evidence.dns.filter(
      ({ name, type }) => (type === "A" || type === "AAAA") && isAzures(name),
    );
    const askers = cloudAskersOf(the, "azure");
    const stopped = askers.filter((asker) => codeOf(asker) !== undefined);
    const failed = answers.filter(
      (answer) =>
        ["nxdomain", "servfail", "refused", "timeout"].includes(answer.result) || isDiverted(answer),
    );
    // Only its IPv4 address is there to be found.
    const servers = askers.flatMap(
      ({ client }) => networkOf(the, client)?.dnsServers.map(({ value }) => value) ?? [],
    );
    const fault = failed.find(
      ({ type, serverAddress = "" }) =>
        type === "A" &&
        serverAddress !== AZURE_PLATFORM &&
        (serverAddress === "" || servers.length === 0 || servers.includes(serverAddress)),
    );
    const good = answers.find((answer) => isRight(answer) && answer.serverAddress !== fault?.serverAddress);
    const vain = askers.filter((asker) => asker.vain.length > 0);
    const lost = fault === undefined || good === undefined || askers.length > 0 ? [] : lostClientsOf(the);
    if ((fault === undefined || vain.length === 0) && stopped.length === 0 && lost.length === 0) {
      if (fault !== undefined) return notEvaluated("client-events");
      const right = answers.find(isRight);
      return right === undefined
        ? notEvaluated("address")
        : ruledOut(
            `${right.name} resolves to an address of Azure's KMS.`,
            `${right.name} は Azure の KMS のアドレスに解決されます。`,
            right.addresses[0]?.at ?? right.at,
          );
    }
    const hurt = [...askers.filter((asker) => asker.isHurt).map(({ client }) => client), ...lost].map(
      ({ label }) => label,
    );
    const clients = [
      ...(stopped.length > 0 ? stopped : vain).map(({ client }) => client.label),
      ...lost.map(({ label }) => label),
    ];
    return seen({
      verdict:
        fault === undefined
          ? "possible"
          : lost.length === 0 && (good !== undefined || stopped.length > 0)
            ? "confirmed"
            : "likely",
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        clients,
        name: fault?.name ?? stopped[0]?.asked ?? "",
        server: fault?.serverAddress ?? fault?.server ?? "",
        elsewhere: fault !== undefined && good !== undefined ? (good.serverAddress ?? good.server ?? "") : "",
        wrong: fault === undefined ? [] : fault.addresses.map(({ value }) => value),
      },
      evidence: [
        ...new Set([
          ...(fault === undefined ? [] : [fault.addresses[0]?.at ?? fault.at]),
          ...stopped.flatMap((asker) => placeOf(asker)),
          ...lost.flatMap(({ failure }) => failure?.at ?? []),
          ...(good === undefined || fault === undefined ? [] : [good.addresses[0]?.at ?? good.at]),
          ...askers.flatMap(({ vain }) => vain.slice(0, 1)),
        ]),
      ].slice(0, 8),
      affects: hurt,
      wants: fault === undefined ? ["address"] : [],
    });
  },

  words: {
    en: {
      title: "The DNS of the virtual network does not resolve Azure's KMS",
      why: ({ clients, name, server, elsewhere, wrong }) =>
        `${wrong.length > 0 ? `${server || "The DNS server"} gives ${name} the address ${list(wrong)}, which is none of Azure's KMS` : server ? `${server} does not resolve ${name}` : `${list(clients)} cannot resolve ${name}`}${elsewhere && `, and ${elsewhere} does`}${server && clients.length > 0 ? `; ${list(clients)} ${clients.length > 1 ? "depend" : "depends"} on it` : ""}.`,
      about:
        "A VM is told Azure's KMS by name. When its virtual network uses DNS servers of the company's own, these have to forward names they do not know, to Azure's resolver or to the Internet. Without a forwarder, or with a zone of the same name that hides the public one, the name has no address, and no request leaves.",
      remedy: {
        steps: () => [
          `Let the DNS servers forward to ${AZURE_PLATFORM} when they run in Azure, or to another resolver that knows public names.`,
          "Look for a zone `core.windows.net` or `windows.net` of your own: it hides the public one. Make it narrower, or add the record.",
          "Empty the resolver cache of the VM, and activate again.",
        ],
        cost: "",
        undo: () => "Take the forwarder off again.",
        verify: ({ name }) =>
          `\`nslookup ${name}\` gives an address of the KMS, and \`slmgr /ato\` succeeds.`,
      },
    },
    ja: {
      title: "仮想ネットワークの DNS で Azure の KMS の名前を解決できません",
      why: ({ clients, name, server, elsewhere, wrong }) =>
        `${wrong.length > 0 ? `${server || "DNS サーバー"} は ${name} のアドレスとして、Azure の KMS ではない ${list(wrong)} を返します` : server ? `${server} は ${name} を解決できません` : `${list(clients)} は ${name} を解決できません`}${elsewhere && `。${elsewhere} では解決できます`}${server && clients.length > 0 ? `。${list(clients)} に影響しています` : ""}。`,
      about:
        "VM には Azure の KMS が名前で設定されています。仮想ネットワークで独自の DNS サーバーを使う場合、そのサーバーは自分の知らない名前を Azure のリゾルバーまたはインターネットに転送する必要があります。フォワーダーがない場合や、同名の独自ゾーンが公開ゾーンを隠している場合は、アドレスが得られず、要求は送られません。",
      remedy: {
        steps: () => [
          `DNS サーバーが Azure 上にあれば ${AZURE_PLATFORM} に、そうでなければパブリックな名前を解決できるリゾルバーに転送するよう設定します。`,
          "`core.windows.net` や `windows.net` という独自のゾーンがないかを確認します。公開ゾーンを隠すため、範囲を狭めるか、レコードを追加します。",
          "VM のリゾルバー キャッシュを消去し、もう一度ライセンス認証を行います。",
        ],
        cost: "",
        undo: () => "追加したフォワーダーを削除します。",
        verify: ({ name }) =>
          `\`nslookup ${name}\` が KMS のアドレスを返し、\`slmgr /ato\` が成功することを確認します。`,
      },
    },
  },

  commands: ({ name }) => [
    `nslookup ${name} ${AZURE_PLATFORM}`,
    `Add-DnsServerForwarder -IPAddress ${AZURE_PLATFORM}`,
    "ipconfig /flushdns",
    "cscript //nologo slmgr.vbs /ato",
  ],
});

function isAzures(name: string): boolean {
  return cloudHostOf(name)?.cloud === "azure";
}

function isRight({ result, addresses }: DnsAnswer): boolean {
  return result === "found" && addresses.some(({ value }) => isAzures(value));
}

/** The name is given an address of somebody's own network, or one that sinks it. */
function isDiverted({ result, addresses }: DnsAnswer): boolean {
  return (
    result === "found" &&
    addresses.length > 0 &&
    addresses.every(({ value }) => isPrivate(value) || /^(?:127\.|0\.0\.0\.0$)/.test(value))
  );
}

/** Clients that stopped at DNS or at no host, where nothing says whom else they are to ask. */
function lostClientsOf(the: Case): Client[] {
  const isLost = (code: number) =>
    NO_ADDRESS.has(code) || DNS_FAILED.has(code) || NAME_NOT_FOUND.has(code) || code === NO_HOST;
  return the.clients.filter(
    (client) =>
      mayAsk(client) &&
      isHurt(client) &&
      client.failure !== undefined &&
      isLost(client.failure.code) &&
      client.failing.every(({ host }) => host === "") &&
      client.report?.client?.discovered === undefined &&
      pinOf(the, client) === undefined,
  );
}

/** The code with which a client that is told Azure's KMS stopped at DNS. */
function codeOf({ client }: CloudAsker): number | undefined {
  const code = client.failure?.code ?? 0;
  return NO_ADDRESS.has(code) || DNS_FAILED.has(code) || NAME_NOT_FOUND.has(code) ? code : undefined;
}

function placeOf({ client, at }: CloudAsker) {
  return client.failure === undefined ? [at] : [client.failure.at];
}
