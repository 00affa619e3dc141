import type { ClientDescription, ProductDescription } from "../client/description.ts";
import { createClient } from "../client/index.ts";
import { blocksText, SERVICE_VERSION } from "../client/slmgr-blocks.ts";
import { detailedLines, expiryLines, shortLines } from "../client/slmgr-lines.ts";
import { hostExtendedPid } from "../protocol/extended-pid.ts";
import { reasonCode, statusName } from "../protocol/license-state.ts";
import { problem } from "../protocol/problems.ts";
import { print } from "./output.ts";

interface ShowOptions {
  readonly json?: boolean | undefined;
}

/** `muster dlv` on a client: slmgr's detailed lines of the product with a key, of `which`, or of `all`. */
export async function clientDlv(
  folder: string,
  which: string | undefined,
  { json }: ShowOptions,
): Promise<void> {
  const client = await describe(folder);
  const now = Date.now();
  const products = show(client, which);
  const blocks = products.map((product) => detailedLines(client, product, now));
  print(json, clientJson(client, products), blocksText([SERVICE_VERSION, ...blocks]));
}

/** `muster dli` on a client: slmgr's short lines. */
export async function clientDli(
  folder: string,
  which: string | undefined,
  { json }: ShowOptions,
): Promise<void> {
  const client = await describe(folder);
  const products = show(client, which);
  const blocks = products.map((product) => shortLines(client, product));
  print(json, clientJson(client, products), blocksText(blocks));
}

/** `muster xpr` on a client: when the activation ends. */
export async function clientXpr(
  folder: string,
  which: string | undefined,
  { json }: ShowOptions,
): Promise<void> {
  const client = await describe(folder);
  const products = show(client, which);
  const blocks = products.map((product) => expiryLines(product));
  print(json, clientJson(client, products), blocksText(blocks));
}

const describe = (folder: string): Promise<ClientDescription> => createClient({ dir: folder }).describe();

/** What to show; what is wrong beside goes to stderr. */
function show(client: ClientDescription, which: string | undefined): ProductDescription[] {
  const products = chosen(client, which);
  if (client.problem !== undefined) process.stderr.write(`muster: ${client.problem.message}\n`);
  return products;
}

/** slmgr shows what holds a key; `all` shows the whole catalogue. */
function chosen(client: ClientDescription, which: string | undefined): ProductDescription[] {
  const { products } = client;
  const isAll = which?.toLowerCase() === "all";
  const found = isAll
    ? [...products]
    : products.filter(({ product, stored }) =>
        which === undefined ? stored?.key !== undefined : product.id === which.toLowerCase(),
      );
  if (found.length > 0 || isAll) return found;
  if (which === undefined)
    throw (
      client.problem ??
      problem(
        "KEY_MISSING",
        "No product key is installed; install the setup key of the product: muster ipk KEY.",
      )
    );
  throw problem(
    "BAD_INPUT",
    `The catalogue has no product with the activation id ${which}; muster dlv all shows those it has.`,
  );
}

/** The same facts for scripts; times are RFC 3339. */
export function clientJson(client: ClientDescription, products: readonly ProductDescription[]): object {
  const { cmid, vendor, rearmsLeft, settings } = client;
  return { cmid, vendor, rearmsLeft, settings, products: products.map(productJson) };
}

function productJson({ product, application, stored, state, grant }: ProductDescription): object {
  const { status, minutesLeft } = state;
  return {
    name: product.name,
    product: product.id,
    application: { id: product.application, name: application },
    required: product.policy.required,
    partialKey: stored?.key?.partial,
    keyKind: stored?.key?.kind,
    status,
    statusName: statusName(status),
    licensed: status === 1,
    permanent: status === 1 && state.ends === undefined,
    minutesLeft,
    ends: isoTime(state.ends),
    reason: reasonCode(state),
    host: stored?.host && {
      name: stored.host.target.host,
      port: stored.host.target.port,
      address: stored.host.address,
      source: stored.host.source,
      extendedPid: grant?.license && hostExtendedPid(grant.license),
    },
    activationInterval: stored?.intervals?.activation ?? product.policy.activationInterval,
    renewalInterval: stored?.intervals?.renewal ?? product.policy.renewalInterval,
    lastAttempt: stored?.lastAttempt && { ...stored.lastAttempt, time: isoTime(stored.lastAttempt.time) },
    lastSuccess: isoTime(stored?.lastSuccess),
    nextAttempt: isoTime(stored?.nextAttempt),
  };
}

/** RFC 3339 of a time in milliseconds, or undefined. */
export function isoTime(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}
