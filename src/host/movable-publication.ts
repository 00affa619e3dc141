import { isDeepStrictEqual } from "node:util";
import { keepInDns, type Publication, type WantedInDns } from "./publication.ts";
import type { Publishing } from "./publisher.ts";

/** A publication whose domains, server and key may change while it goes on. */
export interface MovablePublication extends Publication {
  /**
   * Goes on with these, and publishes at once when they are others than before. Throws BAD_INPUT as `keepInDns`, and
   * keeps what it has.
   */
  change(publishing: Publishing): Promise<void>;
}

/** Keeps DNS as it is wanted, now by these domains, server and key, and later by others. */
export function publishMovably(
  publishing: Publishing,
  parts: Parameters<typeof keepInDns>[1],
): MovablePublication {
  let known = publishing;
  let current = keepInDns(publishing, parts);
  let last: WantedInDns | undefined;
  return {
    want(wanted) {
      last = wanted;
      current.want(wanted);
    },
    attempted: () => current.attempted(),
    stop: () => current.stop(),
    async change(to) {
      if (isDeepStrictEqual(to, known)) return;
      const next = keepInDns(to, parts);
      const old = current;
      current = next;
      known = to;
      await old.stop();
      if (last) next.want(last);
    },
  };
}
