import * as z from "zod";
import { isValid } from "../folder.ts";
import { readHandOver } from "../moving/hand-over.ts";
import type { Store } from "../store.ts";
import type { Admin } from "./admin.ts";
import { route } from "./route.ts";

/** Anybody may ask, so the disk is written to at most once in so many milliseconds. */
const WRITE_EVERY = 5000;

const healthSchema = z
  .object({
    status: z.enum(["ok", "failing"]),
    reasons: z.array(z.string()).optional().describe("Names of problems."),
  })
  .meta({ id: "Health" });

const showHealth = route({
  method: "GET",
  path: "/healthz",
  summary:
    "200 when the store takes writes and was not handed over, the licence is valid and the host is published; else 503 and the reasons.",
  isOpen: true,
  gives: healthSchema,
  async handle(_, admin) {
    const reasons = await faultsOf(admin);
    if (reasons.length > 0) return Response.json({ status: "failing", reasons }, { status: 503 });
    return { status: "ok" as const };
  },
});

/** The calls that monitoring makes without a token. */
export const healthRoutes = [showHealth];

/** A function that tells whether the store takes writes, as of the last few seconds. */
export function writeCheck(store: Pick<Store, "checkWritable">, clock: () => number): () => Promise<boolean> {
  let at = Number.NEGATIVE_INFINITY;
  let isWritable = Promise.resolve(false);
  return () => {
    const now = clock();
    if (Math.abs(now - at) < WRITE_EVERY) return isWritable;
    at = now;
    isWritable = store.checkWritable(now).then(
      () => true,
      () => false,
    );
    return isWritable;
  };
}

async function faultsOf({ situation, clock, published, isWritable, store }: Admin): Promise<string[]> {
  const { license } = situation().grant;
  const isStored = await isWritable();
  // A store that goes away in between is told of the next time.
  const handOver = isStored ? await readHandOver(store).catch(() => undefined) : undefined;
  return [
    ...(isStored ? [] : ["STORE_UNAVAILABLE"]),
    ...(handOver ? ["HANDED_OVER"] : []),
    ...(isValid(license, clock()) ? [] : [license === undefined ? "HOST_NOT_ACTIVATED" : "LICENSE_EXPIRED"]),
    ...new Set(published().flatMap(({ problem }) => problem?.name ?? [])),
  ];
}
