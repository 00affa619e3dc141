import { afterAll, expect, test } from "bun:test";
import { type PostgresServer, startPostgres } from "../postgres.ts";
import { type KillOptions, kill } from "./kills.ts";
import { faultTable } from "./table.ts";

const table = faultTable();
/** At night there are so many in all. */
const KILLS = Number(process.env.FAULTS_KILLS ?? 0);
const SEED = process.env.FAULTS_SEED ?? String(Math.floor(Math.random() * 1e6));

let server: Promise<PostgresServer> | undefined;
afterAll(async () => (await server)?.stop());

interface Row extends Pick<KillOptions, "victim" | "hosts" | "seats"> {
  readonly fault: string;
  /** How many in a short run, and which share of a long one. */
  readonly kills: number;
  readonly share: number;
  /** Whether hosts share a database. */
  readonly isShared: boolean;
}

const ALONE = { victim: "host", isShared: false } as const;
const PAIR = { victim: "host", hosts: 2, isShared: true } as const;
const SCARCE = { seats: 50 };

const ROWS: readonly Row[] = [
  { fault: "SIGKILL of the host", ...ALONE, kills: 5, share: 0.3 },
  { fault: "SIGKILL of the host, 50 seats", ...ALONE, ...SCARCE, kills: 2, share: 0.1 },
  { fault: "SIGKILL of one of two hosts", ...PAIR, kills: 3, share: 0.2 },
  { fault: "SIGKILL of one of two hosts, 50 seats", ...PAIR, ...SCARCE, kills: 2, share: 0.1 },
  { fault: "SIGKILL of PostgreSQL", ...PAIR, victim: "database", kills: 2, share: 0.15 },
  { fault: "pg_ctl stop -m immediate", ...PAIR, victim: "database, immediate", kills: 1, share: 0.05 },
  { fault: "SIGKILL of PostgreSQL and two hosts", ...PAIR, victim: "all", kills: 2, share: 0.1 },
  {
    fault: "SIGKILL of PostgreSQL and two hosts, 50 seats",
    ...PAIR,
    victim: "all",
    ...SCARCE,
    kills: 2,
    share: 0.05,
  },
];

for (const { fault, kills: few, share, isShared, ...row } of ROWS) {
  const kills = KILLS > 0 ? Math.ceil(KILLS * share) : few;
  const store = isShared ? "PostgreSQL" : "SQLite";
  test(
    `${fault} on ${store}, ${kills} times under load, loses nothing that was answered and counts nothing twice`,
    async () => {
      if (isShared) server ??= startPostgres();
      const postgres = isShared ? await server : undefined;
      const onKill = KILLS > 0 ? progress(fault, kills) : () => {};
      const judged = await kill({ ...row, kills, seed: `${SEED}/${fault}`, postgres, onKill });
      for (const each of judged) table.add(fault, store, each.kills, each.verdict);
      expect(judged.flatMap(({ verdict }) => verdict.faults)).toEqual([]);
      const { seats } = row;
      if (seats !== undefined) {
        expect(judged.map(({ verdict }) => verdict.leases)).toEqual(judged.map(() => seats));
      }
    },
    300_000 + kills * 20_000,
  );
}

/** Says how far a long run is. */
function progress(fault: string, kills: number): () => void {
  let done = 0;
  return () => {
    done++;
    const isOver = done === kills;
    if (process.stderr.isTTY) process.stderr.write(`\r${fault}: ${done} of ${kills}${isOver ? "\n" : ""}`);
    else if (isOver || done % 25 === 0) console.error(`${fault}: ${done} of ${kills}`);
  };
}
