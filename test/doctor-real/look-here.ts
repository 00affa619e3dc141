import { gatherSources } from "../../src/doctor/evidence/gather.ts";
import { lookLive } from "../../src/doctor/live/live.ts";

/** Looks at `NAME:PORT` as a KMS host from the machine it runs on, and prints what a report would quote. */
const [host = "", timeout = ""] = process.argv.slice(2);
const [name = "", port = ""] = host.split(":");
const { probes } = await gatherSources([], {
  look: (collector) =>
    lookLive(
      {
        system: "kms",
        resolvers: [],
        suffixes: [],
        host: { name, port: Number(port) },
        names: [],
        timeout: Number(timeout),
        now: Date.now,
      },
      collector,
    ),
});
for (const { at } of probes) console.log(at.quote);
