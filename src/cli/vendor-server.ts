import {
  createAskVendor,
  isReadableOnTheWay,
  type OnlineVendor,
  parseVendorUrl,
} from "../client/ask-vendor.ts";
import { problem } from "../protocol/problems.ts";

/** A vendor signs what it answers and writes it to its ledger first; milliseconds. */
const TIMEOUT = 30_000;

/** The description of `--vendor`, which several commands take. */
export const VENDOR_HELP = "the vendor's activation server (muster vendor serve), an https URL";

/**
 * The vendor's server that a command was told; says on stderr when keys would travel in the clear. Throws BAD_INPUT
 * when it was told none.
 */
export function vendorServer(url: string | undefined): OnlineVendor {
  if (url === undefined) {
    throw problem(
      "BAD_INPUT",
      "Name the vendor's activation server: --vendor URL, or the setting MUSTER_VENDOR.",
    );
  }
  warnOfReadable(url);
  return { url: parseVendorUrl(url), ask: createAskVendor({ timeout: TIMEOUT }) };
}

/** Says on stderr when a key that is sent to this address may be read on the way. */
export function warnOfReadable(url: string): void {
  if (isReadableOnTheWay(url)) {
    process.stderr.write(`muster: ${url} is not https, so the key can be read on its way there.\n`);
  }
}
