import first from "./0001.sql" with { type: "text" };
import second from "./0002.sql" with { type: "text" };
import third from "./0003.sql" with { type: "text" };
import type { DatabaseKind } from "./database-problem.ts";

/** The ledger of a vendor; its id is "MusL" in ASCII. */
export const LEDGER: DatabaseKind = {
  name: "The ledger",
  applicationId: 0x4d75734c,
  table: "entry",
  migrations: [first, second, third],
};
