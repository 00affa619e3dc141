import { lookup } from "node:dns/promises";
import { isIP, isIPv6 } from "node:net";
import { problem } from "../../protocol/problems.ts";

/** Where a DNS server listens. */
export interface ServerAddress {
  /** An IP address, or a name until it is looked up. */
  readonly host: string;
  readonly port: number;
}

const DNS_PORT = 53;
const FORMS = /^(?:\[([^\]\s]+)\](?::(\d{1,5}))?|([^\s:[\]/]+)(?::(\d{1,5}))?)$/;

/** Reads `10.0.0.2`, `ns1.corp.example:5353`, `::1` or `[::1]:5353`; the port is 53 unless named. Throws BAD_INPUT. */
export function parseServerAddress(text: string): ServerAddress {
  const input = text.trim();
  if (isIPv6(input)) return { host: input, port: DNS_PORT };
  const [, bracketed, bracketedPort, plain, plainPort] = FORMS.exec(input) ?? [];
  const host = bracketed ?? plain;
  const port = Number(bracketedPort ?? plainPort ?? DNS_PORT);
  if (host === undefined || port < 1 || port > 0xffff || (bracketed !== undefined && !isIPv6(bracketed))) {
    throw problem("BAD_INPUT", `"${text}" is no DNS server; write it as 10.0.0.2 or ns1.corp.example:53.`);
  }
  return { host, port };
}

/** The address as people write it, `10.0.0.2:53`, always with its port. */
export function formatServerAddress({ host, port }: ServerAddress): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** The same server by IP address, found by this machine's own means. Throws HOST_NAME_NOT_RESOLVED. */
export async function resolveServer({ host, port }: ServerAddress): Promise<ServerAddress> {
  if (isIP(host) !== 0) return { host, port };
  try {
    return { host: (await lookup(host)).address, port };
  } catch (cause) {
    throw problem(
      "HOST_NAME_NOT_RESOLVED",
      `The DNS server ${host} has no address; correct its name or give its address instead.`,
      { cause },
    );
  }
}
