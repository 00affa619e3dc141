import type { Case } from "../case/case.ts";
import { isOthers, keyOf, type Service, servicesOf } from "../case/host-key.ts";
import { quotes } from "../case/places.ts";
import { defineCause, type Judgement, notEvaluated, ruledOut, seen, type Verdict } from "../cause.ts";
import type { Fact } from "../evidence/place.ts";
import { activates, compareGenerations, type HostKey } from "../products.ts";
import { list } from "../words.ts";

interface Facts {
  readonly host: string;
  /** `""` when it is not known. */
  readonly key: string;
  readonly products: readonly string[];
  readonly served: readonly string[];
  readonly clients: readonly string[];
}

/**
 * The signs: one family of products is refused with 0xC004F042 (or 0xC004F015), and everything older is served by the
 * same host, whose key is older than that family. A key activates its own generation and all older ones. When the key
 * covers what is refused, it is the host's system that lacks an update (H05).
 */
export const hostKeyTooOld = defineCause<Facts>({
  id: "H04",
  name: "host-key-too-old",
  link: "key",
  owner: "licensing",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/kms-activation-planning",
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-activation-error-codes",
  ],
  explains: ["H22", "C28"],
  lookalikes: [
    {
      id: "H05",
      test: {
        en: "Compare the key (channel in the host's `/dlv`) with the product: when the key covers it, the host's build is too old.",
        ja: "キー (ホストの `/dlv` のチャネル) と製品を比べます。キーが製品に対応していれば、ホストのビルドが古すぎます。",
      },
    },
    {
      id: "H07",
      test: {
        en: "When it is Office that is refused, the host lacks the key of that Office version.",
        ja: "拒否されるのが Office なら、そのバージョンの Office のホスト キーがありません。",
      },
    },
    {
      id: "A08",
      test: {
        en: "When every product is refused, the client asks a host of another world: look at the host's name in 12288.",
        ja: "すべての製品が拒否される場合は、別の環境のホストに問い合わせています。12288 のホスト名を確認します。",
      },
    },
  ],

  judge(the) {
    const services = servicesOf(the);
    const refused = services.filter(
      ({ refused: each, info }) => each.length > 0 && info?.family !== "office",
    );
    if (refused.length === 0) {
      const served = services.find(({ served: each }) => each.length > 0)?.served[0];
      return served === undefined
        ? notEvaluated("client-events", "host-log")
        : ruledOut(
            "No product is refused (0xC004F042).",
            "拒否された製品 (0xC004F042) はありません。",
            served.at,
          );
    }
    const judged = refused.flatMap((service) => {
      const verdict = verdictOn(service, services, the.system === "muster");
      return verdict === undefined ? [] : [{ service, verdict }];
    });
    const [worst] = judged.toSorted((one, two) => ORDER.indexOf(one.verdict) - ORDER.indexOf(two.verdict));
    if (worst === undefined) return absent(refused);
    const { host } = worst.service;
    return seen(
      sightingOf(
        the,
        worst.verdict,
        judged.flatMap(({ service }) => (service.host === host ? service : [])),
        services,
      ),
    );
  },

  words: {
    en: {
      title: "The host's key is too old for the products that it refuses",
      why: ({ host, key, products, served, clients }) =>
        `${host === "" ? "The host" : host} refuses ${list(products)} with 0xC004F042 (${list(clients)})${served.length > 0 ? `, and serves ${list(served)}` : ""}${key === "" ? "" : `; its key is one for ${key}, which does not cover ${products.length === 1 ? "it" : "them"}`}.`,
      about:
        "A host key activates its own generation of Windows and all older ones, never a newer one. When the first machines of a new release come, they alone are refused, while everything else on the same host goes on. It is taken for a fault of the new machines.",
      remedy: {
        steps: ({ host, products }, system) =>
          system === "muster"
            ? [
                `Ask the vendor for a host licence that covers ${list(products)}.`,
                `Activate ${host || "the host"} with it; what it covered before stays covered.`,
              ]
            : [
                `Take the host key for the generation of ${list(products)}, or a newer one, from the licensing portal.`,
                "Look first whether the host's system may hold it and has the update that it needs: a key may go on the two or three systems before its own.",
                `On ${host || "the host"}, install it (\`slmgr /ipk\`) and activate it (\`slmgr /ato\`); it goes on serving everything older.`,
                "On the refused machines nothing has to be done: they try again within two hours.",
              ],
        cost: "The new key replaces the old one, and uses one of its activations. The count is kept.",
        undo: (_, system) =>
          system === "muster"
            ? "Activate the host with the old licence again."
            : "Install the old host key again and activate it.",
        verify: ({ products }, system) =>
          `The host's next 12290 of ${list(products)} begin with ${system === "muster" ? "0x00000000" : "0x0"}.`,
      },
    },
    ja: {
      title: "ホストのキーが古く、新しい製品に対応していません",
      why: ({ host, key, products, served, clients }) =>
        `${host === "" ? "ホスト" : host} は ${list(products)} を 0xC004F042 で拒否しています (${list(clients)})${served.length > 0 ? `。一方、${list(served)} は認証しています` : ""}${key === "" ? "" : `。ホストのキーは ${key} 用で、これらの製品に対応していません`}。`,
      about:
        "ホスト キーは、自分の世代とそれより古い Windows を認証しますが、新しい世代は認証しません。新しいリリースのマシンが来ると、そのマシンだけが拒否され、同じホストのほかの製品は問題なく認証されます。そのため、新しいマシンの障害と誤解されがちです。",
      remedy: {
        steps: ({ host, products }, system) =>
          system === "muster"
            ? [
                `${list(products)} を含むホスト ライセンスをベンダーに依頼します。`,
                `${host || "ホスト"} をそのライセンスで認証します。これまでの製品も引き続き対象です。`,
              ]
            : [
                `ライセンスのポータルで、${list(products)} の世代、またはそれより新しい世代のホスト キーを入手します。`,
                "先に、ホストのシステムがそのキーに対応し、必要な更新プログラムが入っているかを確認します。キーをインストールできるのは、同じ世代と、その前の 2 ～ 3 世代までです。",
                `${host || "ホスト"} でキーをインストールし (\`slmgr /ipk\`)、認証します (\`slmgr /ato\`)。古い製品も引き続き認証されます。`,
                "拒否されたマシンでは何もする必要はありません。2 時間以内に再試行します。",
              ],
        cost: "新しいキーが古いキーを置き換え、認証回数を 1 回使います。現在の数は保たれます。",
        undo: (_, system) =>
          system === "muster"
            ? "元のライセンスでホストを認証し直します。"
            : "元のホスト キーを入れ直して認証します。",
        verify: ({ products }, system) =>
          `ホストの次の 12290 で、${list(products)} の値が ${system === "muster" ? "0x00000000" : "0x0"} で始まることを確認します。`,
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster host status", "muster host activate HOST-KEY --online VENDOR-URL"]
      : [
          "cscript //nologo slmgr.vbs /dlv",
          "cscript //nologo slmgr.vbs /ipk YOUR-HOST-KEY",
          "cscript //nologo slmgr.vbs /ato",
        ],
});

const ORDER: readonly Verdict[] = ["confirmed", "likely", "possible"];

/** How sure it is that the key is too old for one refused product; undefined when it is not the key. */
function verdictOn(service: Service, services: readonly Service[], isMuster: boolean): Verdict | undefined {
  const { host, info, refused } = service;
  if (isOthers(host)) return undefined;
  const others = services.filter(
    (each) => each.host === host && each.served.length > 0 && each.product !== service.product,
  );
  if (isMuster) return service.served.length > 0 ? undefined : others.length > 0 ? "confirmed" : "likely";
  const key = host && keyOf(host);
  if (key !== undefined && info !== undefined) {
    if (info.family === "server" && !key.value.servers) return undefined;
    const reach = activates(key.value, info);
    if (reach === "yes") return undefined;
    if (reach === "no") return "confirmed";
    return windows11(refused, key.value);
  }
  // A product that no table knows is mostly newer than the table.
  if (info === undefined) return others.length > 0 && service.product !== "" ? "likely" : "possible";
  const older = others.filter((each) => each.info !== undefined && each.info.family !== "office");
  const isNewest =
    older.length > 0 &&
    older.every((each) => compareGenerations(each.info?.generations[0] ?? "", info.generations[1]) < 0);
  return isNewest ? "likely" : "possible";
}

const WINDOWS_11 = 22_000;

/** One activation id serves Windows 10 and 11: keys before that of Server 2022 activate only the former. */
function windows11(refused: Service["refused"], { generation }: HostKey): Verdict | undefined {
  if (compareGenerations(generation, "2022") >= 0) return undefined;
  const builds = refused.flatMap(({ client }) => buildNumber(client.report?.serviceVersion?.value) || []);
  if (builds.some((build) => build >= WINDOWS_11)) return "confirmed";
  return builds.length > 0 ? undefined : "likely";
}

function buildNumber(version: string | undefined): number {
  return Number(version?.split(".")[2] ?? 0);
}

function sightingOf(the: Case, verdict: Verdict, refused: readonly Service[], services: readonly Service[]) {
  const host = refused[0]?.host;
  const key: Fact<HostKey> | undefined = host && keyOf(host);
  const away = refused.flatMap((service) => service.refused);
  const served = services.filter(
    (each) => each.host === host && each.served.length > 0 && each.refused.length === 0,
  );
  const hurt = away.filter(({ client }) => client.state !== "activated");
  return {
    verdict,
    severity: hurt.length > 0 ? ("error" as const) : ("warning" as const),
    facts: {
      host: host?.label ?? "",
      key: key?.value.name ?? "",
      products: names(refused),
      served: names(served),
      clients: [...new Set(away.map(({ label }) => label))],
    },
    evidence: quotes(
      ...refused.slice(0, 2).flatMap((service) => service.refused.slice(0, 1).map(({ at }) => at)),
      key?.at,
      ...served.slice(0, 2).flatMap((service) => service.served.slice(0, 1).map(({ at }) => at)),
      ...away.slice(0, 3).map(({ at }) => at),
    ),
    affects: [...new Set(hurt.map(({ label }) => label))],
    wants: key === undefined && the.system === "kms" ? (["host-dlv"] as const) : [],
  };
}

function names(services: readonly Service[]): string[] {
  return [...new Set(services.map(({ info, product }) => info?.name ?? product))].filter(
    (name) => name !== "",
  );
}

function absent(refused: readonly Service[]): Judgement<Facts> {
  const key = refused.flatMap(({ host }) => (host && keyOf(host)) ?? [])[0];
  return key === undefined
    ? notEvaluated("host-dlv", "host-log")
    : ruledOut(
        `The host's key (${key.value.name}) is for a system that covers what is refused, or for another kind of it.`,
        `ホストのキー (${key.value.name}) の世代は、拒否された製品に対して古くありません。`,
        key.at,
      );
}
