import { connect } from "node:net";
import { type Problem, problem } from "../protocol/problems.ts";
import { connectionProblem } from "./ask.ts";
import type { Reach } from "./paths.ts";
import { formatTarget, type Target } from "./target.ts";

/** Reaches over TCP; `timeout` is milliseconds. */
export function createReach(timeout: number): Reach {
  return async (target, address, signal) => {
    const error = await knock(target, address, timeout, signal);
    if (error === undefined) return undefined;
    if (error === "silent")
      return problem(
        "CONNECTION_TIMED_OUT",
        `${formatTarget(target)} did not answer within ${timeout / 1000} s.`,
      );
    return reasonOf(target, address, timeout);
  };
}

/** Opens a connection, sends nothing, and closes it. */
function knock(
  { port }: Target,
  address: string,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<undefined | "silent" | "failed"> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const socket = connect({ host: address, port });
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      socket.destroy();
      settle();
    };
    const stop = () => end(() => reject(signal?.reason));
    const timer = setTimeout(() => end(() => resolve("silent")), timeout);
    socket.once("connect", () => end(() => resolve(undefined)));
    socket.on("error", () => end(() => resolve("failed")));
    signal?.addEventListener("abort", stop);
  });
}

/**
 * Bun's sockets call every connection that fails ECONNREFUSED; its `fetch` keeps the system's own code. The port is
 * shut, so that nothing is sent by asking again.
 */
async function reasonOf(target: Target, address: string, timeout: number): Promise<Problem | undefined> {
  const { port } = target;
  const url = `http://${formatTarget({ host: address, port })}/`;
  const options = { method: "HEAD", redirect: "manual", signal: AbortSignal.timeout(timeout) } as const;
  try {
    await fetch(url, { ...options, proxy: false } as RequestInit);
    return undefined;
  } catch (error) {
    return connectionProblem(error, target, timeout);
  }
}
