import { readResponse } from "../../client/ask.ts";
import type { SrvRecord } from "../../client/index.ts";
import {
  type ActivationAnswer,
  type ActivationRequest,
  DEFAULT_PORT,
  parseRequest,
} from "../../protocol/messages.ts";
import { Problem, problem } from "../../protocol/problems.ts";
import type { SimulatedHost } from "./host.ts";

/** Where a machine is: in the office, elsewhere with a network of its own, or without any. */
export type Place = "office" | "away" | "unplugged";

/** What the network has to know of a machine. */
export interface Station {
  readonly address: string;
  readonly place: Place;
  /** Answers to it get lost on the way. */
  readonly losesAnswers: boolean;
  /** Told when a request of it reaches a host. */
  noteRequest(): void;
}

/** The domain of every simulated machine. */
export const DOMAIN = "corp.example";

/** DNS and the way to the hosts, without sockets; messages are parsed on both sides as if they had travelled. */
export class Network {
  readonly hosts: SimulatedHost[] = [];

  /** The SRV records that a machine sees: every host is published, whether it is up or not. */
  srv({ place }: Station, domain: string): SrvRecord[] {
    if (place === "unplugged") throw problem("DNS_SERVER_FAILURE", "No DNS server answers.");
    if (place === "away" || this.hosts.length === 0)
      throw problem("DNS_NAME_NOT_FOUND", `There is no SRV record _muster._tcp.${domain} in DNS.`);
    return this.hosts.map(({ name }) => ({ name, port: DEFAULT_PORT, priority: 0, weight: 0 }));
  }

  /** The addresses of a host's name. */
  addresses({ place }: Station, name: string): string[] {
    const host = place === "office" ? this.hosts.find((one) => one.name === name) : undefined;
    if (host === undefined)
      throw problem("HOST_NAME_NOT_RESOLVED", `The name ${name} has no address in DNS.`);
    return [host.address];
  }

  /** Brings a request to a host and the answer back. */
  async ask(station: Station, address: string, request: ActivationRequest): Promise<ActivationAnswer> {
    const host = this.hosts.find((one) => one.address === address);
    if (host === undefined || station.place !== "office" || !host.isUp)
      throw problem("CONNECTION_TIMED_OUT", `${address} did not answer.`);
    station.noteRequest();
    const { status, body } = await respond(host, JSON.stringify(request), station.address);
    if (station.losesAnswers)
      throw problem("CONNECTION_LOST", "The connection ended before the answer came.");
    return readResponse(status, new Headers(), JSON.stringify(body));
  }
}

async function respond(
  host: SimulatedHost,
  text: string,
  from: string,
): Promise<{ status: number; body: object }> {
  try {
    return { status: 200, body: await host.activate(parseRequest(JSON.parse(text)), from) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { status: error.status, body: error.toJSON() };
  }
}
