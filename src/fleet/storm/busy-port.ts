import { problemResponse } from "../../host/problem-response.ts";
import { problem } from "../../protocol/problems.ts";

/** Seconds. */
const RETRY_AFTER = 30;

/** What stands before a host that is not up yet, as a load balancer does: it answers 503 to everything. */
export function answerBusy(port: number): { readonly answered: () => number; stop(): Promise<void> } {
  let answered = 0;
  const server = Bun.serve({
    hostname: "0.0.0.0",
    port,
    fetch() {
      answered++;
      return problemResponse(
        problem("STORE_UNAVAILABLE", "The host is not up yet.", { retryAfter: RETRY_AFTER }),
      );
    },
  });
  return { answered: () => answered, stop: () => server.stop(true) };
}
