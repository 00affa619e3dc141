import { randomBytes } from "node:crypto";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../src/fleet/free-port.ts";

/** A running BIND with one zone, and the means to look into it. */
export interface Bind {
  readonly port: number;
  /** `127.0.0.1:port`, as `--dns-server` takes it. */
  readonly server: string;
  /** A key the zone may be updated with. */
  readonly keyFile: string;
  /** The same key's name with another secret. */
  readonly wrongKeyFile: string;
  /** A key BIND has never heard of. */
  readonly unknownKeyFile: string;
  /** What BIND answers, as `dig +short` prints it: a line each, sorted. */
  dig(name: string, type: string): Promise<string[]>;
  /** What BIND has written to its log. */
  log(): string;
  /** Ends BIND and starts it again at the same port with the zone as it was left. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** What a test wants of BIND. */
export interface BindOptions {
  readonly zone: string;
  /** More lines for the zone file, in its format. */
  readonly records?: readonly string[];
  /** The key's algorithm; hmac-sha256 unless told. */
  readonly algorithm?: string;
  /** The address to listen on; 127.0.0.1 unless told. */
  readonly address?: string;
  /** BIND's words for who may update; `key muster-key;` unless told. */
  readonly allowUpdate?: string;
  /** More statements for its configuration. */
  readonly statements?: string;
  /** The port, where it has to be a certain one; a free one unless told. */
  readonly port?: number;
  /** The command by which a program is started in another network namespace; of this machine's unless told. */
  readonly within?: readonly string[];
}

const KEY_NAME = "muster-key";
const START_LIMIT = 90_000;
const PACKAGES = {
  named: "bind9",
  dig: "bind9-dnsutils",
  nsupdate: "bind9-dnsutils",
  "tsig-keygen": "bind9-utils",
} as const;
const SYSTEM_PATH = `${process.env.PATH ?? ""}:/usr/sbin:/usr/local/sbin:/usr/bin`;

/**
 * Starts a real BIND on a free port with files of its own. It needs no rights, no rndc and nothing of the system's
 * BIND but the program; `apt-get install bind9 bind9-utils bind9-dnsutils` brings that, tsig-keygen, dig and nsupdate.
 */
export async function startBind(options: BindOptions): Promise<Bind> {
  const named = findProgram("named");
  findProgram("dig");
  const { zone, records = [], algorithm = "hmac-sha256", address = "127.0.0.1", within = [] } = options;
  const folder = await mkdtemp(join(tmpdir(), "muster-bind-"));
  // AppArmor confines the installed path to the system's folders; a copy is free to read this one.
  const program = join(folder, "named");
  await copyFile(named, program);

  const secret = randomBytes(32).toString("base64");
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const keyFile = await file("muster.key", keyText(KEY_NAME, algorithm, secret));
  const wrongSecret = randomBytes(32).toString("base64");
  const wrongKeyFile = await file("wrong.key", keyText(KEY_NAME, algorithm, wrongSecret));
  const unknownKeyFile = await file("unknown.key", keyText("unknown-key", algorithm, secret));
  await file("zone.db", zoneText(zone, records));

  const startAt = async (free: number): Promise<Running> => {
    const configuration = await file(
      "named.conf",
      configurationText({
        folder,
        address,
        port: free,
        zone,
        keyFile,
        allowUpdate: options.allowUpdate ?? `key ${KEY_NAME};`,
      }) + (options.statements ?? ""),
    );
    return startNamed(program, configuration, within);
  };
  const { port, running } =
    options.port === undefined
      ? await startAtFreePort(address, startAt)
      : { port: options.port, running: await startAt(options.port) };
  let current = running;

  return {
    port,
    server: `${address}:${port}`,
    keyFile,
    wrongKeyFile,
    unknownKeyFile,
    dig: (name, type) => dig(`${address}:${port}`, name, type),
    log: () => current.log(),
    async restart() {
      await current.end();
      current = await startNamed(program, join(folder, "named.conf"), within);
    },
    async stop() {
      await current.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What `dig +short` says a server answers, a line each, sorted; `server` is `address:port`. */
export async function dig(server: string, name: string, type: string): Promise<string[]> {
  const [address = "", port = ""] = server.split(":");
  const where = [`@${address}`, "-p", port, "+short", "+norecurse", "+tries=2", "+time=5"];
  const process = Bun.spawn([findProgram("dig"), ...where, name, type], { stdout: "pipe", stderr: "ignore" });
  const lines = (await new Response(process.stdout).text()).split("\n");
  // A stray packet of another process on the same machine, which dig passes over.
  const strays = ";; Warning: query response not set";
  return lines.filter((line) => line !== "" && line !== strays).sort();
}

interface Running {
  log(): string;
  end(): Promise<void>;
}

class PortTaken extends Error {}

/**
 * Becomes the program, which a watcher ends when standard input closes, as it does when whoever started it ends in
 * any way. So a test that fails or is killed before it stops its BIND leaves none behind.
 */
const WATCHED = 'exec 3<&0; (cat <&3 >/dev/null; kill $$) 2>&- & exec "$0" "$@" 3<&- </dev/null';

/** Starts named in the foreground and waits until it says that it runs. */
async function startNamed(
  program: string,
  configuration: string,
  within: readonly string[],
): Promise<Running> {
  const command = ["sh", "-c", WATCHED, program, "-g", "-n", "1", "-c", configuration];
  const named = Bun.spawn([...within, ...command], { stdin: "pipe", stdout: "ignore", stderr: "pipe" });
  const end = async (): Promise<void> => {
    await named.stdin.end();
    await named.exited;
  };
  let log = "";
  const ready = Promise.withResolvers<boolean>();
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of named.stderr) {
      log += decoder.decode(chunk, { stream: true });
      if (/ running$/m.test(log)) ready.resolve(true);
    }
    ready.resolve(false);
  })();
  const late = setTimeout(() => ready.resolve(false), START_LIMIT);
  const runs = await ready.promise;
  clearTimeout(late);
  if (/address in use/.test(log)) {
    await end();
    throw new PortTaken();
  }
  if (!runs || /not loaded due to errors/.test(log)) {
    await end();
    throw new Error(`BIND did not start:\n${log}`);
  }
  return {
    log: () => log,
    async end() {
      await end();
      await reading;
    },
  };
}

/** Tries free ports until one is still free for UDP and TCP when BIND comes to take it. */
async function startAtFreePort(
  address: string,
  start: (port: number) => Promise<Running>,
): Promise<{ port: number; running: Running }> {
  for (let tries = 0; tries < 10; tries++) {
    const port = freePort();
    try {
      return { port, running: await start(port) };
    } catch (error) {
      if (!(error instanceof PortTaken)) throw error;
    }
  }
  throw new Error(`BIND found no free port at ${address}.`);
}

/** The path of one of BIND's programs. Throws a sentence that names the Debian package when it is missing. */
export function findProgram(name: keyof typeof PACKAGES): string {
  const path = Bun.which(name, { PATH: SYSTEM_PATH });
  if (path !== null) return path;
  throw new Error(`This test needs ${name}, which is not installed: apt-get install ${PACKAGES[name]}`);
}

function keyText(name: string, algorithm: string, secret: string): string {
  return `key "${name}" {\n\talgorithm ${algorithm};\n\tsecret "${secret}";\n};\n`;
}

function zoneText(zone: string, records: readonly string[]): string {
  return [
    `$ORIGIN ${zone}.`,
    "$TTL 300",
    "@ SOA ns hostmaster 1 3600 600 86400 300",
    "@ NS ns",
    "ns A 127.0.0.1",
    ...records,
    "",
  ].join("\n");
}

function configurationText(settings: {
  folder: string;
  address: string;
  port: number;
  zone: string;
  keyFile: string;
  allowUpdate: string;
}): string {
  const { folder, address, port, zone, keyFile, allowUpdate } = settings;
  return `
include "${keyFile}";
controls { };
options {
  directory "${folder}";
  pid-file none;
  session-keyfile none;
  listen-on port ${port} { ${address}; };
  listen-on-v6 { none; };
  recursion no;
  dnssec-validation no;
  notify no;
};
zone "${zone}" { type primary; file "zone.db"; allow-update { ${allowUpdate} }; };
`;
}
