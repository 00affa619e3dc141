import { Problem } from "../src/protocol/problems.ts";

/** The problem that this call throws; a test fails when it returns or throws anything else. */
export function problemIn(call: () => unknown): Problem {
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error(`No problem was thrown; the call gave ${JSON.stringify(result)}.`);
}

/** The problem that this promise is rejected with; a test fails when it resolves or is rejected otherwise. */
export async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const settled = await promise.then(
    (result) => () => result,
    (error: unknown) => () => {
      throw error;
    },
  );
  return problemIn(settled);
}
