import { type Connection, connect } from "./connection.ts";
import type { Asker, Ledger } from "./ledger.ts";

/** How machines ask. */
export interface LoadOptions {
  readonly ledger: Ledger;
  /** The base addresses of the hosts as they are now; read again at each new connection. */
  readonly urls: () => readonly string[];
  readonly connections?: number;
  /** The share of requests that come from machines nobody knows yet. */
  readonly newShare?: number;
  /** Machines there are at most. */
  readonly machines?: number;
  /** What the machines' clocks say, milliseconds since the epoch. */
  readonly clock?: () => number;
  /** From 0 to 1. */
  readonly random?: () => number;
  /** How long a machine waits for a host, milliseconds. */
  readonly patience?: number;
}

/** Machines that ask without end. */
export interface Load {
  /**
   * Takes no new requests; then every machine that was left without an answer asks again until it has one, those of a
   * limited number that have not asked yet ask too, and one machine asks what the count is. The hosts must be there
   * again. `isOver` false leaves all that away.
   */
  stop(isOver?: boolean): Promise<void>;
}

/** Told once, so that the count which answers tell is exact up to twice this: it is the largest a client may ask for. */
const LARGEST_REQUIRED = 10_000;
const PAUSE = 15;
/** The share of requests after which a connection is given up for a new one. */
const MOVING = 0.05;
/** How long a machine asks at the end before it gives up, milliseconds. */
const LONGEST = 120_000;

/** Starts connections over which new and known machines ask, one request at a time on each, until they are stopped. */
export async function startLoad({
  ledger,
  urls,
  connections = 8,
  newShare = 0.4,
  machines = Number.POSITIVE_INFINITY,
  clock = Date.now,
  random = Math.random,
  patience = 5000,
}: LoadOptions): Promise<Load> {
  const idle: Asker[] = ledger.askers.filter(({ answers }) => answers > 0);
  const unanswered: Asker[] = [];
  let isOn = true;

  const take = (): Asker | undefined => {
    const left = unanswered.shift();
    if (left !== undefined) return left;
    const isNew = idle.length === 0 || random() < newShare;
    if (isNew && ledger.askers.length < machines) return ledger.newAsker();
    if (idle.length === 0) return undefined;
    return idle.splice(Math.floor(random() * idle.length), 1)[0];
  };

  /** True when an answer came that is final, be it a refusal. */
  const ask = async (asker: Asker, through: Connection, required?: number) => {
    const question = ledger.ask(asker, clock(), required);
    const { status, body } = await through.ask(question.body);
    if (status === 200) ledger.answer(question, body);
    else ledger.refuse(body.name);
    // Another host may have another time, and a client tries the next one.
    if (body.name === "CLOCK_SKEW") through.close();
    return status === 200 || status === 403;
  };

  /** One machine asks once, over the connection or a new one. */
  const turn = async (asker: Asker, present: Connection | undefined, required?: number) => {
    let through = present;
    let isFinal = false;
    try {
      const all = urls();
      through ??= await connect(all[Math.floor(random() * all.length)] ?? "", patience);
      isFinal = await ask(asker, through, required);
    } catch {
      through = undefined;
    }
    (isFinal ? idle : unanswered).push(asker);
    if (!isFinal) await Bun.sleep(PAUSE);
    return { through, isFinal };
  };

  const converse = async () => {
    let through: Connection | undefined;
    while (isOn) {
      const asker = take();
      if (asker === undefined) await Bun.sleep(PAUSE);
      else ({ through } = await turn(asker, through));
      // Now and then to another host, as machines that come anew do.
      if (random() >= MOVING) continue;
      through?.close();
      through = undefined;
    }
    through?.close();
  };

  /** Asks until there is an answer; over a connection of its own, so that it may end at another host. */
  const settle = async (asker: Asker, required?: number) => {
    for (const end = performance.now() + LONGEST; performance.now() < end; ) {
      const { through, isFinal } = await turn(asker, undefined, required);
      const list = isFinal ? idle : unanswered;
      list.splice(list.indexOf(asker), 1);
      through?.close();
      if (isFinal) return;
    }
    throw new Error(`${asker.name} asked for ${LONGEST / 1000} s and has no answer.`);
  };

  const first = ledger.newAsker();
  await settle(first, LARGEST_REQUIRED);
  idle.push(first);
  const running = Array.from({ length: connections }, converse);
  return {
    async stop(isOver = true) {
      isOn = false;
      await Promise.all(running);
      if (!isOver) return;
      for (let left = unanswered.shift(); left !== undefined; left = unanswered.shift()) {
        await settle(left);
        idle.push(left);
      }
      if (Number.isFinite(machines)) while (ledger.askers.length < machines) await settle(ledger.newAsker());
      const told = ledger.told.length;
      await settle(first, LARGEST_REQUIRED);
      if (ledger.told.length > told) ledger.lastCount = ledger.told.at(-1)?.count;
    },
  };
}
