import type { Place } from "../evidence/place.ts";
import type { Case } from "./case.ts";
import type { Client } from "./client.ts";

/** The kind of key that a client's machine holds. */
export interface HeldKey {
  /** As a description ends: `VOLUME_KMSCLIENT`, `VOLUME_MAK`, `RETAIL`, `OEM_DM`. */
  readonly channel: string;
  /** `?` when it is not stated. */
  readonly lastFive: string;
  readonly places: readonly Place[];
}

const CHANNELS: Readonly<Record<string, string>> = {
  "volume:gvlk": "VOLUME_KMSCLIENT",
  "volume:mak": "VOLUME_MAK",
  retail: "RETAIL",
};

/**
 * The key by what slmgr prints of it, else by the newest state that the service logged (8230), which tells its kind and
 * last five characters also where nobody has run slmgr. Undefined when nothing says.
 */
export function heldKeyOf({ report, events }: Pick<Client, "report" | "events">): HeldKey | undefined {
  const lastFive = report?.partialKey?.value;
  if (report?.channel !== undefined) {
    const places = [report.channel.at, report.keyChannel?.at].filter((place) => place !== undefined);
    return { channel: report.channel.value, lastFive: lastFive || "?", places };
  }
  const state = events.findLast(({ id, fields }) => id === 8230 && fields.ProductKeyType !== undefined);
  if (state === undefined) return undefined;
  const kind = (state.fields.ProductKeyType ?? "").toLowerCase();
  const channel = CHANNELS[kind] ?? kind.toUpperCase().replace(":", "_");
  return { channel, lastFive: state.fields.PartialProductKey ?? "?", places: [state.at] };
}

/** A product of the same kind, Windows or an Office, that is activated on the machine of one that is not. */
export function activeBeside({ clients }: Case, client: Client): Client | undefined {
  const { label, product, state } = client;
  if (state !== "notActivated") return undefined;
  return clients.find(
    (other) =>
      other.label === label &&
      other.product !== product &&
      other.state === "activated" &&
      other.report !== undefined &&
      kindOf(other) === kindOf(client),
  );
}

/** Windows or Office; a suite, Visio and Project stand beside each other, and are products of their own. */
function kindOf({ report }: Client): string {
  const name = `${report?.name?.value ?? ""} ${report?.description?.value ?? ""}`;
  const part = /visio|project/i.exec(name)?.[0].toLowerCase() ?? "";
  return /office/i.test(name) ? `office ${part}` : (report?.application?.value ?? "windows");
}

/** Whether a product with a key is left over beside one that is activated: nobody tries to activate it. */
export function isLeftover(the: Case, client: Client): boolean {
  const { exchanges, askers, attempts } = client;
  return exchanges.length + askers.length + attempts.length === 0 && activeBeside(the, client) !== undefined;
}
