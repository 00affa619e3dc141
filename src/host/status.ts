import type { Overage } from "../protocol/host-license.ts";
import { DAY } from "../protocol/time.ts";
import { type Grant, type HostIdentity, isValid, openIdentity } from "./folder.ts";
import { openHostStore } from "./folder-store.ts";
import { isLocked } from "./lock.ts";
import { type HandOver, readHandOver } from "./moving/hand-over.ts";
import { openSituation } from "./situation.ts";
import type { Store } from "./store.ts";

/** A host at a glance. */
export interface HostStatus {
  readonly host: string;
  readonly name: string;
  readonly running: boolean;
  readonly licensed: boolean;
  /** Why it is not licensed, in a few words. */
  readonly reason?: string;
  /** That its store was handed over, so that clients get nothing here; undefined while it serves. */
  readonly handedOver: HandOver | undefined;
  /** Whole days until the host licence ends. */
  readonly daysLeft: number;
  readonly seats: number | undefined;
  /** What happens when the seats are taken; undefined without a licence. */
  readonly overage: Overage | undefined;
  readonly leased: number;
  /** What the store takes on disk. */
  readonly storeBytes: number;
  /** How many of the leases are more than there are seats. */
  readonly aboveSeats: number;
  readonly applications: readonly {
    readonly id: string;
    readonly name: string;
    readonly current: number;
    readonly unique: number;
    /** The required counts of its products, ascending. */
    readonly required: readonly number[];
  }[];
}

/** Looks at the host in a folder, whether it runs or not. Throws NOT_INITIALIZED. */
export async function hostStatus(folder: string, now: number): Promise<HostStatus> {
  const identity = openIdentity(folder);
  const store = await openHostStore(folder);
  try {
    const { grant } = (await openSituation(folder, store)).current();
    const described = await describeStatus(identity, grant, store, now);
    return { ...described, running: isLocked(folder), storeBytes: await store.bytes() };
  } finally {
    await store.close();
  }
}

/** What a host can say of itself without knowing whether it runs. */
export async function describeStatus(
  { id, name }: Pick<HostIdentity, "id" | "name">,
  { catalogue, license }: Grant,
  store: Pick<Store, "figures" | "leased" | "setting">,
  now: number,
): Promise<Omit<HostStatus, "running" | "storeBytes">> {
  const applications = [];
  for (const application of catalogue.applications) {
    const { current, unique } = await store.figures(application.id, now);
    const products = catalogue.products.filter((product) => product.application === application.id);
    const required = [...new Set(products.map(({ policy }) => policy.required))].sort(
      (one, two) => one - two,
    );
    applications.push({ id: application.id, name: application.name, current, unique, required });
  }
  const leased = await store.leased(now);
  const licensed = isValid(license, now);
  const reason =
    license === undefined
      ? "it has no host licence; run muster host activate"
      : "its host licence is not valid today; renew it";
  return {
    host: id,
    name,
    licensed,
    ...(licensed ? {} : { reason }),
    handedOver: await readHandOver(store),
    daysLeft: license === undefined ? 0 : Math.max(0, Math.floor((license.expires - now) / DAY)),
    seats: license?.seats,
    overage: license?.overage,
    leased,
    aboveSeats: Math.max(0, leased - (license?.seats ?? leased)),
    applications,
  };
}
