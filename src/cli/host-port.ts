import { runningHost } from "../host/describe.ts";
import type { SettingChange } from "../host/settings-change.ts";
import type { Store } from "../host/store.ts";
import { eventFields } from "../protocol/events.ts";

/** What a running host made of another port. */
export interface PortOutcome {
  /** The port it listens on; undefined when it does not run. */
  readonly listening: number | undefined;
  /** False when it was still on another port at the end of the waiting. */
  readonly isSettled: boolean;
  /** The name of the problem for which it put the setting back. */
  readonly refused?: string;
}

/** How long a running host has to take a port, in milliseconds; it looks at its settings every second. */
const PATIENCE = 5_000;
const LOOK_EVERY = 50;

/** Waits until a running host listens on the port it was told, has refused it, or time is up. */
export async function portOutcome(
  store: Store,
  folder: string,
  { from, to }: SettingChange,
): Promise<PortOutcome> {
  const wanted = Number(to);
  const start = runningHost(folder)?.port;
  const isThere = (port: number) => (wanted === 0 ? from === to || port !== start : port === wanted);
  for (let waited = 0; ; waited += LOOK_EVERY) {
    const listening = runningHost(folder)?.port;
    if (listening === undefined || isThere(listening)) return { listening, isSettled: true };
    const refused = await refusal(store, to);
    if (refused !== undefined) return { listening, isSettled: true, refused };
    if (waited >= PATIENCE || from === to) return { listening, isSettled: false };
    await Bun.sleep(LOOK_EVERY);
  }
}

/** A host that cannot have a port puts the setting back, and says in the event why. */
async function refusal(store: Store, wanted: string): Promise<string | undefined> {
  const [latest] = await store.events({ id: 12402, limit: 1 });
  const { name, from, by = "" } = eventFields(12402, latest?.info ?? "");
  return name === "port" && from === wanted ? /^host (\w+)$/.exec(by)?.[1] : undefined;
}
