import type { Evidence, LogEvent } from "../evidence/model.ts";
import type { Fact } from "../evidence/place.ts";
import type { Case } from "./case.ts";
import type { Client } from "./client.ts";
import { isOf } from "./discovery.ts";

/** A code that a person was shown on a machine, or that its licensing service logged. */
export interface Told extends Fact<number> {
  /** The client it is of; undefined when that machine is known from nothing else. */
  readonly client: Client | undefined;
  /** The client's, or the file that the code is from. */
  readonly label: string;
  /** The option of slmgr or ospp that ended with it, as `/ipk`; `""` when the service said it by itself. */
  readonly option: string;
}

const RULES = new Set([8196, 8198, 8233]);

/**
 * Every mention of these codes that still stands: from commands, from the notification reason, from the newest event of
 * the rules engine and from the newest request. Machines that are hosts only are passed over: their codes are of host keys.
 */
export function toldIn(the: Case, codes: ReadonlySet<number>): Told[] {
  return [
    ...the.clients.filter((client) => !isHostOnly(the, client)).flatMap((client) => toldBy(client, codes)),
    ...commandErrors(the).filter(({ value }) => codes.has(value)),
  ];
}

function toldBy(client: Client, codes: ReadonlySet<number>): Told[] {
  const { label, attempts, report, events, failing, lastSuccess, state } = client;
  const told: Told[] = [];
  const add = (found: Fact<number> | undefined, option: string) => {
    if (found !== undefined && codes.has(found.value)) told.push({ ...found, client, label, option });
  };
  // Whoever is licensed since has got over what `/ato` said.
  if (state !== "activated") {
    const isOver = attempts.at(-1)?.code?.value === 0;
    if (!isOver) for (const { code } of attempts) add(code, "/ato");
    add(report?.reason, "");
  }
  const newest = failing.at(-1);
  if (newest !== undefined) {
    add({ value: newest.code, at: newest.at }, "");
    if (newest.answer) add({ value: newest.answer.code, at: newest.answer.at }, "");
  }
  const last = events.findLast(({ id }) => RULES.has(id) || id === 8197);
  const isOver = last === undefined || last.id === 8197 || last.time <= (lastSuccess?.time ?? -Infinity);
  if (!isOver) for (const value of new Set(last.codes)) add({ value, at: last.at }, "");
  return told;
}

/** What commands other than `/ato` ended with: `/ipk`, `/rearm`, `/dlv`. */
export function commandErrors(the: Case): Told[] {
  return the.evidence.statements.flatMap(({ what, name, value, origin, at }) => {
    if (what !== "slmgr-error") return [];
    const owner = the.evidence.machineOf(origin);
    const isHost = the.hosts.some(({ label, reports }) => label === owner?.label && reports.length > 0);
    const client = the.clients.find((each) => isOf(the, origin, each) && !isHostOnly(the, each));
    if (isHost && client === undefined) return [];
    return [
      {
        value: Number(value),
        at,
        client,
        label: client?.label ?? owner?.label ?? origin.file,
        option: name.toLowerCase(),
      },
    ];
  });
}

/** Whether all that is known of this machine's own licence is that of a host key. */
export function isHostOnly({ hosts }: Case, { label, report, exchanges, askers }: Client): boolean {
  const asks = report !== undefined || exchanges.length > 0 || askers.length > 0;
  return !asks && hosts.some((host) => host.label === label && host.reports.length > 0);
}

/** Events with these ids that a client's machine logged, oldest first. */
export function eventsOf(the: Case, client: Client, ids: ReadonlySet<number>): LogEvent[] {
  const { report, exchanges, events, attempts } = client;
  // Most clients of a large site are known from a host's log alone.
  if (report === undefined && exchanges.length + events.length + attempts.length === 0) return [];
  return [...ids]
    .flatMap((id) => byIdOf(the.evidence).get(id) ?? [])
    .filter(({ origin, computer }) => {
      const logged = computer === "" ? undefined : the.evidence.machineNamed(computer);
      return logged?.label === client.label || isOf(the, origin, client);
    })
    .toSorted((one, two) => one.time - two.time);
}

const KNOWN = new WeakMap<Evidence, ReadonlyMap<number, readonly LogEvent[]>>();

function byIdOf(evidence: Evidence): ReadonlyMap<number, readonly LogEvent[]> {
  const known = KNOWN.get(evidence) ?? Map.groupBy(evidence.events, ({ id }) => id);
  KNOWN.set(evidence, known);
  return known;
}

/** Labels, each once. */
export function labelsOf(each: readonly { readonly label: string }[]): string[] {
  return [...new Set(each.map(({ label }) => label))];
}

/** Whose evidence rules a cause out: nobody's, unless the same is known of everyone who is not activated. */
export function witnessOf({ clients }: Case, isKnown: (client: Client) => boolean): Client | undefined {
  const stuck = clients.filter(({ state }) => state === "notActivated");
  return stuck.every(isKnown) ? (stuck.length > 0 ? stuck : clients).find(isKnown) : undefined;
}
