import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import { isHurt, mayAsk, type Pin, pinOf } from "../case/discovery.ts";
import type { Host } from "../case/host.ts";
import { quotes } from "../case/places.ts";
import { NO_CONTACT } from "../case/unreachable.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

const DEFAULT = 1688;

/**
 * The signs: a client is given its host by name with one port, and the host listens on another. With the SRV record in
 * between it is D07. Two numbers decide: the one in the client's settings and the one that the host prints.
 */
export const hostPortChanged = defineCause({
  id: "N04",
  name: "host-port-changed",
  link: "network",
  owner: "host",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/activation-slmgr-vbs-options",
    "https://learn.microsoft.com/deployoffice/vlactivation/tools-to-manage-volume-activation-of-office",
  ],
  explains: ["N05", "N10", "N11", "C28", "C22"],
  lookalikes: [
    {
      id: "D07",
      test: {
        en: "Where does the client have the port from? Without a registered host it comes from the SRV record.",
        ja: "クライアントがポートをどこから得ているかを調べます。ホストが固定されていなければ、SRV レコードの値です。",
      },
    },
    {
      id: "N05",
      test: {
        en: "Test the port that the host prints: if that one is open, the service runs.",
        ja: "ホストが表示するポートをテストします。そのポートが開いていれば、サービスは動作しています。",
      },
    },
  ],

  judge(the) {
    const pinned = the.clients.filter(mayAsk).flatMap((client) => {
      const pin = pinOf(the, client) ?? askedFor(the, client);
      return pin === undefined ? [] : [{ client, pin, host: the.hostNamed(pin.host) }];
    });
    const found = pinned.flatMap((each) => mismatchOf(each) ?? []);
    const [first] = found;
    if (first === undefined) {
      const matching = pinned.find(
        ({ pin, host }) => host?.report?.host?.port?.value === (pin.port || DEFAULT),
      );
      if (matching !== undefined) {
        return ruledOut(
          `${matching.client.label} is given the port on which ${matching.host?.label} listens.`,
          `${matching.client.label} に設定されたポートは、${matching.host?.label} が待ち受けるポートと一致しています。`,
          matching.pin.at,
        );
      }
      const standard = the.hosts.find(({ report }) => report?.host?.port?.value === DEFAULT);
      return standard?.report?.host?.port !== undefined && pinned.length === 0
        ? ruledOut(
            `${standard.label} listens on ${DEFAULT}, and no client is given another port.`,
            `${standard.label} は ${DEFAULT} で待ち受けており、別のポートを設定されたクライアントはありません。`,
            standard.report.host.port.at,
          )
        : notEvaluated("host-dlv", "client-dlv", "registry");
    }
    const same = found.filter(({ host }) => host === first.host);
    const hurt = same.filter(({ client }) => client.state === "notActivated");
    const open = first.host.probes.find(({ port, result }) => port === first.listening && result === "open");
    return seen({
      verdict: first.isProven ? "confirmed" : "likely",
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        clients: same.map(({ client }) => client.label),
        host: first.pin.host,
        asked: first.pin.port || DEFAULT,
        isStated: first.pin.port > 0,
        listening: first.listening,
        isOffice: first.pin.from === "office",
      },
      evidence: quotes(
        first.host.report?.host?.port?.at,
        ...same.map(({ pin }) => pin.at),
        ...same.map(({ client }) => client.exchanges.at(-1)?.at),
        open?.at,
      ),
      affects: hurt.map(({ client }) => client.label),
      wants: first.isProven ? [] : ["client-events", "srv", "port-test"],
    });
  },

  words: {
    en: {
      title: "The host listens on another port than the one its clients are given",
      why: ({ clients, host, asked, isStated, listening }) =>
        `${list(clients)} ${clients.length > 1 ? "ask" : "asks"} ${host} on port ${asked}${isStated ? "" : ", as no port is set"}, and the host says that it listens on ${listening}.`,
      about:
        "A host's port can be changed (`/sprt`). Its own SRV record follows when it publishes it; whatever was written down elsewhere does not: registered hosts on clients, Office's own setting, firewall rules. Clients then meet a port on which nothing listens.",
      remedy: {
        steps: ({ host, listening, isOffice }, system) => [
          `Decide which number is meant, and see that the firewall opens that one: ${listening} on the host, or 1688 everywhere.`,
          system === "muster"
            ? `Align the clients: \`muster skms ${host}:${listening}\`, or \`muster ckms\` to let them find it in DNS.`
            : isOffice
              ? `Align Office, which keeps its port by itself: \`cscript ospp.vbs /setprt:${listening}\`.`
              : `Align the clients: \`slmgr /skms ${host}:${listening}\`, or \`slmgr /ckms\` to let them find it in DNS.`,
          "Activate again.",
        ],
        cost: "Setting the host's port back needs a restart of its licensing service.",
        undo: ({ host, asked, isOffice }, system) =>
          system === "muster"
            ? `\`muster skms ${host}:${asked}\``
            : isOffice
              ? `\`cscript ospp.vbs /setprt:${asked}\``
              : `\`slmgr /skms ${host}:${asked}\``,
        verify: ({ host, listening }, system) =>
          system === "muster"
            ? `\`nc -vz ${host} ${listening}\` succeeds from the client, and \`muster ato\` too.`
            : `\`Test-NetConnection ${host} -Port ${listening}\` is True from the client, and \`/ato\` succeeds.`,
      },
    },
    ja: {
      title: "ホストが、クライアントに設定されたものとは別のポートで待ち受けています",
      why: ({ clients, host, asked, isStated, listening }) =>
        `${list(clients)} は ${host} のポート ${asked} に問い合わせていますが${isStated ? "" : " (ポートの指定なし)"}、ホストが待ち受けているのは ${listening} です。`,
      about:
        "ホストのポートは変更できます (`/sprt`)。ホスト自身が公開する SRV レコードには反映されますが、クライアントに固定したホスト名、Office 独自の設定、ファイアウォールの規則など、別の場所に書かれた値は変わりません。その結果、クライアントは待ち受けのないポートに接続しようとします。",
      remedy: {
        steps: ({ host, listening, isOffice }, system) => [
          `どちらの番号を使うかを決め、ファイアウォールでその番号が開いていることを確認します (ホストの ${listening}、またはすべて 1688)。`,
          system === "muster"
            ? `クライアントを合わせます: \`muster skms ${host}:${listening}\`。DNS で見つけさせる場合は \`muster ckms\` です。`
            : isOffice
              ? `Office はポートを独自に保持するため、Office 側も合わせます: \`cscript ospp.vbs /setprt:${listening}\`。`
              : `クライアントを合わせます: \`slmgr /skms ${host}:${listening}\`。DNS で見つけさせる場合は \`slmgr /ckms\` です。`,
          "もう一度ライセンス認証を行います。",
        ],
        cost: "ホストのポートを戻す場合は、ライセンス サービスの再起動が必要です。",
        undo: ({ host, asked, isOffice }, system) =>
          system === "muster"
            ? `\`muster skms ${host}:${asked}\``
            : isOffice
              ? `\`cscript ospp.vbs /setprt:${asked}\``
              : `\`slmgr /skms ${host}:${asked}\``,
        verify: ({ host, listening }, system) =>
          system === "muster"
            ? `クライアントから \`nc -vz ${host} ${listening}\` と \`muster ato\` が成功することを確認します。`
            : `クライアントから \`Test-NetConnection ${host} -Port ${listening}\` が True になり、\`/ato\` が成功することを確認します。`,
      },
    },
  },

  commands: ({ host, listening, isOffice }, system) =>
    system === "muster"
      ? [`nc -vz ${host} ${listening}`, `muster skms ${host}:${listening}`, "muster ato"]
      : [
          `Test-NetConnection ${host} -Port ${listening}`,
          ...(isOffice
            ? [`cscript //nologo ospp.vbs /setprt:${listening}`, "cscript //nologo ospp.vbs /act"]
            : [`cscript //nologo slmgr.vbs /skms ${host}:${listening}`, "cscript //nologo slmgr.vbs /ato"]),
        ],
});

interface Pinned {
  readonly client: Client;
  readonly pin: Asked;
  readonly host: Host | undefined;
}

/** Whom a client is given, or asks though DNS does not name that port: only its requests tell of it then. */
type Asked = Omit<Pin, "from"> & { readonly from: Pin["from"] | "requests" };

function askedFor({ targets, names }: Case, { failing }: Client): Asked | undefined {
  const newest = failing.at(-1);
  if (newest === undefined || newest.host === "" || newest.port === 0) return undefined;
  const { host, port, at } = newest;
  const isOne = failing.every((each) => each.host === host && each.port === port);
  const isInDns = targets.some((target) => target.port === port && names.same(target.host, [host]));
  return isOne && !isInDns ? { host, port, at, from: "requests" } : undefined;
}

interface Mismatch {
  readonly client: Client;
  readonly pin: Asked;
  readonly host: Host;
  readonly listening: number;
  /** Requests to that very port were in vain, rather than the settings alone differing. */
  readonly isProven: boolean;
}

function mismatchOf({ client, pin, host }: Pinned): Mismatch | undefined {
  const listening = host?.report?.host?.port?.value;
  const asked = pin.port || DEFAULT;
  if (host === undefined || listening === undefined || listening === asked || !isHurt(client))
    return undefined;
  // Who got an answer there has the right port, whatever a report says of another moment.
  if (client.exchanges.some(({ port, answer }) => (port || DEFAULT) === asked && answer !== undefined))
    return undefined;
  const tried = client.failing.filter(
    ({ port, code }) => (port || DEFAULT) === asked && NO_CONTACT.has(code),
  );
  const closed = host.probes.some(({ port, result }) => port === asked && result !== "open");
  const isTold = pin.from !== "requests" || host.targets.length > 0;
  return { client, pin, host, listening, isProven: isTold && (tried.length > 0 || closed) };
}
