import type { Finding } from "./assess.ts";
import type { Case } from "./case/case.ts";
import { KMS_CLIENT } from "./case/client.ts";
import { enoughAt } from "./case/enough.ts";
import { LINKS, type Link, type Text } from "./cause.ts";
import type { Place } from "./evidence/place.ts";

/** One link of the way from a client to its activation. */
export interface ChainLink {
  readonly link: Link;
  /** `broken` at the first finding's link; `unknown` where nothing in evidence tells. */
  readonly state: "ok" | "broken" | "unknown";
  /** What shows it, in a few words. */
  readonly shows: Text | undefined;
  readonly at: Place | undefined;
}

type Sign = { readonly shows: Text; readonly at: Place | undefined } | undefined;

/** The chain client → DNS → network → host → key → count, with what is known of each link. */
export function chainOf(the: Case, findings: readonly Finding[]): ChainLink[] {
  const [first] = findings;
  const broken =
    first !== undefined && (first.sighting.verdict === "confirmed" || first.sighting.verdict === "likely")
      ? first.cause.link
      : undefined;
  return LINKS.map((link) => {
    if (link === broken) {
      const title = { en: first?.cause.words.en.title ?? "", ja: first?.cause.words.ja.title ?? "" };
      return { link, state: "broken", shows: title, at: first?.sighting.evidence[0] };
    }
    const sign = SIGNS[link](the);
    return { link, state: sign === undefined ? "unknown" : "ok", shows: sign?.shows, at: sign?.at };
  });
}

const SIGNS: Readonly<Record<Link, (the: Case) => Sign>> = {
  client: ({ clients }) => {
    const client = clients.find(({ channel }) => channel === KMS_CLIENT);
    const at = client?.report?.channel?.at ?? client?.exchanges.at(-1)?.at;
    return (
      client && { shows: { en: "holds a client setup key", ja: "クライアント セットアップ キーあり" }, at }
    );
  },
  dns: ({ srv }) => {
    const answer = srv.find(({ result }) => result === "found");
    const target = answer?.targets[0];
    return (
      target && {
        shows: { en: `names ${target.host}:${target.port}`, ja: `${target.host}:${target.port} を返す` },
        at: target.at,
      }
    );
  },
  network: ({ clients, evidence }) => {
    const answered = clients
      .flatMap(({ exchanges }) => exchanges)
      .findLast(({ answer }) => answer !== undefined);
    if (answered !== undefined)
      return { shows: { en: "a host answered", ja: "ホストが応答" }, at: answered.answer?.at };
    const open = evidence.probes.find(({ result, protocol }) => result === "open" && protocol !== "icmp");
    return (
      open && {
        shows: { en: `${open.host}:${open.port} answers`, ja: `${open.host}:${open.port} が応答` },
        at: open.at,
      }
    );
  },
  host: ({ hosts }) => {
    const host = hosts.find(({ isActivated }) => isActivated);
    return (
      host && {
        shows: { en: `${host.label} is activated`, ja: `${host.label} は認証済み` },
        at: host.report?.status?.at,
      }
    );
  },
  key: ({ clients, evidence }) => {
    const served = clients.flatMap(({ exchanges }) => exchanges).findLast(({ answer }) => answer?.code === 0);
    if (served?.answer)
      return { shows: { en: "serves this product", ja: "この製品に対応" }, at: served.answer.at };
    const codes = evidence.handled.table.column("code");
    const row = codes.lastIndexOf(0);
    return row === -1
      ? undefined
      : { shows: { en: "serves products", ja: "製品に対応" }, at: evidence.handled.place(row) };
  },
  count: ({ clients, hosts }) => {
    const reached = clients.find(
      ({ lastCount, required }) => lastCount && required > 0 && lastCount.value >= required,
    );
    if (reached?.lastCount) {
      const { value, at } = reached.lastCount;
      return {
        shows: { en: `${value} of ${reached.required} needed`, ja: `${value} (必要数 ${reached.required})` },
        at,
      };
    }
    const count = hosts.flatMap((host) => enoughAt(host) ?? [])[0];
    return count && { shows: { en: `${count.value}`, ja: `${count.value}` }, at: count.at };
  },
};
