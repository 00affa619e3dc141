import { encodeBase64url } from "../protocol/base64url.ts";
import type { Catalogue, Product } from "../protocol/catalogue.ts";
import { eventInfo } from "../protocol/events.ts";
import { MAKS_PATH, type MakAnswer, type MakRequest, parseMakAnswer } from "../protocol/mak.ts";
import { PROBLEMS, Problem, problem, SUCCESS } from "../protocol/problems.ts";
import { formatTime } from "../protocol/time.ts";
import { type VendorLease, verifyVendorLease } from "../protocol/vendor-lease.ts";
import { applyFailure } from "./answer.ts";
import type { OnlineVendor } from "./ask-vendor.ts";
import type { AttemptResult } from "./attempt.ts";
import { type Machine, startIdentity } from "./request.ts";
import { type Attempt, type ClientState, changeProduct, type InstalledKey } from "./state.ts";
import type { LicenseStore } from "./store.ts";

/** What the activation of a MAK works with. */
export interface MakParts {
  readonly store: LicenseStore;
  readonly catalogue: Catalogue;
  readonly machine: Machine;
  readonly now: () => number;
  readonly random: () => number;
  readonly newId: () => string;
  readonly signal: AbortSignal | undefined;
}

/** What a vendor granted, and by which way it came: its URL, or `file`. */
interface Granted {
  readonly token: string;
  readonly lease: VendorLease;
  readonly activations: MakAnswer["activations"] | undefined;
  readonly vendor: string;
}

const NONCE_BYTES = 16;
const BY_FILE = "file";
const BAD_GATEWAY = 502;
/** A refusal takes a person at the vendor's to change; minutes. */
const AFTER_REFUSAL = 24 * 60;

/**
 * The request of a product with a MAK, for the vendor; makes the CMID if there is none. It holds the MAK. Throws
 * KEY_MISSING when the text of the key is no longer stored.
 */
export async function makeMakRequest(
  { store, machine, now, newId }: MakParts,
  product: Product,
): Promise<MakRequest> {
  const state = await store.update((before) => startIdentity(before, newId(), now()));
  const key = makOf(state, product);
  if (key?.text === undefined || state.cmid === undefined) {
    throw problem(
      "KEY_MISSING",
      `The text of ${product.name}'s MAK is no longer stored, and the vendor asks for it; install it again: muster ipk MAK.`,
    );
  }
  const { name, fingerprint } = machine;
  return {
    version: 1,
    key: key.text,
    product: product.id,
    cmid: state.cmid,
    machine: { name, fingerprint },
    time: formatTime(now()),
    nonce: encodeBase64url(crypto.getRandomValues(new Uint8Array(NONCE_BYTES))),
  };
}

/** Activates a MAK with the vendor's server. What the vendor or the connection refuses is a result. */
export async function attemptMak(
  parts: MakParts,
  product: Product,
  { url, ask }: OnlineVendor,
): Promise<AttemptResult> {
  const { catalogue, signal } = parts;
  const request = await makeMakRequest(parts, product);
  const { cmid, nonce, machine } = request;
  try {
    const answer = parseMakAnswer(await ask(url, MAKS_PATH, JSON.stringify(request), signal));
    const holder = { cmid, product: product.id, fingerprint: machine.fingerprint, nonce };
    const lease = await verifyVendorLease(answer.lease, holder, catalogue);
    const { activations } = answer;
    return await keepLease(parts, product, { token: answer.lease, lease, activations, vendor: url });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return keepRefusal(parts, product, error, url);
  }
}

/**
 * Takes in a vendor lease that came as a file. Throws SIGNATURE_INVALID, BAD_INPUT when it is for another machine,
 * product or MAK, HARDWARE_CHANGED when it is for other hardware.
 */
export async function takeVendorLease(
  parts: MakParts,
  product: Product,
  text: string,
): Promise<AttemptResult> {
  const { store, catalogue, machine } = parts;
  const token = text.trim();
  const { state } = await store.read();
  if (state.cmid === undefined) {
    throw problem(
      "BAD_INPUT",
      "This machine has not asked for anything yet; make a request first: muster ato --request FILE.",
    );
  }
  const holder = { cmid: state.cmid, product: product.id, fingerprint: machine.fingerprint };
  const lease = await verifyVendorLease(token, holder, catalogue);
  const partial = makOf(state, product)?.partial;
  if (lease.partialKey !== partial) {
    throw problem(
      "BAD_INPUT",
      `This answer is for the MAK ending in ${lease.partialKey}, and ${partial === undefined ? "none" : `the one ending in ${partial}`} is installed; make a new request: muster ato --request FILE.`,
    );
  }
  return keepLease(parts, product, { token, lease, activations: undefined, vendor: BY_FILE });
}

async function keepLease(parts: MakParts, product: Product, granted: Granted): Promise<AttemptResult> {
  const { store, catalogue, machine, now } = parts;
  const { lease, activations, vendor } = granted;
  const use = activations === undefined ? "" : `, activation ${activations.used} of ${activations.of}`;
  const attempt: Attempt = {
    time: now(),
    code: SUCCESS,
    name: "SUCCESS",
    message: `${catalogue.vendor.name} activated ${product.name} permanently by the MAK ending in ${lease.partialKey}${use}.`,
    count: undefined,
    tries: [],
  };
  await store.update((state) => applyVendorLease(state, granted, machine, attempt));
  await log(parts, { code: SUCCESS, vendor, cmid: lease.cmid, product: product.id }, activations);
  return { ...resultOf(product, attempt, granted.vendor), activations };
}

/** What a client knows after a vendor's answer. */
function applyVendorLease(
  state: ClientState,
  { token, lease, vendor }: Pick<Granted, "token" | "lease" | "vendor">,
  { hardware }: Pick<Machine, "hardware">,
  attempt: Attempt,
): ClientState {
  const { cmid, fingerprint } = lease;
  if (state.cmid !== cmid || state.products[lease.product]?.key?.kind !== "mak") return state;
  // A file may have been under way for long, so the time in it is not that of now.
  const signed = vendor === BY_FILE ? state.clock.signed : lease.issued;
  return {
    ...changeProduct(state, lease.product, (product) => ({
      ...product,
      grant: { lease: token, cmid, fingerprint, hardware },
      hardwareChanged: undefined,
      lastAttempt: attempt,
      lastSuccess: attempt.time,
      nextAttempt: undefined,
    })),
    clock: { signed, local: attempt.time },
  };
}

async function keepRefusal(
  parts: MakParts,
  product: Product,
  { name, code, message, retryAfter }: Problem,
  vendor: string,
): Promise<AttemptResult> {
  const { store, now, random } = parts;
  const attempt: Attempt = { time: now(), code, name, message, count: undefined, tries: [] };
  const isConnection = PROBLEMS[name].status === BAD_GATEWAY;
  const activationInterval = isConnection ? product.policy.activationInterval : AFTER_REFUSAL;
  const state = await store.update((before) =>
    applyFailure(before, product.id, attempt, { activationInterval, retryAfter }, random),
  );
  await log(parts, { code, vendor, cmid: state.cmid ?? "", product: product.id }, undefined);
  const stored = state.products[product.id];
  // On other hardware the agent leaves it to a person.
  const nextAttempt = stored?.grant === undefined ? stored?.nextAttempt : undefined;
  return { ...resultOf(product, attempt, vendor), nextAttempt };
}

function resultOf({ id, name, policy }: Product, attempt: Attempt, vendor: string): AttemptResult {
  return {
    ...attempt,
    product: { id, name },
    activated: attempt.name === "SUCCESS",
    required: policy.required,
    host: undefined,
    vendor,
    leaseExpires: undefined,
    nextAttempt: undefined,
  };
}

function makOf(state: ClientState, { id }: Product): InstalledKey | undefined {
  const key = state.products[id]?.key;
  return key?.kind === "mak" ? key : undefined;
}

function log(
  { store, machine, now }: MakParts,
  told: { code: string; vendor: string; cmid: string; product: string },
  activations: MakAnswer["activations"] | undefined,
): Promise<void> {
  const info = eventInfo(12412, { ...told, used: activations?.used ?? "", of: activations?.of ?? "" });
  return store.log({ time: now(), id: 12412, machine: machine.name, info });
}
