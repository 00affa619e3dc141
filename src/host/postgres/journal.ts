import { MINUTE } from "../../protocol/time.ts";
import { type CountedApplication, Counts } from "../counts.ts";
import type { Machine, Tally } from "../machine.ts";
import { integers } from "./arrays.ts";
import type { PostgresDatabase, Statement, Transaction } from "./database.ts";

/** How many changes are kept; a host that missed more of them counts the machines anew. */
const KEPT = 8192;
/** In the place of an application: leases are counted over all of them. */
const LEASES = 0;

interface ApplicationRow {
  readonly number: number;
  readonly id: string;
  readonly largest_required: number;
}

interface ChangeRow {
  readonly number: number;
  readonly applications: ArrayLike<number>;
  readonly minutes: ArrayLike<number>;
  readonly machines: ArrayLike<number>;
}

/** Machines that came or went in one minute of one count; negative when they went. */
type Changes = Map<string, { application: number; minute: number; machines: number }>;

const APPLICATIONS = "SELECT number, id, largest_required FROM application";
const CHANGES = "SELECT number::float8 AS number, applications, minutes, machines FROM count_change";

/**
 * The counts of all hosts on a database, followed by each of them: every transaction that changes them writes what it
 * changed, numbered without gaps, and the next one, of whatever host, reads what it has not seen before it decides.
 */
export class CountJournal {
  counts = new Counts();
  private readonly database: PostgresDatabase;
  private readonly windows = new Map<string, CountedApplication>();
  private readonly numbers = new Map<string, number>();
  private readonly ids = new Map<number, string>();
  private readonly largest = new Map<string, number>();
  /** The last change that `counts` holds; undefined before they were read. */
  private seen: number | undefined;
  private epoch = 0;

  constructor(database: PostgresDatabase) {
    this.database = database;
    database.onReconnect = async () => {
      if (this.windows.size > 0) await this.follow();
    };
  }

  /** The number of an application in the tables; undefined for one that is not registered. */
  numberOf(application: string): number | undefined {
    return this.windows.has(application) ? this.numbers.get(application) : undefined;
  }

  /** Makes an application known, or changes its window. */
  async register(application: CountedApplication): Promise<void> {
    if (!this.windows.has(application.id)) {
      const add = "INSERT INTO application (id, largest_required) VALUES ($1, 0) ON CONFLICT (id) DO NOTHING";
      await this.database.write([], ({ last }) => last(add, [application.id]));
      this.seen = undefined;
    }
    this.windows.set(application.id, application);
    await this.follow();
    this.counts.register(application, this.largest.get(application.id) ?? 0);
  }

  /** What a transaction reads before it decides; hand what it gets to `catchUp`. */
  reads(): Statement[] {
    return [
      [APPLICATIONS, []],
      [`${CHANGES} WHERE number > $1 ORDER BY number`, [this.seen ?? Number.MAX_SAFE_INTEGER]],
    ];
  }

  /**
   * Brings the counts to what they are in a transaction. They are so only until the next pause: whoever decides by them
   * does it at once.
   */
  async catchUp(
    { state, run }: Pick<Transaction, "state" | "run">,
    [applications = [], changes = []]: unknown[][],
    decide: () => void,
  ): Promise<void> {
    this.learn(applications as ApplicationRow[]);
    for (const change of changes as ChangeRow[]) this.apply(change);
    while (this.seen !== state.lastChange || this.epoch !== this.database.epoch) await this.load(run);
    decide();
  }

  /** Brings the counts to what they are now, for somebody who only asks. */
  async follow(): Promise<void> {
    if (this.seen === undefined || this.epoch !== this.database.epoch) {
      this.learn(await this.database.read<ApplicationRow>(APPLICATIONS, []));
      await this.load((...statement) => this.database.read(...statement));
      return;
    }
    const [{ last = 0 } = {}] = await this.database.read<{ last: number }>(
      "SELECT last_change::float8 AS last FROM state",
      [],
    );
    if (last === this.seen) return;
    const [applications, changes] = this.reads();
    if (!applications || !changes) return;
    this.learn(await this.database.read<ApplicationRow>(...applications));
    for (const change of await this.database.read<ChangeRow>(...changes)) this.apply(change);
    if (this.seen !== undefined && this.seen < last)
      await this.load((...statement) => this.database.read(...statement));
  }

  /** Writes what a transaction changes; call the function it gives once that is on disk. */
  write(
    { state, last }: Pick<Transaction, "state" | "last">,
    changed: readonly { before: Machine | undefined; after: Machine | undefined }[],
  ): () => void {
    const changes = this.sum(changed);
    if (changes.length === 0) return () => {};
    const number = state.lastChange + 1;
    const [applications, minutes, machines] = [
      changes.map((change) => change.application),
      changes.map((change) => change.minute),
      changes.map((change) => change.machines),
    ];
    last("INSERT INTO count_change VALUES ($1, $2, $3, $4)", [
      number,
      integers(applications),
      integers(minutes),
      integers(machines),
    ]);
    last("DELETE FROM count_change WHERE number = $1", [number - KEPT]);
    last("UPDATE state SET last_change = $1", [number]);
    return () => this.apply({ number, applications, minutes, machines });
  }

  /** Takes over the largest required counts of a transaction that is on disk. */
  keepLargest(tallies: ReadonlyMap<string, Tally>): void {
    for (const [id, { largestRequired }] of tallies) this.raise(id, largestRequired);
  }

  private learn(applications: readonly ApplicationRow[]): void {
    for (const { number, id, largest_required } of applications) {
      this.numbers.set(id, number);
      this.ids.set(number, id);
      this.raise(id, largest_required);
    }
  }

  private raise(id: string, largestRequired: number): void {
    if (largestRequired === this.largest.get(id)) return;
    this.largest.set(id, largestRequired);
    const window = this.windows.get(id);
    if (window) this.counts.register(window, largestRequired);
  }

  /** Each change once and in order, whoever reads it first. */
  private apply({ number, applications, minutes, machines }: ChangeRow): void {
    if (this.seen === undefined || number !== this.seen + 1) return;
    this.seen = number;
    for (let at = 0; at < applications.length; at++) {
      this.add(applications[at] ?? LEASES, minutes[at] ?? 0, machines[at] ?? 0);
    }
  }

  private add(application: number, minute: number, machines: number): void {
    if (application === LEASES) this.counts.addLeases(minute, machines);
    else this.counts.addSeen(this.ids.get(application) ?? "", minute, machines);
  }

  /** Counts the machines themselves; one statement, so that it is of one moment. */
  private async load(run: Transaction["run"]): Promise<void> {
    const { epoch } = this.database;
    const rows = await run<{ last: number; application: number | null; minute: number; machines: number }>(
      `SELECT last_change::float8 AS last, application, minute, machines FROM state LEFT JOIN (
         SELECT application, (last_seen / ${MINUTE})::integer AS minute, count(*)::integer AS machines
         FROM machine GROUP BY 1, 2
         UNION ALL
         SELECT ${LEASES}, (lease_expires / ${MINUTE})::integer, count(*)::integer
         FROM machine WHERE lease_expires > 0 GROUP BY 2) AS counted ON true`,
      [],
    );
    this.counts = new Counts();
    for (const window of this.windows.values())
      this.counts.register(window, this.largest.get(window.id) ?? 0);
    for (const { application, minute, machines } of rows) {
      if (application !== null) this.add(application, minute, machines);
    }
    this.seen = rows[0]?.last;
    this.epoch = epoch;
  }

  private sum(changed: readonly { before: Machine | undefined; after: Machine | undefined }[]) {
    const changes: Changes = new Map();
    const add = (application: number, moment: number | undefined, machines: number) => {
      if (!moment) return;
      const minute = Math.floor(moment / MINUTE);
      const key = `${application} ${minute}`;
      const change = changes.get(key) ?? { application, minute, machines: 0 };
      change.machines += machines;
      changes.set(key, change);
    };
    for (const { before, after } of changed) {
      const number = this.numbers.get((before ?? after)?.application ?? "");
      if (number === undefined) continue;
      add(number, before?.lastSeen, -1);
      add(number, after?.lastSeen, 1);
      add(LEASES, before?.leaseExpires, -1);
      add(LEASES, after?.leaseExpires, 1);
    }
    return [...changes.values()].filter(({ machines }) => machines !== 0);
  }
}
