import { afterAll } from "bun:test";
import { appendFileSync } from "node:fs";
import { type FaultRow, formatTable } from "./rows.ts";
import type { Verdict } from "./verdict.ts";

/** The table of a test file; it is printed when the file is through, and added to the file that FAULTS_ROWS names. */
export function faultTable() {
  const rows: FaultRow[] = [];
  afterAll(() => {
    if (rows.length === 0) return;
    console.log(`\n${formatTable(rows)}`);
    const file = process.env.FAULTS_ROWS;
    if (file !== undefined) appendFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  });
  return {
    /** Adds what was judged of a fault. Throws when nothing was tried, or nothing acknowledged: 0 of nothing says nothing. */
    add(fault: string, store: string, tried: number, judged: Verdict): void {
      const { acknowledged, lost, doubled, overSeats } = judged;
      if (tried === 0 || acknowledged === 0)
        throw new Error(`Of "${fault}" on ${store}, ${tried} were tried and ${acknowledged} answered.`);
      rows.push({ fault, store, tried, acknowledged, lost, doubled, overSeats });
    },
  };
}
