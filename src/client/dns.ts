import { promises, Resolver } from "node:dns";
import { isIP } from "node:net";
import { promisify } from "node:util";
import { Problem, problem } from "../protocol/problems.ts";
import type { Dns } from "./discovery.ts";

/** The label of a host's SRV record; Muster's own, so that it is never mistaken for a KMS host. */
const SERVICE = "_muster._tcp";
/** How long a name may take to resolve, milliseconds. */
const TIMEOUT = 5_000;
const TRIES = 2;

/** How the client asks DNS. */
export interface DnsOptions {
  /** `address` or `address:port` of the servers; without any, those of the system. */
  readonly servers?: readonly string[];
  /** Milliseconds. */
  readonly timeout?: number;
}

/** DNS by the runtime's resolver. Throws BAD_INPUT when a server is not an address. */
export function createDns({ servers = [], timeout = TIMEOUT }: DnsOptions = {}): Dns {
  // A new one for each question: a resolver keeps answers, and the system's servers as they were when it was made; a
  // laptop's are others by the time its next renewal is due.
  const makeResolver = (): Resolver => {
    const resolver = new Resolver({ timeout: Math.ceil(timeout / TRIES), tries: TRIES });
    if (servers.length > 0) setServers(resolver, servers);
    return resolver;
  };
  makeResolver();

  async function ask(host: string): Promise<string[]> {
    if (servers.length === 0) {
      const found = await promises.lookup(host, { all: true });
      return found.map(({ address }) => address);
    }
    const resolver = makeResolver();
    const resolve4 = promisify<string, string[]>(resolver.resolve4.bind(resolver));
    const resolve6 = promisify<string, string[]>(resolver.resolve6.bind(resolver));
    const [v4, v6] = await Promise.allSettled([resolve4(host), resolve6(host)]);
    const found = [v4, v6].flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
    if (found.length === 0 && v4.status === "rejected") throw v4.reason;
    return found;
  }

  return {
    async srv(domain) {
      const resolver = makeResolver();
      if (resolver.getServers().length === 0) throw noServer();
      const name = `${SERVICE}.${domain}`;
      try {
        const records = await promisify(resolver.resolveSrv.bind(resolver))(name);
        if (records.length > 0) return records;
        throw problem("DNS_NO_RECORDS", `${name} exists in DNS but has no SRV record.`);
      } catch (error) {
        throw error instanceof Problem ? error : lookupProblem(name, error);
      }
    },
    async addresses(host) {
      if (isIP(host) !== 0) return [host];
      const late = new Promise<never>((_, reject) => {
        setTimeout(() => reject({ code: "ETIMEOUT" }), timeout * 2).unref();
      });
      try {
        const found = await Promise.race([ask(host), late]);
        if (found.length > 0) return found;
      } catch (error) {
        throw problem(
          "HOST_NAME_NOT_RESOLVED",
          `The name ${host} has no address in DNS (${codeOf(error)}).`,
          {
            cause: error,
          },
        );
      }
      throw problem("HOST_NAME_NOT_RESOLVED", `The name ${host} has no address in DNS.`);
    },
  };
}

function setServers(resolver: Resolver, servers: readonly string[]): void {
  try {
    resolver.setServers(servers);
  } catch (error) {
    throw problem(
      "BAD_INPUT",
      `'${servers.join(", ")}' are not DNS servers; write ADDRESS or ADDRESS:PORT, such as 10.0.0.53.`,
      { cause: error },
    );
  }
}

/** Bun's resolver gives ENOTFOUND for a name without SRV records too; Node's tells the two apart. */
function lookupProblem(name: string, error: unknown): Problem {
  const code = codeOf(error);
  switch (code) {
    case "ENOTFOUND":
      return problem("DNS_NAME_NOT_FOUND", `There is no SRV record ${name} in DNS.`, { cause: error });
    case "ENODATA":
      return problem("DNS_NO_RECORDS", `${name} exists in DNS but has no SRV record.`, { cause: error });
    case "ENOSERVER":
      return noServer();
    default:
      return problem(
        "DNS_SERVER_FAILURE",
        `The DNS server failed or did not answer when asked for ${name} (${code}).`,
        { cause: error },
      );
  }
}

function noServer(): Problem {
  return problem("NO_DNS_SERVER", "No DNS server is configured on this machine.");
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code ?? error);
}
