import type { Command } from "commander";
import type { AttemptResult, Client } from "../client/index.ts";
import { MAX_DOCUMENT } from "../protocol/jws.ts";
import { partialKey } from "../protocol/keys.ts";
import { problem } from "../protocol/problems.ts";
import { readBounded, writeAtomically } from "../vendor/files.ts";
import { activatingLine, attemptJson, failureLines, successLines } from "./client-attempt.ts";
import { type NetworkFlags, openNetworkClient, withNetworkFlags } from "./client-options.ts";
import { print } from "./output.ts";
import { asRole } from "./settings.ts";

interface AtoFlags extends NetworkFlags {
  readonly request?: string;
  readonly answer?: string;
}

const HELP = `
A product with a setup key is activated by a host, one with a MAK by the vendor: online with --vendor, or by file.
Changes: the lease in this machine's folder. A MAK uses up one of its activations, once for each machine (its CMID and
its hardware); the same machine again uses up nothing.
Exit code: 0 when every product is activated, 1 when one is not, 2 for a key or file that cannot be used.
Undo: muster upk removes key and lease from this machine; an activation of a MAK cannot be given back.`;

/** Adds `muster ato`. */
export function addAto(program: Command): void {
  withNetworkFlags(
    asRole(
      "client",
      program
        .command("ato")
        .description("Activate now: with a host, or with the vendor where the key is a MAK."),
    ),
  )
    .argument("[activation-id]", "the product (default: all that have a key)")
    .option("--request <file>", "for a MAK, by file: write the request for the vendor")
    .option("--answer <file>", "for a MAK, by file: take in the vendor's answer ('-': standard input)")
    .addHelpText("after", HELP)
    .action(ato);
}

async function ato(id: string | undefined, flags: AtoFlags): Promise<void> {
  const { request, answer } = flags;
  if (request !== undefined && answer !== undefined) {
    throw problem("BAD_INPUT", "--request comes first and --answer when it was answered; give one of them.");
  }
  const client = openNetworkClient(flags);
  if (request !== undefined) return writeRequest(client, id, request, flags);
  if (answer !== undefined) return takeAnswer(client, id, answer, flags);
  const { products } = await client.describe();
  const keyed = products.filter(({ stored }) => stored?.key !== undefined).map(({ product }) => product);
  const chosen = id === undefined && keyed.length > 0 ? keyed.map((product) => product.id) : [id];
  const results: AttemptResult[] = [];
  for (const one of chosen) {
    const product = products.find((each) => each.product.id === one?.toLowerCase())?.product;
    if (!flags.json && product !== undefined) print(false, undefined, activatingLine(product));
    const result = await client.activate(one);
    results.push(result);
    if (!flags.json) tell(result);
  }
  if (flags.json) print(true, { results: results.map(attemptJson) }, "");
  process.exitCode = results.every(({ activated }) => activated) ? 0 : 1;
}

async function writeRequest(
  client: Client,
  id: string | undefined,
  file: string,
  { json }: AtoFlags,
): Promise<void> {
  const request = await client.makRequest(id);
  writeAtomically(file, `${JSON.stringify(request)}\n`, 0o600);
  const { product, cmid, key } = request;
  print(
    json,
    { request: file, product, cmid, partialKey: partialKey(key) },
    `Wrote the request to ${file}; it holds the MAK, so keep it as secret as the key.\nSend it to the vendor (muster vendor approve), or take it to a machine with internet (muster client proxy), then: muster ato --answer FILE`,
  );
}

async function takeAnswer(
  client: Client,
  id: string | undefined,
  file: string,
  { json }: AtoFlags,
): Promise<void> {
  const result = await client.acceptMakAnswer(readBounded(file, MAX_DOCUMENT), id);
  if (json) print(true, { results: [attemptJson(result)] }, "");
  else tell(result);
}

function tell(result: AttemptResult): void {
  if (result.activated) print(false, undefined, successLines(result));
  else process.stderr.write(`${failureLines(result)}\n`);
}
