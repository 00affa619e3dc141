import type { Case } from "./case.ts";
import type { Exchange } from "./exchange.ts";

/** A try of a machine that a host refused with some code. */
export interface Refused {
  readonly label: string;
  readonly exchange: Exchange;
}

const DAY = 24 * 60 * 60_000;

/** All tries that hosts refused with a code, as the clients logged it in 12288. */
export function refusedWith(the: Case, code: number): Refused[] {
  return the.clients.flatMap(({ label, exchanges }) =>
    exchanges.filter((exchange) => exchange.code === code).map((exchange) => ({ label, exchange })),
  );
}

/** A refusal is over when somebody had an answer of the same host later, or when it is long ago. */
export function isOver(the: Case, { time, host }: Exchange): boolean {
  if (the.now - time > DAY) return true;
  return the.clients.some(({ exchanges }) =>
    exchanges.some((later) => later.time > time && later.host === host && later.code === 0),
  );
}
