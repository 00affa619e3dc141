import type { CaseVerdict } from "../../src/doctor/assess.ts";
import type { CauseId } from "../../src/doctor/cause.ts";
import { CLOUD_BREAKS } from "./breaks/cloud.ts";
import { COUNT_BREAKS } from "./breaks/count.ts";
import { DNS_BREAKS } from "./breaks/dns.ts";
import { HOST_BREAKS } from "./breaks/host.ts";
import { NETWORK_BREAKS } from "./breaks/network.ts";
import { PRODUCT_BREAKS } from "./breaks/product.ts";
import type { Files } from "./evidence.ts";
import { type Wishes, worldOf } from "./fleet/build.ts";
import { filesOf, type HandOver } from "./fleet/hand-over.ts";
import { live } from "./fleet/live.ts";
import { addNoise } from "./fleet/noise.ts";
import type { World } from "./fleet/world.ts";

/** One fault, and what is to be found of it. */
export interface Break {
  readonly name: string;
  /** What may come first: the cause, or those that the evidence cannot tell from it. */
  readonly first: readonly CauseId[];
  readonly verdict: CaseVerdict;
  readonly wishes?: Wishes;
  /** Breaks it before its time passes; answers what is handed over afterwards. */
  harm(world: World): () => HandOver;
}

export const BREAKS: readonly Break[] = [
  ...DNS_BREAKS,
  ...NETWORK_BREAKS,
  ...HOST_BREAKS,
  ...COUNT_BREAKS,
  ...PRODUCT_BREAKS,
  ...CLOUD_BREAKS,
];

/** A fleet with one fault, as an administrator hands it over: another one for each seed. */
export function brokenFleet(fault: Break, seed: number): { readonly files: Files; readonly about: string } {
  const world = worldOf(seed, fault.wishes);
  addNoise(world);
  const handOver = fault.harm(world);
  live(world);
  const over = handOver();
  const parts = new Set(over.parts);
  if (world.random.chance(0.3)) parts.add("note");
  return {
    files: filesOf(world, { ...over, parts }),
    about: `${fault.name}, seed ${seed}: ${world.clients.length} clients, ${world.hosts.length} hosts, ${[...parts].join(" ")}; ${world.noise.join(", ")}; watched ${over.clients.map(({ name }) => name).join(" ")}`,
  };
}
