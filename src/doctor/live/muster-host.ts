import { ACTIVATIONS_PATH } from "../../protocol/messages.ts";

/** What a GET on the activation port of a Muster host tells: that it is one, and what time it has. */
export interface MusterAnswer {
  readonly isMuster: boolean;
  /** How far this machine is ahead of the host, in milliseconds; only to the second, as HTTP's Date is. */
  readonly ahead: number | undefined;
}

const UNKNOWN: MusterAnswer = { isMuster: false, ahead: undefined };

/** Asks what a host says to a request that it refuses, by HTTP or HTTPS. No activation is asked for. Never throws. */
export async function askMuster(
  host: string,
  port: number,
  timeout: number,
  now: () => number,
): Promise<MusterAnswer> {
  const place = `${host.includes(":") ? `[${host}]` : host}:${port}${ACTIVATIONS_PATH}`;
  const plain = await askAt(`http://${place}`, timeout, now);
  return plain.isMuster ? plain : askAt(`https://${place}`, timeout, now);
}

async function askAt(url: string, timeout: number, now: () => number): Promise<MusterAnswer> {
  const started = now();
  try {
    const response = await fetch(url, {
      redirect: "manual",
      signal: AbortSignal.timeout(timeout),
      // Whether its certificate is trusted is the client's concern; here it only counts what listens there.
      tls: { rejectUnauthorized: false },
    });
    const date = Date.parse(response.headers.get("date") ?? "");
    const body = (await response.json()) as { name?: unknown };
    const middle = (started + now()) / 2;
    return {
      isMuster: response.status === 405 && body.name === "METHOD_NOT_ALLOWED",
      ahead: Number.isNaN(date) ? undefined : Math.round(middle - date),
    };
  } catch {
    return UNKNOWN;
  }
}
