import type { Case } from "../case/case.ts";
import { buildOf, systemNamed, type Update, updateFor } from "../case/host-build.ts";
import { CANNOT_BE_USED, isOthers, keyOf, type Service, servicesOf } from "../case/host-key.ts";
import { quotes } from "../case/places.ts";
import { ALLOWED_SKEW, skewsOf } from "../case/skew.ts";
import { defineCause, notEvaluated, ruledOut, seen, type Verdict } from "../cause.ts";
import { activates, compareGenerations, type HostKey, type Product } from "../products.ts";
import { list } from "../words.ts";

interface Facts {
  readonly host: string;
  readonly system: string;
  /** `17763.1697`. */
  readonly build: string;
  readonly needed: string;
  readonly update: string;
  readonly key: string;
  readonly products: readonly string[];
  readonly clients: readonly string[];
}

const CLOCK_SKEW = 0xc004f06c;
/** Windows Server 2008 and Vista, and what was before them. */
const OLD = 6003;

/**
 * The signs: a product is refused though the host's key covers it, and the host's build is older than the one that knows
 * the product. Judged by build: the numbers of the updates differ from source to source. Hosts of 2003 and 2008 say
 * 0xC004F06C, which elsewhere is a clock (C12).
 */
export const hostNotUpdated = defineCause<Facts>({
  id: "H05",
  name: "host-lacks-update",
  link: "host",
  owner: "host",
  systems: ["kms", "muster"],
  links: ["https://learn.microsoft.com/windows-server/get-started/kms-activation-planning"],
  explains: ["H22", "C28"],
  lookalikes: [
    {
      id: "H04",
      test: {
        en: "Look at the channel in the host's `/dlv`: a key older than the product does not serve it, whatever the build.",
        ja: "ホストの `/dlv` のチャネルを確認します。製品より古いキーでは、ビルドに関係なく認証できません。",
      },
    },
    {
      id: "C12",
      test: {
        en: "0xC004F06C from a host of 2012 or later is a clock; compare the clocks.",
        ja: "Windows Server 2012 以降のホストからの 0xC004F06C は時計の問題です。時計を比べます。",
      },
    },
  ],

  judge(the) {
    const refused = servicesOf(the, new Set([...CANNOT_BE_USED, CLOCK_SKEW])).filter(
      ({ refused: away, info, host }) => away.length > 0 && info?.family !== "office" && !isOthers(host),
    );
    if (refused.length === 0) return notEvaluated("host-log");
    const judged = refused.flatMap((service) => verdictOn(the, service) ?? []);
    const [worst] = judged.toSorted((one, two) => ORDER.indexOf(one.verdict) - ORDER.indexOf(two.verdict));
    if (worst === undefined) {
      const fact = refused.flatMap(({ host }) => (host && buildOf(the, host)) ?? [])[0];
      return fact === undefined
        ? notEvaluated("host-dlv")
        : ruledOut(
            `The host's build (${text(fact.value)}) is new enough for what its key covers.`,
            `ホストのビルド (${text(fact.value)}) は、キーが対応する製品に対して十分に新しいものです。`,
            fact.at,
          );
    }
    const { service, update, key, fact } = worst;
    const all = judged.filter(({ service: { host } }) => host === service.host);
    const away = all.flatMap((each) => each.service.refused);
    const hurt = away.filter(({ client }) => client.state !== "activated");
    return seen({
      verdict: worst.verdict,
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        host: service.host?.label ?? "",
        system: systemNamed(fact.value.build),
        build: text(fact.value),
        needed: update?.revision === undefined ? "" : `${fact.value.build}.${update.revision}`,
        update: update?.update ?? "",
        key: key ?? "",
        products: [...new Set(all.map((each) => each.service.info?.name ?? each.service.product))],
        clients: [...new Set(away.map(({ label }) => label))],
      },
      evidence: quotes(
        fact.at,
        ...away.slice(0, 3).map(({ at }) => at),
        service.host && keyOf(service.host)?.at,
      ),
      affects: [...new Set(hurt.map(({ label }) => label))],
      wants: worst.verdict === "confirmed" ? [] : ["host-dlv"],
    });
  },

  words: {
    en: {
      title: "The host's system lacks the update that newer products need",
      why: ({ host, system, build, needed, update, key, products }) =>
        `${host} refuses ${list(products)}${key === "" ? "" : `, which its key (${key}) covers`}; it runs ${system === "" ? "" : `${system} at `}build ${build}${needed !== "" ? `, and the product is known from ${needed} on` : update !== "" ? `, and needs update ${update} or a later one` : ""}.`,
      about:
        "A host learns of newer products by updates of its own system, apart from its key. With a new key on a host that was not updated for long, older products are served and the newest are refused, often right after the first machines of a new release come. The numbers of the updates differ from list to list; the build tells.",
      remedy: {
        steps: ({ host, update }) => [
          update === ""
            ? `No update lets ${host} serve these products: set up a host on a newer system, and turn the SRV record to it.`
            : `Install the newest cumulative update on ${host} (${update} or later), and restart it.`,
          "On the refused machines nothing has to be done: they try again within two hours.",
        ],
        cost: "A restart of the host; activated clients do not notice it.",
        undo: () => "Remove the update again.",
        verify: ({ needed, products }) =>
          `\`slmgr /dlv\` on the host shows ${needed === "" ? "a newer service version" : `a service version of ${needed} or later`}, and its next 12290 of ${list(products)} begin with 0x0.`,
      },
    },
    ja: {
      title: "ホストのシステムに、新しい製品に必要な更新プログラムがありません",
      why: ({ host, system, build, needed, update, key, products }) =>
        `${host} は ${list(products)} を拒否しています${key === "" ? "" : `。キー (${key}) はこの製品に対応しています`}。ホストは${system === "" ? "ビルド" : ` ${system} のビルド`} ${build} で${needed !== "" ? `、この製品に対応するのは ${needed} 以降です` : update !== "" ? `、更新プログラム ${update} 以降が必要です` : "す"}。`,
      about:
        "ホストは、キーとは別に、システムの更新プログラムによって新しい製品に対応します。新しいキーを入れても、長く更新していないホストは古い製品だけを認証し、最新の製品を拒否します。多くは、新しいリリースの最初のマシンが来た直後に気づきます。更新プログラムの番号は資料によって異なるため、ビルドで判断します。",
      remedy: {
        steps: ({ host, update }) => [
          update === ""
            ? `${host} を更新してもこれらの製品には対応しません。新しいシステムにホストを用意し、SRV レコードをそちらに向けます。`
            : `${host} に最新の累積更新プログラム (${update} 以降) をインストールし、再起動します。`,
          "拒否されたマシンでは何もする必要はありません。2 時間以内に再試行します。",
        ],
        cost: "ホストの再起動が必要です。認証済みのクライアントには影響しません。",
        undo: () => "更新プログラムをアンインストールします。",
        verify: ({ needed, products }) =>
          `ホストの \`slmgr /dlv\` でサービスのバージョンが${needed === "" ? "新しくなり" : ` ${needed} 以降になり`}、次の 12290 で ${list(products)} の値が 0x0 で始まることを確認します。`,
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster --version", "muster host status"]
      : ["systeminfo", "cscript //nologo slmgr.vbs /dlv", "cscript //nologo slmgr.vbs /ato"],
});

const ORDER: readonly Verdict[] = ["confirmed", "likely", "possible"];

function verdictOn(the: Case, service: Service) {
  const { host, info, refused } = service;
  const fact = host && buildOf(the, host);
  if (host === undefined || fact === undefined || info === undefined || the.system === "muster")
    return undefined;
  const isSkew = refused.every(({ code }) => code === CLOCK_SKEW);
  if (isSkew) {
    // Clocks that agree leave only the host's age; those that do not are C12.
    const clocks = skewsOf(the.evidence).filter(({ host: name }) => the.hostNamed(name) === host);
    if (fact.value.build > OLD || clocks.some(({ behind }) => Math.abs(behind) > ALLOWED_SKEW))
      return undefined;
    const verdict: Verdict = clocks.length > 0 ? "confirmed" : "likely";
    return { service, fact, update: updateFor(fact.value.build, info), key: undefined, verdict };
  }
  const update = updateFor(fact.value.build, info);
  if (update === undefined || isInstalled(the, update)) return undefined;
  const key = keyOf(host);
  const covers = key === undefined ? undefined : reachOf(key.value, info);
  if (covers === "no" || isNewEnough(fact.value.revision, update)) return undefined;
  const isShown = fact.value.revision !== undefined && update.revision !== undefined;
  const verdict: Verdict = covers === "yes" ? (isShown ? "confirmed" : "likely") : "possible";
  return { service, fact, update, key: key?.value.name, verdict };
}

/** As `activates`; one activation id stands for Windows 10 and 11, and 11 needs a key of Server 2022. */
function reachOf(key: HostKey, info: Product): "yes" | "no" | "open" {
  const reach = activates(key, info);
  return reach === "open" && info.family === "client" && compareGenerations(key.generation, "2022") >= 0
    ? "yes"
    : reach;
}

function isNewEnough(revision: number | undefined, { revision: needed }: Update): boolean {
  return revision !== undefined && needed !== undefined && revision >= needed;
}

/** A list of updates may name it outright. */
function isInstalled({ evidence }: Case, { update }: Update): boolean {
  const [number] = /KB\d+/.exec(update) ?? [];
  return (
    number !== undefined && evidence.statements.some(({ what, name }) => what === "hotfix" && name === number)
  );
}

function text({ build, revision }: { build: number; revision: number | undefined }): string {
  return revision === undefined ? `${build}` : `${build}.${revision}`;
}
