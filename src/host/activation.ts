import type { OnlineVendor } from "../client/ask-vendor.ts";
import { licenseOfConfirmation } from "../protocol/confirmation-id.ts";
import type { HostLicense } from "../protocol/host-license.ts";
import { installationIdOf } from "../protocol/installation-id.ts";
import { parseKey } from "../protocol/keys.ts";
import { HOSTS_PATH, parseHostAnswer } from "../protocol/mak.ts";
import { Problem, problem } from "../protocol/problems.ts";
import { importLicense, openGrant, openIdentity, requestLicense } from "./folder.ts";
import { dropOtherKeys, keepKey, keptKeys, keyOfLicense } from "./kept-keys.ts";

/** The signed request for a licence, to be carried to the vendor; keeps the key. Throws KEY_INVALID, NOT_INITIALIZED. */
export function requestByFile(folder: string, key: string, now: number): string {
  const request = requestLicense(openIdentity(folder), key, now);
  keepKey(folder, parseKey(key).text);
  return request;
}

/** The installation id to be read to the vendor; keeps the key. Throws KEY_INVALID, NOT_INITIALIZED. */
export async function requestByPhone(folder: string, key: string): Promise<string> {
  const id = await installationIdIn(folder, key);
  keepKey(folder, parseKey(key).text);
  return id;
}

/** The installation id of the host of a folder with a key. Throws KEY_INVALID when that is no host key. */
export async function installationIdIn(folder: string, key: string): Promise<string> {
  const { id: host, publicKey: hostKey } = openIdentity(folder);
  const { kind, text } = parseKey(key);
  if (kind === "host") return installationIdOf({ host, hostKey, key: text });
  throw problem(
    "KEY_INVALID",
    `The key ending in ${text.slice(-5)} is no host key; a host takes a host key.`,
  );
}

/** Takes in a licence that came from the vendor, and keeps its key only. Throws as `importLicense`. */
export async function acceptLicense(folder: string, token: string, now: number): Promise<HostLicense> {
  const license = await importLicense(folder, token.trim(), now);
  dropOtherKeys(folder, license);
  return license;
}

/**
 * Takes in the licence that a confirmation id stands for, with the key or with one that is kept. Throws BAD_INPUT
 * naming the group that is wrong, SIGNATURE_INVALID when it answers another installation id.
 */
export async function acceptConfirmation(
  folder: string,
  digits: string,
  key: string | undefined,
  now: number,
): Promise<HostLicense> {
  const { id: host, publicKey: hostKey } = openIdentity(folder);
  const { catalogue } = await openGrant(folder);
  const keys = key === undefined ? keptKeys(folder).reverse() : [parseKey(key).text];
  let refusal = problem(
    "BAD_INPUT",
    "This host has no host key yet; give the one that the installation id was made with: muster host activate HOST-KEY --confirmation DIGITS.",
  );
  for (const each of keys) {
    try {
      const token = await licenseOfConfirmation(digits, { host, hostKey, key: each }, catalogue);
      keepKey(folder, each);
      return await acceptLicense(folder, token, now);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      refusal = error;
      if (error.name !== "SIGNATURE_INVALID") break;
    }
  }
  throw refusal;
}

/** Gets a licence from the vendor's server, and keeps the key. Throws what the vendor or the connection says. */
export async function activateOnline(
  folder: string,
  key: string,
  { url, ask }: OnlineVendor,
  now: number,
  signal?: AbortSignal,
): Promise<HostLicense> {
  const request = requestLicense(openIdentity(folder), key, now);
  const { license } = parseHostAnswer(await ask(url, HOSTS_PATH, request, signal));
  keepKey(folder, parseKey(key).text);
  return acceptLicense(folder, license, now);
}

/** The key to renew with: that of the licence, or the newest one while there is no licence. Throws BAD_INPUT. */
export async function renewalKey(folder: string): Promise<string> {
  openIdentity(folder);
  const { license } = await openGrant(folder);
  const key = keyOfLicense(folder, license);
  if (key !== undefined) return key;
  const which = license === undefined ? "" : `, the one ending in ${license.partialKey}`;
  throw problem(
    "BAD_INPUT",
    `This host does not keep its host key; give it once more${which}: muster host activate HOST-KEY.`,
  );
}
