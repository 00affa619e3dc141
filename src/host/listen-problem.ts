import { problem } from "../protocol/problems.ts";

/** What to say when a port could not be opened; `option` is how to choose another. What is no such error stays as it is. */
export function listenProblem(
  error: unknown,
  { address, port, option }: { readonly address: string; readonly port: number; readonly option: string },
): unknown {
  const { code } = error as { code?: string };
  const cause = { cause: error };
  if (code === "EADDRINUSE") {
    return problem(
      "PORT_IN_USE",
      `Port ${port} is taken on ${address}; stop the program that has it, or choose another with ${option}.`,
      cause,
    );
  }
  if (code === "EACCES") {
    return problem(
      "ACCESS_DENIED",
      `This account may not listen on port ${port}; choose one above 1023 with ${option}.`,
      cause,
    );
  }
  return error;
}
