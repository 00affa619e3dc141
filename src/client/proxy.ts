import { HOSTS_PATH, MAKS_PATH, parseHostAnswer, parseMakAnswer, parseMakRequest } from "../protocol/mak.ts";
import { Problem, problem } from "../protocol/problems.ts";
import type { OnlineVendor } from "./ask-vendor.ts";

/** The vendor's answer to a request that was carried here: a vendor lease or a host licence, a compact JWS. */
export interface Forwarded {
  readonly answer: string;
  /** What the answer activates. */
  readonly kind: "mak" | "host";
  /** The machine's name, where the request says it in the clear. */
  readonly name: string | undefined;
  /** Of a MAK: how many of its activations are used, and how many it has. */
  readonly activations: { readonly used: number; readonly of: number } | undefined;
}

const MOST_PATIENCE = 120;

/**
 * Asks the vendor for a machine that cannot: `request` is the text of a MAK's request file or of a host's. Waits as the
 * vendor tells it to when there are many. Throws BAD_INPUT for what is no request, and what the vendor or the
 * connection says. Whether the answer is right only the machine itself can tell, which has the catalogue.
 */
export async function forwardRequest(
  request: string,
  { url, ask }: OnlineVendor,
  sleep: (seconds: number) => Promise<void>,
): Promise<Forwarded> {
  const text = request.trim();
  const patiently = async (path: string): Promise<unknown> => {
    try {
      return await ask(url, path, text);
    } catch (error) {
      const isHaste = error instanceof Problem && error.name === "SLOW_DOWN";
      if (!isHaste || (error.retryAfter ?? 0) > MOST_PATIENCE) throw error;
      await sleep(error.retryAfter ?? 1);
      return patiently(path);
    }
  };
  if (!text.startsWith("{")) {
    const { license } = parseHostAnswer(await patiently(HOSTS_PATH));
    return { answer: license, kind: "host", name: undefined, activations: undefined };
  }
  const { machine } = parseMakRequest(parseJson(text));
  const { lease, activations } = parseMakAnswer(await patiently(MAKS_PATH));
  return { answer: lease, kind: "mak", name: machine.name, activations };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw problem("BAD_INPUT", "This is not a whole MAK request; get it again from the machine.");
  }
}
