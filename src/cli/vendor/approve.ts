import type { Command } from "commander";
import encodeQR from "qr";
import { parseMakRequest } from "../../protocol/mak.ts";
import { problem } from "../../protocol/problems.ts";
import { formatTime } from "../../protocol/time.ts";
import type { ActivatedMak } from "../../vendor/activate-mak.ts";
import { readBounded, writeAtomically } from "../../vendor/files.ts";
import type { Approved } from "../../vendor/license-host.ts";
import { fields, print } from "../output.ts";
import { type Common, verb, withVendor } from "./verb.ts";

/** The largest request file that is read, in bytes. */
const MOST_REQUEST = 64 * 1024;

const KINDS: Record<Approved["kind"], string> = {
  activation: "activated",
  renewal: "renewed (no activation used)",
  repeat: "asked again, no activation used",
};

interface ApproveOptions extends Common {
  readonly output?: string;
  readonly qr?: string;
}

/** Adds `muster vendor approve`. */
export function addApprove(group: Command): void {
  verb(
    group,
    "approve <request-file>",
    "answer a host's request with a host licence, or a MAK request with a lease ('-' reads it from standard input)",
    "the ledger, and the file of the answer. The same request again is answered again and uses up nothing; so is a host that renews while its licence is valid.\nUndo: an activation cannot be given back; muster vendor revoke KEY blocks further ones.",
  )
    .option("-o, --output <file>", "where the answer goes (default: standard output)")
    .option(
      "--qr <file>",
      "the answer as a QR code too (SVG), which the host's console reads from paper or a screen",
    )
    .action((file: string, options: ApproveOptions) =>
      withVendor(options.data, async (vendor) => {
        const request = readBounded(file, MOST_REQUEST);
        if (request.trimStart().startsWith("{")) {
          const activated = vendor.activate(parseMakRequest(parseJson(request, file)), Date.now());
          deliver(activated.lease, activated, describeActivation(activated), options);
        } else {
          const approved = await vendor.approve(request, Date.now());
          const value = { ...approved, expires: formatTime(approved.expires) };
          deliver(approved.license, value, describeApproval(approved), options);
        }
      }),
    );
}

/** What an approval gave, for people. */
export function describeApproval(approved: Approved): [string, string | undefined][] {
  const { kind, name, host, customer, expires, partialKey, hosts, activations } = approved;
  return [
    ["Host", `${name} (${host})`],
    ["Customer", customer],
    ["Result", KINDS[kind]],
    ["Host key", `…${partialKey}`],
    ["Hosts used", `${hosts.used} of ${hosts.of}`],
    ["Activations of this host", `${activations.used} of ${activations.of}`],
    ["Licence ends", formatTime(expires)],
  ];
}

function describeActivation(activated: ActivatedMak): [string, string | undefined][] {
  const { kind, name, cmid, customer, partialKey, activations } = activated;
  return [
    ["Machine", `${name} (${cmid})`],
    ["Customer", customer],
    ["Result", KINDS[kind]],
    ["MAK", `…${partialKey}`],
    ["Activations used", `${activations.used} of ${activations.of}`],
  ];
}

/** The answer alone goes to standard output when no file is named, so that it can be piped. */
function deliver(
  answer: string,
  value: object,
  description: [string, string | undefined][],
  { json, output, qr }: ApproveOptions,
): void {
  const text = fields([...description, ["Written to", output], ["QR code", qr]]);
  if (output !== undefined) writeAtomically(output, `${answer}\n`, 0o644);
  if (qr !== undefined) writeAtomically(qr, qrCode(answer), 0o644);
  if (json || output !== undefined) {
    print(json, { ...value, ...(output !== undefined && { output }), ...(qr !== undefined && { qr }) }, text);
  } else {
    process.stderr.write(`${text}\n`);
    print(false, value, answer);
  }
}

/** The most bytes that a QR code holds at its lowest error correction (ISO/IEC 18004, table 7). */
const MOST_QR = 2953;

function qrCode(answer: string): string {
  if (answer.length <= MOST_QR) return encodeQR(answer, "svg", { ecc: "low", border: 4 });
  throw problem("BAD_INPUT", "The answer is too long for a QR code; leave out --qr, and send the file.");
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw problem("BAD_INPUT", `${file} is not a whole MAK request; get it again from the machine.`);
  }
}
