import { type HostRequest, hostLicenseClaims } from "../protocol/host-license.ts";
import { partialKey } from "../protocol/keys.ts";
import { problem } from "../protocol/problems.ts";
import { decideApproval, hostKeyIn } from "./approval.ts";
import { addEntry } from "./entries.ts";
import { findHostKey, type HostKey } from "./host-keys.ts";
import { addLicense, type IssuedLicense, licensesOf } from "./host-licenses.ts";
import type { Office } from "./office.ts";

/** What an approval gave. Times are milliseconds since the epoch. */
export interface Approved {
  /** A repeat is the licence that the same request got before. */
  readonly kind: "activation" | "renewal" | "repeat";
  /** The host licence: a compact JWS. */
  readonly license: string;
  readonly host: string;
  /** The host's machine name. */
  readonly name: string;
  readonly customer: string | undefined;
  readonly expires: number;
  readonly partialKey: string;
  /** How many hosts the key has activated, and may activate. */
  readonly hosts: { readonly used: number; readonly of: number };
  /** How many activations this host has used, and may use. */
  readonly activations: { readonly used: number; readonly of: number };
}

/** A request as the decision needs it: `digest` tells it from others of the same host. */
export type ApprovalRequest = Omit<HostRequest, "issued"> & { readonly digest: string };

/** The dates of a licence, milliseconds since the epoch. */
export interface LicenseDates {
  readonly issued: number;
  readonly notBefore: number;
  readonly expires: number;
}

/**
 * Decides a request and, where it is granted, signs the licence and enters it in the ledger; to be called inside a
 * transaction. `round` may move the dates. Throws KEY_INVALID, KEY_BLOCKED, ACTIVATION_LIMIT.
 */
export function licenseHost(
  office: Office,
  request: ApprovalRequest,
  now: number,
  round: (dates: LicenseDates) => LicenseDates = (dates) => dates,
): Approved {
  const { database } = office;
  const { text } = hostKeyIn(request);
  const key = findHostKey(database, text);
  if (key === undefined) {
    throw problem(
      "KEY_INVALID",
      `The host key ending in ${partialKey(text)} is not one of ${office.name}'s; check it against the original.`,
    );
  }
  const history = licensesOf(database, key.row);
  const asker = { host: request.host, publicKey: request.hostKey.x, request: request.digest };
  const decision = decideApproval(asker, key, history, now);
  if (decision.kind === "repeat") return approved(key, history, decision.license, "repeat");

  const { kind, hostNumber, activation } = decision;
  const dates = round({ issued: now, notBefore: decision.notBefore, expires: decision.expires });
  const issued: IssuedLicense = {
    ...asker,
    name: request.name,
    counted: kind === "activation",
    issued: now,
    expires: dates.expires,
    token: sign(office, request, key, dates),
  };
  addLicense(database, key.row, issued);
  const { host, name } = request;
  const used = { hostNumber, hosts: key.hosts, activation, activations: key.activations };
  const { expires } = dates;
  addEntry(database, key.row, { action: "host-license", kind, host, name, ...used, expires }, now);
  return approved(key, [...history, issued], issued, kind);
}

function sign(office: Office, request: ApprovalRequest, key: HostKey, dates: LicenseDates): string {
  const { host, hostKey } = request;
  const { products, seats, overage } = key;
  const grant = { products, seats, overage, partialKey: partialKey(key.text) };
  const claims = hostLicenseClaims({ vendor: office.id, host, hostKey, ...dates, ...grant });
  return office.signingKey.sign("host-licence", claims);
}

function approved(
  key: HostKey,
  licenses: readonly IssuedLicense[],
  license: IssuedLicense,
  kind: Approved["kind"],
): Approved {
  const own = licenses.filter(({ host, counted }) => host === license.host && counted);
  return {
    kind,
    license: license.token,
    host: license.host,
    name: license.name,
    customer: key.customer,
    expires: license.expires,
    partialKey: partialKey(key.text),
    hosts: { used: new Set(licenses.map(({ host }) => host)).size, of: key.hosts },
    activations: { used: own.length, of: key.activations },
  };
}
