import { expect, test } from "bun:test";
import { storePath } from "../../src/host/folder.ts";
import { startSystem } from "../system.ts";
import { connect } from "./connection.ts";
import { Ledger } from "./ledger.ts";
import { readStored } from "./stored.ts";
import { faultTable } from "./table.ts";
import { verdict } from "./verdict.ts";

const table = faultTable();

/** Something on the way, such as a proxy that repeats what it had no answer to, sends each request so often. */
const TIMES = 3;
const MACHINES = 40;
const SEATS = 30;

test("a request that arrives three times counts one machine and takes one seat", async () => {
  const { url, deployment } = await startSystem({ seats: SEATS, overage: "deny" });
  const product = deployment.products.find(({ required }) => required === 5);
  if (product === undefined) throw new Error("a deployment has a server edition");
  const ledger = new Ledger(product);
  const replay = async (required?: number) => {
    const asker = ledger.newAsker();
    for (const _ of [1, 2]) {
      const question = ledger.ask(asker, Date.now(), required);
      const answers = await Promise.all(
        Array.from({ length: TIMES }, async () => {
          const connection = await connect(url, 60_000);
          const answer = await connection.ask(question.body);
          connection.close();
          return answer;
        }),
      );
      const [first] = answers;
      if (first?.status === 200) ledger.answer(question, first.body);
      else ledger.refuse(first?.body.name ?? "");
    }
  };
  // A host tells counts up to twice the largest that it was asked for.
  await replay(2 * MACHINES);
  await Promise.all(Array.from({ length: MACHINES }, () => replay()));
  const stored = await readStored(storePath(deployment.hostFolder));
  expect(stored.machines.filter(({ leaseExpires }) => leaseExpires > 0).length).toBe(SEATS);
  const judged = verdict(ledger, stored, { seats: SEATS, now: Date.now() });
  expect(judged.faults).toEqual([]);
  table.add("Requests that arrive three times", "SQLite", 2 * MACHINES * (TIMES - 1), judged);
});
