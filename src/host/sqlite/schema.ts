import type { DatabaseKind } from "../../vendor/database-problem.ts";
import first from "./0001.sql" with { type: "text" };
import second from "./0002.sql" with { type: "text" };
import third from "./0003.sql" with { type: "text" };
import fourth from "./0004.sql" with { type: "text" };
import fifth from "./0005.sql" with { type: "text" };

/** The store of a host; its id is "MusH" in ASCII. */
export const HOST_STORE: DatabaseKind = {
  name: "The store",
  applicationId: 0x4d757348,
  table: "machine",
  // A batch changes a few rows in each of many pages, and each page goes to the log whole.
  pageSize: 1024,
  migrations: [first, second, third, fourth, fifth],
};
