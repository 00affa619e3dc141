import type { SrvRecord } from "../../client/discovery.ts";
import { openIdentity } from "../../host/folder.ts";
import { takeStore } from "../../host/folder-store.ts";
import { createHost } from "../../host/host.ts";
import { openSituation } from "../../host/situation.ts";
import { openTicketOffice } from "../../host/ticket.ts";
import type { Ask, Machines } from "./machines.ts";

/** How many machines ask at once. */
const AT_ONCE = 1000;

/**
 * Activates machines with a host that does not run, in this process, and makes their next attempt due: they hold a
 * lease and a ticket, and the host knows them. `store` as `muster host run --store` takes it; `hosts` are those that the
 * machines find in DNS, and remember.
 */
export async function activateBeforehand(
  folder: string,
  store: string | undefined,
  machines: Machines,
  number: number,
  hosts: readonly SrvRecord[],
): Promise<void> {
  const opened = await takeStore(folder, store);
  const situation = await openSituation(folder, opened);
  const tickets = openTicketOffice(await opened.ticketSecret());
  const host = createHost({
    identity: openIdentity(folder),
    store: opened,
    tickets,
    situation: situation.current,
    port: () => 0,
    clock: Date.now,
  });
  const ask: Ask = async ({ port }, address, request) => ({
    ...(await host.activate(request, address)),
    port,
  });
  let next = 0;
  const activateSome = async () => {
    while (next < number) {
      const machine = next++;
      // The first ones come before the count suffices, and ask again.
      while (!(await machines.attempt(machine, ask, hosts)).activated) await Bun.sleep(1);
      machines.wake(machine);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, activateSome));
  await host.idle();
  await opened.close();
}
