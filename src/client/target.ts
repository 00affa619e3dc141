import { DEFAULT_PORT } from "../protocol/messages.ts";
import { problem } from "../protocol/problems.ts";

/** Where a host listens. */
export interface Target {
  /** A DNS name or an address; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** True when the host is to be spoken to by TLS. */
  readonly secure: boolean;
}

const NAME = /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}))*\.?$/;
/** As long as one can be: three unbounded parts would be tried in ways without number. */
const IPV6 = /^(?=.{2,45}$)[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/;

/** Reads `name`, `name:port`, `address`, `[address]:port`, with `https://` before it for TLS. Throws BAD_INPUT. */
export function parseTarget(input: string): Target {
  const text = input.trim();
  const secure = /^https:\/\//i.test(text);
  const place = text.replace(/^https?:\/\//i, "").replace(/\/$/, "");
  const bracketed = /^\[([0-9A-Fa-f:.]+)\](?::(\d+))?$/.exec(place);
  const plain = IPV6.test(place) ? [place, place, undefined] : /^([^:[\]]+)(?::(\d+))?$/.exec(place);
  const [, host, port] = bracketed ?? plain ?? [];
  const target = { host: host ?? "", port: Number(port ?? DEFAULT_PORT), secure };
  if (!isHostName(target.host) || !isPort(target.port)) {
    throw problem(
      "BAD_INPUT",
      `'${input}' names no host; write NAME, NAME:PORT or [IPV6]:PORT, such as kms.example.com:1688.`,
    );
  }
  return target;
}

/** True for a DNS name or an address that may be connected to and written into an event. */
export function isHostName(host: string): boolean {
  return NAME.test(host) || IPV6.test(host);
}

/** Reads a DNS domain such as `corp.example`; a dot at its end is dropped. Throws BAD_INPUT. */
export function parseDomain(input: string): string {
  const domain = input.trim().replace(/\.$/, "");
  if (!NAME.test(domain) || domain.endsWith("."))
    throw problem("BAD_INPUT", `'${input}' is not a DNS domain; write one such as corp.example.`);
  return domain.toLowerCase();
}

/** True for a TCP port that can be connected to. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}

/** `name:port`, the address of IPv6 in brackets: as events and `dlv` print it. */
export function formatTarget({ host, port }: Pick<Target, "host" | "port">): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** True when both are the same place. */
export function isSameTarget(one: Target, other: Target): boolean {
  return (
    one.host.toLowerCase() === other.host.toLowerCase() &&
    one.port === other.port &&
    one.secure === other.secure
  );
}
