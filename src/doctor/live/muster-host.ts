import { ACTIVATIONS_PATH } from "../../protocol/messages.ts";

/** What a GET on the activation port of a Muster host tells: that it is one, and what time it has. */
export interface MusterAnswer {
  readonly isMuster: boolean;
  /** How far this machine is ahead of the host, in milliseconds; only to the second, as HTTP's Date is. */
  readonly ahead: number | undefined;
}

/** Asks what a host says to a request that it refuses. No activation is asked for. Never throws. */
export async function askMuster(
  host: string,
  port: number,
  timeout: number,
  now: () => number,
): Promise<MusterAnswer> {
  const name = host.includes(":") ? `[${host}]` : host;
  const started = now();
  try {
    const response = await fetch(`http://${name}:${port}${ACTIVATIONS_PATH}`, {
      redirect: "manual",
      signal: AbortSignal.timeout(timeout),
    });
    const date = Date.parse(response.headers.get("date") ?? "");
    const body = (await response.json()) as { name?: unknown };
    const middle = (started + now()) / 2;
    return {
      isMuster: response.status === 405 && body.name === "METHOD_NOT_ALLOWED",
      ahead: Number.isNaN(date) ? undefined : Math.round(middle - date),
    };
  } catch {
    return { isMuster: false, ahead: undefined };
  }
}
