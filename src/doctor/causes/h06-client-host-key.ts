import { isOthers, keyOf, keyReportOf, type Service, servicesOf } from "../case/host-key.ts";
import { quotes } from "../case/places.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

/**
 * The signs: servers are refused by a host whose key is one of client Windows, or which runs client Windows, while
 * clients of the same host are served.
 */
export const clientHostKey = defineCause({
  id: "H06",
  name: "client-host-asked-for-servers",
  link: "key",
  owner: "licensing",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/kms-activation-planning",
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/error-0xc004f015-activate-windows-10",
  ],
  explains: ["H22", "C28"],
  lookalikes: [
    {
      id: "H04",
      test: {
        en: "A server key that is too old serves older servers: here none is served at all.",
        ja: "古いだけのサーバー用キーなら、古いサーバーは認証されます。この場合はどのサーバーも認証されません。",
      },
    },
  ],

  judge(the) {
    const known = the.hosts.filter((host) => !isOthers(host) && (isClientKey(host) || isClientSystem(host)));
    const services = servicesOf(the);
    const refused = services.filter(
      ({ refused: away, info, host }) =>
        away.length > 0 && info?.family === "server" && host !== undefined && known.includes(host),
    );
    const [first] = refused;
    const host = first?.host;
    if (host === undefined) {
      const server = the.hosts.find((each) => keyOf(each)?.value.servers);
      return server === undefined
        ? notEvaluated("host-dlv")
        : ruledOut(
            `${server.label} holds a key for servers.`,
            `${server.label} にはサーバー用のキーがあります。`,
            keyOf(server)?.at,
          );
    }
    const served = services.some(
      (each) => each.host === host && each.info?.family === "server" && each.served.length > 0,
    );
    const own = refused.filter((each) => each.host === host);
    const away = own.flatMap((each: Service) => each.refused);
    const report = keyReportOf(host);
    return seen({
      verdict: served ? "possible" : "confirmed",
      severity: away.some(({ client }) => client.state !== "activated") ? "error" : "warning",
      facts: {
        host: host.label,
        key: keyOf(host)?.value.name ?? "",
        system: report?.name?.value ?? "",
        products: own.map(({ info, product }) => info?.name ?? product),
        clients: [...new Set(away.map(({ label }) => label))],
      },
      evidence: quotes(report?.channel?.at, report?.name?.at, ...away.slice(0, 4).map(({ at }) => at)),
      affects: [...new Set(away.map(({ label }) => label))],
    });
  },

  words: {
    en: {
      title: "The host's key is one of client Windows, and servers ask it",
      why: ({ host, key, system, products }) =>
        `${host} holds a key for ${key || system}, which activates clients only, and refuses ${list(products)}.`,
      about:
        "A host on client Windows, or with the host key of client Windows, activates clients and no servers. On a server system such a key refuses with 0xC004F015. The key for Windows Server activates both.",
      remedy: {
        steps: ({ host }) => [
          "Take the host key for Windows Server of the newest generation that asks from the licensing portal.",
          `Install and activate it on a server; when ${host} runs client Windows, on another machine, to which SRV record and fixed names are then turned.`,
        ],
        cost: "A new host starts with a count of 0 and fills up within a week or so.",
        undo: () => "Install the old host key again.",
        verify: ({ products }) => `The host's next 12290 of ${list(products)} begin with 0x0.`,
      },
    },
    ja: {
      title: "ホストのキーがクライアント版 Windows 用で、サーバーを認証できません",
      why: ({ host, key, system, products }) =>
        `${host} のキーは ${key || system} 用で、クライアントしか認証できないため、${list(products)} を拒否しています。`,
      about:
        "クライアント版 Windows のホスト、またはクライアント版 Windows 用のホスト キーは、クライアントだけを認証し、サーバーは認証しません。サーバーのシステムにそのキーを入れると 0xC004F015 で拒否します。Windows Server 用のキーなら両方を認証できます。",
      remedy: {
        steps: ({ host }) => [
          "ライセンスのポータルで、要求する中で最も新しい世代の Windows Server 用のホスト キーを入手します。",
          `サーバーにインストールして認証します。${host} がクライアント版 Windows の場合は別のマシンをホストにし、SRV レコードや固定したホスト名をそちらに向けます。`,
        ],
        cost: "新しいホストの数は 0 から始まり、1 週間ほどでそろいます。",
        undo: () => "元のホスト キーを入れ直します。",
        verify: ({ products }) =>
          `ホストの次の 12290 で、${list(products)} の値が 0x0 で始まることを確認します。`,
      },
    },
  },

  commands: () => [
    "cscript //nologo slmgr.vbs /dlv",
    "cscript //nologo slmgr.vbs /ipk YOUR-HOST-KEY",
    "cscript //nologo slmgr.vbs /ato",
  ],
});

type Host = Parameters<typeof keyOf>[0];

function isClientKey(host: Host): boolean {
  return keyOf(host)?.value.servers === false;
}

function isClientSystem(host: Host): boolean {
  const name = keyReportOf(host)?.name?.value ?? "";
  return /(professional|enterprise|education|pro)\w* edition/i.test(name) && !/server/i.test(name);
}
