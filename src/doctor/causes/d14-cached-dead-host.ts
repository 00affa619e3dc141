import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import { absentIn, foundIn, isHurt, mayAsk, NAME_NOT_FOUND, pinOf } from "../case/discovery.ts";
import { NO_CONTACT, unreachedIn } from "../case/unreachable.ts";
import { defineCause, notEvaluated, ruledOut, seen, type Verdict } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { list } from "../words.ts";

/**
 * The signs: a client asks a host that DNS does not name and that does not answer, without having been given it by name.
 * By itself it then looks in DNS and is healed at once, which is no fault; it stays so only when DNS is broken as well.
 */
export const cachedDeadHost = defineCause({
  id: "D14",
  name: "cached-dead-host",
  link: "client",
  owner: "client",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/activation-slmgr-vbs-options",
    "https://learn.microsoft.com/windows-server/get-started/activation-troubleshoot-kms-general",
  ],
  explains: ["C28", "C22"],
  lookalikes: [
    {
      id: "D12",
      test: {
        en: "`/dlv` of a licensed client, or its registry: a registered name is a pin, and never heals.",
        ja: "認証済みクライアントの `/dlv` またはレジストリを確認します。登録された名前は固定であり、自動では直りません。",
      },
    },
    {
      id: "D02",
      test: {
        en: "Does DNS still name the dead host? Then the cache only repeats what DNS says.",
        ja: "DNS がまだ停止したホストを返すかを調べます。返すなら、キャッシュは DNS の内容をそのまま使っているだけです。",
      },
    },
  ],

  judge(the) {
    const found = the.clients
      .filter(mayAsk)
      .flatMap((client) => stuckOn(the, client) ?? [])
      .toSorted((one, two) => ORDER.indexOf(one.verdict) - ORDER.indexOf(two.verdict));
    const [first] = found;
    if (first === undefined) {
      const free = the.clients.find(({ report }) => report?.client?.caching?.value === false);
      if (free?.report?.client?.caching !== undefined) {
        return ruledOut(
          `${free.label} keeps no host in a cache.`,
          `${free.label} はホストをキャッシュしません。`,
          free.report.client.caching.at,
        );
      }
      const current = the.clients.find(({ report }) =>
        the.targets.some(({ host }) => host === report?.client?.discovered?.value.name),
      );
      if (current?.report?.client?.discovered !== undefined) {
        return ruledOut(
          `${current.label} asks a host that DNS names.`,
          `${current.label} は DNS が返すホストに問い合わせています。`,
          current.report.client.discovered.at,
        );
      }
      return notEvaluated("client-dlv", "client-events", "srv");
    }
    const same = found.filter(({ verdict }) => verdict === first.verdict);
    const hurt = same
      .filter(({ client }) => client.state === "notActivated")
      .map(({ client }) => client.label);
    const isBenign = first.verdict === "benign";
    return seen({
      verdict: first.verdict,
      severity: isBenign ? "info" : hurt.length > 0 ? "error" : "warning",
      facts: {
        clients: same.map(({ client }) => client.label),
        host: first.host,
        others: [...new Set(the.targets.map(({ host }) => host))],
        isHealed: isBenign,
        isDnsBroken: first.isDnsBroken,
      },
      evidence: same.flatMap(({ places }) => places).slice(0, 8),
      affects: isBenign ? [] : hurt.length > 0 ? hurt : same.map(({ client }) => client.label),
      wants: isBenign ? [] : first.verdict === "confirmed" ? [] : ["srv", "registry"],
    });
  },

  words: {
    en: {
      title: "The client keeps a dead host in its cache",
      why: ({ clients, host, others, isHealed, isDnsBroken }) =>
        isHealed
          ? `${list(clients)} tried ${host} once from the cache, got no answer, looked in DNS and went on to another host, as it is meant to be.`
          : `${list(clients)} ${clients.length > 1 ? "go" : "goes"} on asking ${host} from the cache, which does not answer${isDnsBroken ? ", and DNS, which would heal that, gives no host" : others.length > 0 ? `, though DNS names ${list(others)}` : ""}.`,
      about:
        "A client keeps the host that last activated it and asks it first. When that host is gone, one try fails and the client looks in DNS, so that replacing a host costs each client a single failure. Only when DNS gives no answer either does it stay with the dead name, and the cure is in DNS.",
      remedy: {
        steps: ({ isDnsBroken, isHealed }, system) =>
          isHealed
            ? ["Nothing: the client has healed itself."]
            : [
                ...(isDnsBroken
                  ? [
                      "Repair discovery first: the record that the client looks for has to exist and to answer.",
                    ]
                  : []),
                system === "muster"
                  ? "Let the client forget its cached host: `muster ckhc`, then `muster skhc`."
                  : "Let the client forget its cached host: `slmgr /ckhc`, activate, then `slmgr /skhc`.",
                "Activate again.",
              ],
        cost: "",
        undo: (_, system) => (system === "muster" ? "`muster skhc`" : "`slmgr /skhc`"),
        verify: (_, system) =>
          system === "muster"
            ? "`muster dlv` names a host that DNS names."
            : "`/dlv` shows as `KMS machine name from DNS` a host that DNS names.",
      },
    },
    ja: {
      title: "クライアントが停止したホストをキャッシュしています",
      why: ({ clients, host, others, isHealed, isDnsBroken }) =>
        isHealed
          ? `${list(clients)} はキャッシュにある ${host} を一度試し、応答がなかったため DNS で別のホストを見つけました。想定どおりの動作です。`
          : `${list(clients)} は、応答のない ${host} にキャッシュから問い合わせ続けています${isDnsBroken ? "。DNS からもホストを得られないため、自動では直りません" : others.length > 0 ? `。DNS は ${list(others)} を返します` : ""}。`,
      about:
        "クライアントは、最後に認証されたホストを記憶し、最初に問い合わせます。そのホストがなくなっていれば一度失敗し、DNS で探し直します。そのためホストの交換で失敗するのは、クライアントごとに 1 回だけです。DNS からも応答がない場合に限り、停止したホストの名前が残り続けます。対処すべきは DNS です。",
      remedy: {
        steps: ({ isDnsBroken, isHealed }, system) =>
          isHealed
            ? ["対処は不要です。クライアントは自動的に回復しています。"]
            : [
                ...(isDnsBroken
                  ? ["先に自動検出を直します。クライアントが探すレコードが存在し、応答が返るようにします。"]
                  : []),
                system === "muster"
                  ? "クライアントのキャッシュを消します: `muster ckhc` の後に `muster skhc`"
                  : "クライアントのキャッシュを消します: `slmgr /ckhc` を実行してライセンス認証を行い、その後 `slmgr /skhc` を実行します。",
                "もう一度ライセンス認証を行います。",
              ],
        cost: "",
        undo: (_, system) => (system === "muster" ? "`muster skhc`" : "`slmgr /skhc`"),
        verify: (_, system) =>
          system === "muster"
            ? "`muster dlv` に、DNS が返すホストが表示されることを確認します。"
            : "`/dlv` に DNS で見つけたホストとして、DNS が返すホストが表示されることを確認します。",
      },
    },
  },

  commands: ({ isHealed }, system) =>
    isHealed
      ? []
      : system === "muster"
        ? ["muster ckhc", "muster ato", "muster skhc"]
        : [
            "cscript //nologo slmgr.vbs /ckhc",
            "cscript //nologo slmgr.vbs /ato",
            "cscript //nologo slmgr.vbs /skhc",
          ],
});

const ORDER: readonly Verdict[] = ["confirmed", "likely", "possible", "benign"];

interface Stuck {
  readonly client: Client;
  readonly verdict: Verdict;
  readonly host: string;
  readonly isDnsBroken: boolean;
  readonly places: readonly Place[];
}

function stuckOn(the: Case, client: Client): Stuck | undefined {
  if (pinOf(the, client) !== undefined || client.report?.client?.caching?.value === false) return undefined;
  const unreached = unreachedIn(the).find(
    ({ clients, isInSrv, isProviders, serves }) =>
      clients.includes(client) && isInSrv === false && !isProviders && serves === undefined,
  );
  if (unreached === undefined) return undefined;
  const { host } = unreached;
  const names = host.names;
  const own = client.exchanges.filter((each) => each.host !== "" && the.names.same(each.host, names));
  const last = own.at(-1);
  if (last === undefined || !NO_CONTACT.has(last.code)) return undefined;
  const after = client.exchanges.slice(client.exchanges.indexOf(last) + 1);
  const discovered = client.report?.client?.discovered;
  const wasFound = discovered !== undefined && the.names.same(discovered.value.name, names);
  const wasServed = client.exchanges.some(
    (each) => the.names.same(each.host || "-", names) && each.answer !== undefined,
  );
  const base = {
    client,
    host: host.label,
    places: [
      last.at,
      ...(wasFound && discovered !== undefined ? [discovered.at] : []),
      ...unreached.probes.map(({ at }) => at),
      ...absentIn(the).map(({ at }) => at),
      ...foundIn(the).flatMap(({ targets }) => targets.map(({ at }) => at)),
    ],
  };
  if (after.some(({ answer, host: next }) => answer !== undefined && !the.names.same(next || "-", names))) {
    return { ...base, verdict: "benign", isDnsBroken: false };
  }
  if (!isHurt(client)) return undefined;
  const notFound =
    NAME_NOT_FOUND.has(client.failure?.code ?? 0) ||
    client.events.some(
      ({ codes, time }) => time >= last.time && codes.some((code) => NAME_NOT_FOUND.has(code)),
    );
  const isDnsBroken = foundIn(the).length === 0 && (absentIn(the).length > 0 || notFound);
  if (isDnsBroken) return { ...base, verdict: wasFound || wasServed ? "confirmed" : "likely", isDnsBroken };
  // DNS names another host and the client never asks it: whether a pin keeps it from that, the registry tells.
  return wasFound || wasServed ? { ...base, verdict: "likely", isDnsBroken: false } : undefined;
}
