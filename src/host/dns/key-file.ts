import { type Problem, problem } from "../../protocol/problems.ts";
import { readBounded } from "../../vendor/files.ts";
import { checkName } from "./name.ts";
import { TSIG_ALGORITHMS, type TsigAlgorithm, type TsigKey } from "./tsig.ts";

// A secret may hold two slashes, so what is quoted is matched first and stays.
const QUOTED_OR_COMMENT = /("[^"\n]*")|\/\*[\s\S]*?\*\/|(?:\/\/|#).*$/gm;
const KEY = /^\s*key\s+("?)([^\s"{};]+)\1\s*\{([^{}]*)\}\s*;?\s*$/;
const STATEMENT = /^\s*(algorithm|secret)\s+("?)([^\s"]+)\2\s*$/;
const BASE64 = /^[A-Za-z0-9+/]{2,}={0,2}$/;
const LARGEST = 64 * 1024;

/** Reads the file that BIND's `tsig-keygen` writes. Throws BAD_INPUT, which names the file. */
export async function readTsigKeyFile(path: string): Promise<TsigKey> {
  return parseTsigKey(readBounded(path, LARGEST), path);
}

/**
 * The one key in `key "name" { algorithm hmac-sha256; secret "…"; };`. Throws BAD_INPUT; its sentence names `path`
 * and never quotes the file, which holds a secret.
 */
export function parseTsigKey(text: string, path: string): TsigKey {
  if (text.length > LARGEST) throw unusable(path, "is too large to be one");
  const [, , name, body] = KEY.exec(text.replace(QUOTED_OR_COMMENT, "$1")) ?? [];
  if (name === undefined || body === undefined) {
    throw unusable(
      path,
      'does not hold exactly one key of the form: key "name" { algorithm …; secret "…"; };',
    );
  }
  const statements = new Map<string, string>();
  for (const statement of body.split(";").filter((part) => part.trim() !== "")) {
    const [, word, , value] = STATEMENT.exec(statement) ?? [];
    if (word === undefined || value === undefined || statements.has(word)) {
      throw unusable(path, "must name one algorithm and one secret, and nothing else");
    }
    statements.set(word, value);
  }
  return {
    name: checkName(name, `The key's name in ${path}`),
    algorithm: readAlgorithm(statements.get("algorithm"), path),
    secret: readSecret(statements.get("secret"), path),
  };
}

function readAlgorithm(name: string | undefined, path: string): TsigAlgorithm {
  const algorithm = (name ?? "").toLowerCase();
  if (isAlgorithm(algorithm)) return algorithm;
  const known = Object.keys(TSIG_ALGORITHMS).join(", ");
  throw unusable(path, `names the algorithm "${algorithm}"; make the key with one of ${known}`);
}

function readSecret(text: string | undefined, path: string): Uint8Array {
  if (text !== undefined && text.length % 4 === 0 && BASE64.test(text)) return Buffer.from(text, "base64");
  throw unusable(path, "has no secret in base64");
}

function isAlgorithm(name: string): name is TsigAlgorithm {
  return Object.hasOwn(TSIG_ALGORITHMS, name);
}

function unusable(path: string, reason: string): Problem {
  return problem("BAD_INPUT", `The TSIG key file ${path} ${reason} (tsig-keygen writes such a file).`);
}
