import type { Case } from "../case/case.ts";
import { poolOf } from "../case/counting.ts";
import type { Host } from "../case/host.ts";
import { CANNOT_BE_USED, servicesOf } from "../case/host-key.ts";
import { quotes } from "../case/places.ts";
import { defineCause, type Judgement, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { officeHostOf } from "../products.ts";
import { list } from "../words.ts";

interface Facts {
  readonly host: string;
  readonly office: string;
  /** Other versions of Office that the host has keys for. */
  readonly others: readonly string[];
  readonly isListed: boolean;
  readonly clients: readonly string[];
  readonly windows: boolean;
}

const NO_HOST = 0xc004f074;

/**
 * The signs: Office is refused, or finds no host that serves it, while Windows on the same machines is activated by the
 * same host; the host's `/dlv all` has no key of that version. Keys of Office are per version, and each needs its own
 * Volume License Pack.
 */
export const officeHostKey = defineCause<Facts>({
  id: "H07",
  name: "office-host-key-missing",
  link: "key",
  owner: "licensing",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/office/volume-license-activation/configure-a-kms-host-computer-for-office",
    "https://learn.microsoft.com/office/volume-license-activation/tools-to-manage-volume-activation-of-office",
  ],
  explains: ["H22", "C28", "H08"],
  lookalikes: [
    {
      id: "H04",
      test: {
        en: "When Windows is refused as well, it is the host's Windows key; Office has keys of its own.",
        ja: "Windows も拒否される場合は、ホストの Windows キーの問題です。Office には専用のキーがあります。",
      },
    },
    {
      id: "H08",
      test: {
        en: "0xC004F038 says that the host has the key, and counts fewer than 5 of that Office.",
        ja: "0xC004F038 なら、ホストにキーはあり、その Office の数が 5 に達していません。",
      },
    },
  ],

  judge(the) {
    const offices = the.clients.filter(({ info }) => info?.family === "office");
    if (offices.length === 0) return notEvaluated("client-dlv", "client-events");
    const refused = servicesOf(the).filter(
      ({ refused: away, info }) => info?.family === "office" && away.length > 0,
    );
    for (const { host, info, refused: away } of refused) {
      if (info !== undefined) return sighting(the, host, info.pool, away);
    }
    // Office's 0xC004F074 hides the refusal when its own 12288 are not there.
    const enveloped = offices.filter(
      ({ failure, state }) => failure?.code === NO_HOST && state === "notActivated",
    );
    for (const client of enveloped) {
      const lacking = the.hosts.find((host) => lists(host) && !has(host, poolOf(client)));
      if (lacking === undefined || client.failure === undefined) continue;
      return sighting(the, lacking, poolOf(client), [{ label: client.label, client, at: client.failure.at }]);
    }
    const served = offices.find(({ state, failure }) => state === "activated" && failure === undefined);
    return served === undefined
      ? notEvaluated("host-dlv", "client-events")
      : ruledOut(
          `${served.info?.name} on ${served.label} is activated.`,
          `${served.label} の ${served.info?.name} は認証されています。`,
          served.report?.status?.at ?? served.lastSuccess?.at,
        );
  },

  words: {
    en: {
      title: "The host has no key for this version of Office",
      why: ({ host, office, others, isListed, clients, windows }) =>
        `${office} on ${list(clients)} is turned away${host === "" ? "" : ` by ${host}`}${windows ? ", which activates Windows on the same machines" : ""}${isListed ? `; its \`/dlv all\` lists no active key of ${office}${others.length > 0 ? `, only of ${list(others)}` : ""}` : ""}.`,
      about:
        "Windows and Office are counted and activated apart: a host serves an Office version only with the Volume License Pack and the host key of that very version. With a new Office the old key is of no use. Windows on the same PC goes on being activated, so that neither DNS nor the network can be at fault.",
      remedy: {
        steps: ({ host, office }) => [
          `On ${host || "the host"}, install the Volume License Pack of ${office}; it asks for the host key of that version and activates it.`,
          "Each further version of Office that is in use needs its own pack and key.",
          "On a client: `ospp.vbs /act`. Office activates when five machines have asked.",
        ],
        cost: "The count of this Office starts at 0; its first four machines wait for the fifth.",
        undo: () => "Nothing to undo: the pack adds a product and touches no other.",
        verify: ({ host, office }) =>
          `\`slmgr /dlv all\` on ${host || "the host"} shows the host product of ${office} as Licensed, with a count of its own.`,
      },
    },
    ja: {
      title: "ホストに、このバージョンの Office のキーがありません",
      why: ({ host, office, others, isListed, clients, windows }) =>
        `${list(clients)} の ${office} が${host === "" ? "" : ` ${host} に`}拒否されています${windows ? "。同じマシンの Windows は同じホストで認証されています" : ""}${isListed ? `。ホストの \`/dlv all\` に ${office} の有効なキーはありません${others.length > 0 ? ` (あるのは ${list(others)} のみ)` : ""}` : ""}。`,
      about:
        "Windows と Office は別々に数えられ、別々に認証されます。ホストが Office を認証するには、そのバージョン専用の Volume License Pack とホスト キーが必要です。新しい Office に古いキーは使えません。同じ PC の Windows は認証され続けるため、DNS やネットワークの問題ではありません。",
      remedy: {
        steps: ({ host, office }) => [
          `${host || "ホスト"} に ${office} の Volume License Pack をインストールし、そのバージョンのホスト キーを入力して認証します。`,
          "使っている Office のバージョンごとに、専用のパックとキーが必要です。",
          "クライアントで `ospp.vbs /act` を実行します。5 台が要求した時点で認証されます。",
        ],
        cost: "この Office の数は 0 から始まり、最初の 4 台は 5 台目を待ちます。",
        undo: () => "元に戻すものはありません。パックは製品を追加するだけです。",
        verify: ({ host, office }) =>
          `${host || "ホスト"} の \`slmgr /dlv all\` で、${office} のホスト製品が「ライセンス済み」になり、専用の数が表示されることを確認します。`,
      },
    },
  },

  commands: () => [
    "cscript //nologo slmgr.vbs /dlv all",
    'cscript //nologo "C:\\Program Files\\Microsoft Office\\Office16\\ospp.vbs" /act',
  ],
});

interface Away {
  readonly label: string;
  readonly client: Case["clients"][number];
  readonly at: Place;
}

function sighting(
  the: Case,
  host: Host | undefined,
  office: string,
  away: readonly Away[],
): Judgement<Facts> {
  if (host !== undefined && has(host, office)) return notEvaluated("host-log", "host-dlv");
  const windows = windowsBeside(the, host, away);
  const isListed = host !== undefined && lists(host);
  const hurt = away.filter(({ client }) => client.state !== "activated");
  return seen({
    verdict: isListed ? "confirmed" : windows !== undefined || away.some(isRefused) ? "likely" : "possible",
    severity: hurt.length > 0 ? "error" : "warning",
    facts: {
      host: host?.label ?? "",
      office,
      others: officesOf(host).filter((each) => each !== office),
      isListed,
      clients: [...new Set(away.map(({ label }) => label))],
      windows: windows !== undefined,
    },
    evidence: quotes(
      ...away.slice(0, 3).map(({ at }) => at),
      windows,
      ...(host?.reports.map(({ at }) => at) ?? []),
    ),
    affects: [...new Set(hurt.map(({ label }) => label))],
    wants: isListed ? [] : ["host-dlv"],
  });
}

function isRefused({ client }: Away): boolean {
  return client.failure !== undefined && CANNOT_BE_USED.has(client.failure.code);
}

/** Whether the host's reports are more than the one of Windows: then they are its `/dlv all`. */
function lists({ reports }: Host): boolean {
  return new Set(reports.map(({ product }) => product?.value)).size > 1;
}

/** Versions of Office that a host holds an activated key for. */
function officesOf(host: Host | undefined): string[] {
  return (host?.reports ?? []).flatMap(({ product, status, partialKey }) => {
    const office = officeHostOf(product?.value ?? "");
    return office !== undefined && status?.value === 1 && partialKey?.value !== "" ? [office] : [];
  });
}

function has(host: Host, office: string): boolean {
  return officesOf(host).includes(office);
}

/** Windows that this host, or on one of these machines anybody, activates. */
function windowsBeside(the: Case, host: Host | undefined, away: readonly Away[]): Place | undefined {
  const beside = the.clients.find(
    ({ info, label, state, lastSuccess }) =>
      info !== undefined &&
      info.family !== "office" &&
      state === "activated" &&
      lastSuccess !== undefined &&
      away.some((each) => each.label === label),
  );
  if (beside !== undefined) return beside.lastSuccess?.at;
  const service = servicesOf(the).find(
    (each) =>
      each.host !== undefined &&
      each.host === host &&
      each.info?.family !== "office" &&
      each.served.length > 0,
  );
  return service?.served[0]?.at;
}
