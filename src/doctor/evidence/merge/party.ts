import type { Origin, ProductReport } from "../model.ts";

/** One stretch of one file with what is in it that tells whose it is. */
export interface Stretch {
  readonly origin: Origin;
  /** Place among the stretches of its file. */
  readonly order: number;
  /** First line of it that is known; 0 when none is. */
  readonly line: number;
  readonly products: readonly ProductReport[];
  /** Activation ids that are named in it in any way. */
  readonly skus: ReadonlySet<string>;
  /** CMIDs that its events state, where the events do not say whose they are. */
  readonly cmids: readonly { readonly product: string; readonly cmid: string }[];
  readonly isHost: boolean;
  readonly isClient: boolean;
  /** Whether it tells of products or events of one machine; DNS answers and the like need not. */
  readonly isOfMachine: boolean;
  /** Lower case. */
  readonly names: readonly string[];
}

/** Windows, as an application. */
const WINDOWS = "55c92734-d682-4d71-983e-d6ec3f16059f";
/** Parts that stand beside the edition and have a key of their own. */
const ADD_ON = /add-on|\bESU\b|Extended Security/i;

/** What is known of one machine: by the stretches that are its own and the events it wrote. */
export class Party {
  readonly stretches: Stretch[] = [];
  isHost = false;
  isClient = false;
  /** Names that stand for it, lower case. */
  readonly names = new Set<string>();
  /** Extended PIDs by activation id. */
  readonly pids = new Map<string, Set<string>>();
  /** CMIDs by activation id. */
  readonly cmids = new Map<string, Set<string>>();
  /** Installation IDs by activation id: two machines of one image and one key have the same extended PID, and not these. */
  private readonly installations = new Map<string, Set<string>>();
  /** What was counted, by activation id and the moment of it. */
  private readonly counts = new Map<string, Set<string>>();
  /** Activation ids of Windows that have a key. */
  private readonly windows = new Set<string>();
  private readonly builds = new Set<string>();

  add(stretch: Stretch): void {
    this.stretches.push(stretch);
    this.isHost ||= stretch.isHost;
    this.isClient ||= stretch.isClient;
    for (const report of stretch.products) this.addReport(report);
    for (const { product, cmid } of stretch.cmids) this.addCmid(product, cmid);
  }

  /** Takes over all that another party is known by. */
  addAll(other: Party): void {
    for (const stretch of other.stretches) this.add(stretch);
    for (const name of other.names) this.names.add(name);
  }

  addCmid(product: string, cmid: string): void {
    put(this.cmids, product, cmid);
  }

  /** Whether anything in it could contradict another. */
  get isIdentified(): boolean {
    return this.pids.size + this.cmids.size + this.windows.size + this.builds.size > 0;
  }

  /** What it can be found by: its extended PIDs and CMIDs, each with its product. */
  identities(): string[] {
    const all = [...this.pids, ...this.cmids];
    return all.flatMap(([product, values]) => [...values].map((value) => `${product} ${value}`));
  }

  /** Whether the two cannot be one machine. */
  contradicts(other: Party): boolean {
    return (
      disagree(this.pids, other.pids) ||
      disagree(this.cmids, other.cmids) ||
      disagree(this.installations, other.installations) ||
      disagree(this.counts, other.counts) ||
      disjoint(this.windows, other.windows) ||
      disjoint(this.builds, other.builds)
    );
  }

  /** Whether one of the two is known as nothing but a host and the other as nothing but a client. */
  hasOtherRoleThan(other: Party): boolean {
    const isOnly = (one: Party, two: Party) => one.isHost && !one.isClient && two.isClient && !two.isHost;
    return isOnly(this, other) || isOnly(other, this);
  }

  private addReport(report: ProductReport): void {
    const {
      installationId,
      trustedTime,
      host,
      product,
      extendedPid,
      client,
      application,
      partialKey,
      name,
      serviceVersion,
    } = report;
    const id = product?.value ?? "";
    if (id !== "" && extendedPid !== undefined) put(this.pids, id, extendedPid.value);
    if (id !== "" && installationId !== undefined) put(this.installations, id, installationId.value);
    const { count, total } = host ?? {};
    if (count !== undefined)
      for (const time of trustedTime?.value.readings ?? [])
        put(this.counts, `${id} ${time}`, `${count.value} ${total?.value ?? ""}`);
    if (client?.cmid !== undefined) put(this.cmids, id, client.cmid.value);
    if (application?.value !== WINDOWS) return;
    const isMain = !ADD_ON.test(name?.value ?? "");
    if (isMain && id !== "" && (partialKey?.value ?? "") !== "") this.windows.add(id);
    const build = serviceVersion?.value.split(".")[2];
    if (build !== undefined) this.builds.add(build);
  }
}

function put(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, new Set([value]));
  else values.add(value);
}

type Sets = ReadonlyMap<string, ReadonlySet<string>>;

function disagree(one: Sets, two: Sets): boolean {
  return [...one].some(([key, values]) => disjoint(values, two.get(key) ?? new Set()));
}

/** Whether both have something and nothing in common. */
function disjoint(one: ReadonlySet<string>, two: ReadonlySet<string>): boolean {
  return one.size > 0 && two.size > 0 && one.isDisjointFrom(two);
}
