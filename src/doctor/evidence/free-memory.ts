import type { Evidence } from "./model.ts";

const LARGE = 200_000;
/** Less than this is not worth the time. */
const GROWN = 6 << 20;
let kept = 0;

/**
 * Frees what is no longer used, when the evidence holds so many requests that it matters: left to itself, the runtime
 * lets as much pile up as it has in use. Takes a tenth of a second, so between steps and not within them.
 */
export function freeMemory({
  sent,
  answered,
  handled,
}: Pick<Evidence, "sent" | "answered" | "handled">): void {
  if (sent.length + answered.length + handled.length < LARGE) return;
  if (process.memoryUsage().rss - kept < GROWN) return;
  Bun.gc(true);
  kept = process.memoryUsage().rss;
}
