import { fileBytes } from "../src/doctor/evidence/evtx/file.ts";
import { readEvtx } from "../src/doctor/evidence/evtx/reader.ts";

// One fresh process of bench/evtx.ts: reads a log and prints how many events it has, or the events themselves.
const [path = "", mode = "count", ...providers] = process.argv.slice(2);
const filter = providers.length > 0 ? { providers } : {};
let events = 0;
if (mode === "print") {
  const out = Bun.stdout.writer({ highWaterMark: 1 << 18 });
  for await (const item of readEvtx(fileBytes(path), filter)) out.write(`${JSON.stringify(item)}\n`);
  await out.end();
} else {
  for await (const item of readEvtx(fileBytes(path), filter)) if (item.kind === "record") events += 1;
  console.log(events);
}
