import type { Files } from "../evidence.ts";
import { encoded, handled, packed } from "./encode.ts";
import { LANGUAGES, type Language } from "./languages.ts";
import { logFile, requestEvents, type Writing, writingOf } from "./logs.ts";
import {
  clockText,
  hostAddressText,
  ipconfigText,
  portText,
  routesText,
  setupactText,
  srvText,
  TOOLS,
} from "./network.ts";
import type { Random } from "./random.ts";
import { atoText, clientText, hostText, osppText, type Shown, type ShownHost } from "./slmgr.ts";
import { bareName, DAY, type Happening, type World, type WorldClient, type WorldHost } from "./world.ts";

/** Kinds of evidence that are handed over. */
export const PARTS = [
  "host-dlv",
  "host-log",
  "host-application",
  "client-dlv",
  "client-log",
  "client-ato",
  "srv",
  "address",
  "port",
  "ipconfig",
  "routes",
  "setupact",
  "clock",
  "mak",
  "ospp",
  "note",
  "copy",
] as const;
export type Part = (typeof PARTS)[number];

/** What is handed over. */
export interface HandOver {
  readonly parts: ReadonlySet<Part>;
  /** Clients of which there are reports and logs. */
  readonly clients: readonly WorldClient[];
  readonly hosts: readonly WorldHost[];
  /** How reports differ from what is true of a client or a host. */
  readonly shown?: ReadonlyMap<WorldClient, Shown>;
  readonly shownHosts?: ReadonlyMap<WorldHost, ShownHost>;
  /** Days that logs reach back; chosen by the seed otherwise. */
  readonly days?: number;
  /** Language of the texts; chosen by the seed otherwise. */
  readonly language?: keyof typeof LANGUAGES;
  /** Files that tell of what only one fault has. */
  readonly more?: Readonly<Record<string, string>>;
  /** Replaces the answer for the port test of each client. */
  readonly isOpen?: (client: WorldClient, host: WorldHost) => boolean;
  readonly isGeneralized?: boolean;
}

/** The files of a fleet, in forms that the seed chooses. */
export function filesOf(world: World, over: HandOver): Files {
  const { random } = world;
  const files: Record<string, string | Uint8Array> = {};
  const has = (part: Part) => over.parts.has(part);
  const key = over.language ?? random.pick(["en", "en", "ja", "ja2", "xx"] as const);
  const words: Language = LANGUAGES[key];
  const put = (name: string, text: string) => {
    files[unlike(files, name)] = encoded(random, handled(random, text));
  };
  // Tables do not survive what consoles and mails do to long lines.
  const save = (name: string, text: string) => {
    files[unlike(files, name)] = encoded(random, text);
  };
  // Nothing is to be concluded from the names of files, but people do give them names.
  const nameOf = (machine: { name: string }, what: string) =>
    random.chance(0.7) ? `${bareName(machine.name)}-${what}` : `${what}${random.digits(2)}`;
  const days = () => over.days ?? random.pick([2, 6, 12, 31, 50]);

  for (const host of over.hosts) {
    if (has("host-dlv"))
      put(`${nameOf(host, "dlv")}.txt`, hostText(world, host, words, over.shownHosts?.get(host)));
    if (has("host-log") && host.requests.length > 0) {
      const events = requestEvents(host.requests, random.chance(0.5));
      write(world, files, nameOf(host, "kms"), host, events, "Key Management Service", days(), has("copy"));
    }
    if (has("host-application")) {
      write(world, files, nameOf(host, "application"), host, host.events, "Application", days(), false);
    }
  }
  for (const client of over.clients) {
    const [windows] = client.licences;
    if (windows === undefined) continue;
    const shown = over.shown?.get(client);
    const ato = has("client-ato") ? `${atoText(windows, words)}\n` : "";
    if (has("client-dlv"))
      put(`${nameOf(client, "client")}.txt`, `${ato}${clientText(world, client, windows, words, shown)}`);
    else if (has("client-ato")) put(`${nameOf(client, "ato")}.txt`, ato);
    if (has("client-log")) {
      write(world, files, nameOf(client, "app"), client, client.events, "Application", days(), has("copy"));
    }
    const office = client.licences[1];
    if (has("ospp") && office !== undefined)
      put(`${nameOf(client, "office")}.txt`, osppText(world, client, office));
    if (has("ipconfig"))
      put(
        `${nameOf(client, "ipconfig")}.txt`,
        ipconfigText(world, client, {
          vpn: over.isOpen === undefined && client.kind === "laptop" && random.chance(0.2),
        }),
      );
    if (has("routes")) save(`${nameOf(client, "routes")}.txt`, routesText(client));
    if (has("port")) {
      const tests = over.hosts.map((host) =>
        portText({
          from: client,
          name: host.name,
          address: host.address,
          port: 1688,
          isOpen: over.isOpen?.(client, host) ?? host.port === 1688,
        }),
      );
      put(`${nameOf(client, "port")}.txt`, tests.join("\n"));
    }
    if (has("clock")) {
      put(
        `${nameOf(client, "clock")}.txt`,
        clockText(world.dnsServer.name, world.dnsServer.address, -client.ahead / 1000),
      );
    }
  }
  if (has("srv")) {
    const tool = random.pick(TOOLS);
    const table = tool === "Resolve-DnsName" || tool === "dig";
    (table ? save : put)(
      "dns.txt",
      world.zones.map(({ name, targets }) => srvText(world, name, targets, tool)).join("\n"),
    );
  }
  if (has("address")) put("addresses.txt", over.hosts.map((host) => hostAddressText(world, host)).join("\n"));
  if (has("setupact"))
    save("setupact.log", setupactText(random, world.start - 90 * DAY, over.isGeneralized ?? true));
  if (has("mak")) put("office-pc.txt", makText(world, words));
  if (has("note")) put("note.txt", random.pick(NOTES));
  for (const [name, text] of Object.entries(over.more ?? {})) save(name, text);
  return packed(random, files);
}

const NOTES = [
  "Please have a look whether all is well.\n",
  "年次点検です。問題がないか確認をお願いします。\n",
  "We see 8198 now and then. Is that bad?\n",
];

/** A machine of another department, with a key of its own that needs no host. */
function makText(world: World, words: Language): string {
  const [other] = world.clients;
  const [windows] = other?.licences ?? [];
  if (other === undefined || windows === undefined) return "";
  return clientText(world, other, windows, words, {
    channel: "VOLUME_MAK",
    keyChannel: "Volume:MAK",
    lastFive: "QX7WD",
    product: "9f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f",
    status: 1,
  });
}

function write(
  world: World,
  files: Record<string, string | Uint8Array>,
  name: string,
  machine: { name: string },
  events: readonly Happening[],
  channel: "Application" | "Key Management Service",
  days: number,
  isTwice: boolean,
): void {
  const { random, now } = world;
  const kept = events.filter(({ time }) => time > now - days * DAY && time <= now);
  if (kept.length === 0) return;
  const writings: Writing[] = [writingOf(random), ...(isTwice ? [writingOf(random)] : [])];
  for (const writing of writings) {
    const content = logFile(world, { computer: machine.name, events: kept, channel }, writing);
    const extension = { evtx: "evtx", xml: "xml", csv: "csv", tab: "txt", pasted: "txt" }[writing.form];
    files[unlike(files, `${name}.${extension}`)] =
      typeof content === "string" ? encoded(random, content) : content;
  }
}

function unlike(files: Readonly<Record<string, unknown>>, name: string): string {
  let found = name;
  for (let at = 2; found in files; at++) found = name.replace(/(\.\w+)$/, `-${at}$1`);
  return found;
}

/** Clients that are of interest: each of another kind where there are some. */
export function someClients(random: Random, clients: readonly WorldClient[], count: number): WorldClient[] {
  return random.shuffled(clients).slice(0, count);
}
