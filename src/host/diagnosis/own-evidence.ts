import { blocksText, SERVICE_VERSION } from "../../client/slmgr-blocks.ts";
import { machineName, machineSuffixes, suffixList } from "../../client/suffixes.ts";
import { bundleFiles, collectEvidence } from "../../doctor/collect/collect.ts";
import { evidenceCommands } from "../../doctor/collect/commands.ts";
import { type EvidenceSource, memorySource } from "../../doctor/evidence/source.ts";
import { eventXml, XML_HEAD, XML_TAIL } from "../../protocol/event-xml.ts";
import { describeHost } from "../describe.ts";
import { openIdentity } from "../folder.ts";
import { detailedHostLines } from "../slmgr-lines.ts";
import type { Store } from "../store.ts";
import { publishedDomains } from "./published-domains.ts";

/** In one folder, as a bundle would be: so they are known to be of one machine. */
const FOLDER = "this machine";
/** How many of the newest events are read: as many as a log of 40 MB holds. */
const MOST_EVENTS = 250_000;
const PAGE = 5000;

/**
 * The evidence that `muster doctor` takes of a host on its machine. What the host knows itself comes from its folder and
 * its store, the rest from the machine's own commands, all at once: one that waits for a name server costs no other's
 * time.
 */
export async function hostEvidence(folder: string, store: Store, now: number): Promise<EvidenceSource[]> {
  const published = await publishedDomains(folder, store);
  const commands = evidenceCommands({
    platform: process.platform,
    suffixes: suffixList([...(await machineSuffixes()), ...published.suffixes]),
    served: published.served,
    muster: ["muster"],
    folders: { host: folder },
    windows: process.env.SystemRoot ?? "C:\\Windows",
  }).filter(({ argv }) => argv[0] !== "muster");
  const [hosts, ...collected] = await Promise.all([
    describeHost(folder, now),
    ...commands.map((command) => collectEvidence([command])),
  ]);
  const blocks = hosts.map((host) => detailedHostLines(host, now));
  const dlv = new TextEncoder().encode(`${blocksText([SERVICE_VERSION, ...blocks])}\n`);
  return [
    memorySource(`${FOLDER}/muster-host/dlv.txt`, dlv),
    await eventsSource(`${FOLDER}/muster-host/events.xml`, store),
    ...bundleFiles(collected.flat(), machineName(), openIdentity(folder).name).map(({ name, bytes }) =>
      memorySource(`${FOLDER}/${name}`, bytes),
    ),
  ];
}

/** The newest events as Windows Event XML, read a page at a time whenever they are read. */
async function eventsSource(name: string, store: Store): Promise<EvidenceSource> {
  const [newest] = await store.events({ limit: 1 });
  const last = newest?.row ?? 0;
  const first = Math.max(0, last - MOST_EVENTS);
  return {
    name,
    size: -1,
    async *bytes() {
      const encoder = new TextEncoder();
      yield encoder.encode(XML_HEAD);
      let afterRow = first;
      while (afterRow < last) {
        const events = await store.events({ afterRow, beforeRow: last + 1, limit: PAGE, earliest: true });
        if (events.length === 0) break;
        yield encoder.encode(events.map(eventXml).join(""));
        afterRow = events.at(-1)?.row ?? last;
      }
      yield encoder.encode(XML_TAIL);
    },
  };
}
