import { EVENT_FLAGS, type EventId, eventInfo, formatFlags } from "../protocol/events.ts";
import type { LicenseState } from "../protocol/license-state.ts";
import type { ActivationAnswer, ActivationRequest } from "../protocol/messages.ts";
import { SUCCESS } from "../protocol/problems.ts";
import { parseTime } from "../protocol/time.ts";
import type { VerifiedAnswer } from "./answer.ts";
import type { Machine } from "./request.ts";
import { changedSettings, settingEvents } from "./setting-events.ts";
import type { ClientState } from "./state.ts";
import type { LicenseStore } from "./store.ts";

/** What is needed to log. */
export interface Logging {
  readonly store: LicenseStore;
  readonly machine: Machine;
  readonly now: () => number;
}

/** Logs 12288: a request was sent, or there was nobody to send it to. `host` is `name:port`, or empty. */
export function logSent(
  logging: Logging,
  { request, standing }: { readonly request: ActivationRequest; readonly standing: LicenseState },
  code: string,
  flags: number,
  host: string,
): Promise<void> {
  const { cmid, machine, product, required } = request;
  const { status, minutesLeft } = standing;
  const info = eventInfo(12288, {
    code,
    flags: formatFlags(flags),
    host,
    cmid,
    clientTime: new Date(parseTime(request.time) ?? logging.now()),
    virtual: machine.virtual,
    status,
    minutesLeft,
    product,
    required,
  });
  return log(logging, 12288, info);
}

/** Logs 12289: an answer was processed. Microsoft's says by a flag, not by its code, that the count is too small. */
export function logAnswer(
  logging: Logging,
  answered: {
    readonly request: ActivationRequest;
    readonly answer: ActivationAnswer;
    readonly verified: VerifiedAnswer;
  },
): Promise<void> {
  const { request, answer, verified } = answered;
  const flags = answer.count < request.required ? EVENT_FLAGS.countInsufficient : EVENT_FLAGS.none;
  const info = eventInfo(12289, {
    code: SUCCESS,
    flags: formatFlags(flags),
    activated: verified.lease !== undefined,
    unused: 0,
    count: answer.count,
    activationInterval: answer.activationInterval,
    renewalInterval: answer.renewalInterval,
    clientTime: new Date(logging.now()),
  });
  return log(logging, 12289, info);
}

/** Logs 12403 for each setting that differs between two states; `by` is who changed it. */
export async function logSettings(
  { store, machine, now }: Logging,
  before: ClientState,
  after: ClientState,
  by: string,
): Promise<void> {
  const changes = changedSettings(before, after);
  for (const event of settingEvents(changes, { by, machine: machine.name, now: now() }))
    await store.log(event);
}

function log({ store, machine, now }: Logging, id: EventId, info: string): Promise<void> {
  return store.log({ time: now(), id, machine: machine.name, info });
}
