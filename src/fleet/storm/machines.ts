import { readResponse } from "../../client/ask.ts";
import { type AttemptParts, type AttemptResult, attemptActivation } from "../../client/attempt.ts";
import type { SrvRecord } from "../../client/discovery.ts";
import { createGrantReader } from "../../client/grant.ts";
import { installKey } from "../../client/install.ts";
import { type ClientState, changeProduct, NEW_STATE } from "../../client/state.ts";
import type { LicenseStore } from "../../client/store.ts";
import { type Catalogue, openCatalogue, productOfKey } from "../../protocol/catalogue.ts";
import { newId } from "../../protocol/ids.ts";
import { problem } from "../../protocol/problems.ts";
import type { Deployment } from "../deployment.ts";
import { exchange } from "./exchange.ts";

/** How a machine's question gets to a host. */
export type Ask = AttemptParts["ask"];

/** The machines of a storm: for each one a client's own state, and the client's own attempt. */
export interface Machines {
  readonly product: string;
  /** One attempt of a machine, by number. */
  attempt(machine: number, ask: Ask, hosts: readonly SrvRecord[]): Promise<AttemptResult>;
  /** Makes what every machine is to do next due now, as it is for one that was off for weeks. */
  wake(machine: number): void;
  /** Forgets a machine that is done, so that 100,000 leases need not be kept. */
  forget(machine: number): void;
  state(machine: number): ClientState;
}

/** The timeout of a client as it is shipped, milliseconds. */
const TIMEOUT = 5_000;
const DOMAIN = "storm.test";

/** Machines that were never activated, with the setup key of a deployment's first product. */
export async function makeMachines({ catalogue: token, products }: Deployment): Promise<Machines> {
  const catalogue: Catalogue = await openCatalogue(token);
  const { product, key } = productOfKey(catalogue, products[0]?.setupKey ?? "");
  const states = new Map<number, ClientState>();
  const grants = createGrantReader();
  const stateOf = (machine: number) => states.get(machine) ?? installKey(NEW_STATE, product, key, Date.now());

  const storeOf = (machine: number): LicenseStore => ({
    read: async () => ({ state: stateOf(machine), problem: undefined }),
    async update(change) {
      const state = change(stateOf(machine));
      states.set(machine, state);
      return state;
    },
    oneAttempt: (work) => work(),
    catalogue: async () => token,
    keepCatalogue: async () => {},
    log: async () => {},
  });

  return {
    product: product.id,
    state: stateOf,
    attempt(machine, ask, hosts) {
      const parts: AttemptParts = {
        store: storeOf(machine),
        catalogue,
        machine: {
          name: `pc-${machine}.${DOMAIN}`,
          fingerprint: machine.toString(16).padStart(64, "0"),
          virtual: false,
        },
        dns: { srv: async () => [...hosts], addresses: async () => [addressOf(machine)] },
        suffixes: async () => [DOMAIN],
        ask,
        grants,
        now: Date.now,
        random: Math.random,
        newId,
        signal: undefined,
      };
      return attemptActivation(parts, product);
    },
    wake(machine) {
      const due = Date.now();
      states.set(
        machine,
        changeProduct(stateOf(machine), product.id, (stored) => ({ ...stored, nextAttempt: due })),
      );
    },
    forget: (machine) => void states.delete(machine),
  };
}

/** Asks as a client does: a connection for each request, and the answer read by the client's own reader. */
export function askOverSockets(timeout = TIMEOUT): Ask {
  return async (target, address, request) => {
    const answer = await exchange(target, address, JSON.stringify(request), timeout);
    if ("status" in answer) return readResponse(answer.status, answer.headers, answer.text);
    const { failure } = answer;
    const isKnown = failure === "CONNECTION_TIMED_OUT" || failure === "CONNECTION_LOST";
    throw problem(isKnown ? failure : "CONNECTION_REFUSED", `${target.host} did not answer (${failure}).`);
  };
}

/** Loopback has many addresses; one address and port would run out of connections that are just closed. */
function addressOf(machine: number): string {
  return process.platform === "linux" ? `127.0.0.${1 + (machine % 250)}` : "127.0.0.1";
}
