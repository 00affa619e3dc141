import type { Target } from "../../client/target.ts";
import { newId } from "../../protocol/ids.ts";
import type { ActivationRequest } from "../../protocol/messages.ts";
import { formatTime } from "../../protocol/time.ts";
import type { DeployedProduct } from "../deployment.ts";
import { exchange } from "./exchange.ts";

/** What a host is offered. */
export interface Offer {
  readonly port: number;
  readonly product: DeployedProduct;
  readonly seconds: number;
  /** So many clients at once, each of which asks again as soon as it is answered. */
  readonly clients?: number;
  /** So many requests a second, whatever becomes of those before. */
  readonly perSecond?: number;
}

/** What became of it. Rates are a second, latencies milliseconds. */
export interface Taken {
  readonly offered: number;
  /** Leases and counts that came within a client's patience. */
  readonly answered: number;
  /** Told to come back. */
  readonly refused: number;
  readonly timedOut: number;
  readonly lost: number;
  readonly p99Answered: number;
  readonly p99Refused: number;
  /** How many were under way at most. */
  readonly atOnce: number;
}

/** Clients wait so long, milliseconds. */
const PATIENCE = 5_000;
/** No more are under way, since each takes an open file; more are not offered then. */
const MOST_AT_ONCE = 15_000;

/** Offers a host requests of machines that it does not know, each over a connection of its own. */
export async function offer({ port, product, seconds, clients, perSecond = 0 }: Offer): Promise<Taken> {
  const target: Target = { host: "127.0.0.1", port, secure: false };
  const answered: number[] = [];
  const refused: number[] = [];
  let offered = 0;
  let timedOut = 0;
  let lost = 0;
  let underWay = 0;
  let atOnce = 0;
  const begun = performance.now();
  const elapsed = () => (performance.now() - begun) / 1000;

  const ask = async () => {
    offered++;
    underWay++;
    atOnce = Math.max(atOnce, underWay);
    const asked = performance.now();
    const address = process.platform === "linux" ? `127.0.0.${1 + (offered % 250)}` : "127.0.0.1";
    const answer = await exchange(target, address, newcomer(product, offered), PATIENCE);
    const took = performance.now() - asked;
    underWay--;
    if ("failure" in answer) {
      if (answer.failure === "CONNECTION_TIMED_OUT") timedOut++;
      else lost++;
    } else if (answer.status === 200) answered.push(took);
    else refused.push(took);
  };

  if (clients !== undefined) {
    const converse = async () => {
      while (elapsed() < seconds) await ask();
    };
    await Promise.all(Array.from({ length: clients }, converse));
  } else {
    while (elapsed() < seconds) {
      while (offered < elapsed() * perSecond && underWay < MOST_AT_ONCE) void ask();
      await new Promise((resolve) => setImmediate(resolve));
    }
    while (underWay > 0) await Bun.sleep(1);
  }
  const took = Math.max(seconds, clients === undefined ? 0 : elapsed());
  return {
    offered: offered / took,
    answered: answered.length / took,
    refused: refused.length / took,
    timedOut: timedOut / took,
    lost: lost / took,
    p99Answered: quantile(answered, 0.99),
    p99Refused: quantile(refused, 0.99),
    atOnce,
  };
}

function newcomer({ application, product, required }: DeployedProduct, number: number): string {
  const request: ActivationRequest = {
    version: 1,
    application,
    product,
    cmid: newId(),
    machine: { name: `pc-${number}`, fingerprint: number.toString(16).padStart(64, "0"), virtual: false },
    status: 2,
    minutesLeft: 43_200,
    required,
    time: formatTime(Date.now()),
    nonce: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url"),
  };
  return JSON.stringify(request);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
