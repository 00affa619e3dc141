import type { Logger } from "pino";
import type { OnlineVendor } from "../client/ask-vendor.ts";
import { Problem } from "../protocol/problems.ts";
import { writeCheck } from "./admin/health.ts";
import { addReadings } from "./admin/metrics.ts";
import { serveAdmin } from "./admin/server.ts";
import { openToken } from "./admin/token.ts";
import { notePort } from "./describe.ts";
import { openIdentity, storePath } from "./folder.ts";
import { followSettings } from "./follow-settings.ts";
import { listenFromFronts } from "./front/fronts.ts";
import { createSettler, signAnswers } from "./host.ts";
import { type Address, type Listener, listen } from "./http.ts";
import { reportLicense } from "./license-watch.ts";
import { lockFolder } from "./lock.ts";
import { silentLog } from "./log.ts";
import { createMeters } from "./meters.ts";
import { listenMovably } from "./movable-listener.ts";
import { publishMovably } from "./movable-publication.ts";
import type { PublishedOutcome, Publishing } from "./publisher.ts";
import { openRearmOrders } from "./rearm-orders.ts";
import { keepRenewed } from "./renewal.ts";
import { reportSeats } from "./seats-watch.ts";
import { openSituation, type Situation } from "./situation.ts";
import { logChanges } from "./situation-log.ts";
import { openSqliteStore } from "./sqlite/store.ts";
import type { Store } from "./store.ts";
import { openTicketOffice } from "./ticket.ts";
import { startUpkeep } from "./upkeep.ts";

/** What `muster host run` is told. */
export interface HostConfig {
  readonly folder: string;
  readonly address: string;
  /** Overrides the port of the host's settings; 0 takes a free one. */
  readonly port?: number | undefined;
  /** How many threads serve HTTP beside this one; without them this one does it as well. */
  readonly fronts?: number | undefined;
  /** How to be found in DNS; undefined publishes nothing. */
  readonly publishing?: Publishing | undefined;
  /** Where to renew the host licence; undefined leaves that to a person. */
  readonly vendor?: OnlineVendor | undefined;
  /** Where administrators reach the host; undefined opens no listener for them. */
  readonly admin?: AdminAddress | undefined;
  readonly clock: () => number;
  /** Told what went wrong while the host goes on. */
  readonly onTrouble: (sentence: string) => void;
  readonly log?: Logger | undefined;
}

/** Where an admin listener is to be. */
export interface AdminAddress extends Address {
  /** Whether another port will not do: the host does not start when this one is taken. */
  readonly isFixed?: boolean | undefined;
}

/** A host that serves. */
export interface RunningHost {
  readonly listener: Listener;
  readonly store: Store;
  readonly name: string;
  readonly situation: () => Situation;
  /** Where administrators reach it, and the token that they send. */
  readonly admin: { readonly url: string; readonly token: string } | undefined;
  /** Resolves when the host has first tried to publish itself in DNS, or at once when it does not. */
  readonly published: Promise<void>;
  /** Takes over at once what was changed in its folder or store. Throws, and keeps what it has, when that is unusable. */
  reload(): Promise<void>;
  /**
   * Goes on publishing in these domains, by this server and key; a host that was started without DNS stays so. Throws
   * BAD_INPUT, and keeps what it has.
   */
  republish(publishing: Publishing | undefined): Promise<void>;
  /** Answers what was accepted, then closes everything. */
  stop(): Promise<void>;
}

/** How often a running host looks whether its licence, catalogue or settings were changed by another command. */
const REFRESH_EVERY = 1000;

/** The host role. Throws NOT_INITIALIZED, IN_USE, PORT_IN_USE, BAD_INPUT, STORE_NEWER, and leaves nothing open then. */
export async function runHost(config: HostConfig): Promise<RunningHost> {
  openIdentity(config.folder);
  await using opened = new AsyncDisposableStack();
  const lock = lockFolder(config.folder);
  opened.defer(() => lock.release());
  const running = await serve(config, opened);
  const toClose = opened.move();
  return { ...running, stop: () => toClose.disposeAsync() };
}

async function serve(config: HostConfig, opened: AsyncDisposableStack): Promise<Omit<RunningHost, "stop">> {
  const { folder, address, port, clock, onTrouble, log = silentLog() } = config;
  const started = clock();
  const identity = openIdentity(folder);
  const store = openSqliteStore({ path: storePath(folder), machine: identity.name });
  opened.defer(() => store.close());
  const tickets = openTicketOffice(await store.ticketSecret());
  const live = await openSituation(folder, store);
  const situation = live.current;
  const orders = openRearmOrders(store, onTrouble);
  await orders.refresh();
  const meters = createMeters();
  const commit = meters.measured(orders.commit);
  const settler = createSettler({
    identity,
    store: { commit },
    tickets,
    situation,
    port: () => listener.port,
    clock,
  });
  const host = signAnswers(settler, identity);
  const fronts = { folder, onTrouble, onRefused: meters.refused };
  const open = async (wanted: number): Promise<Listener> => {
    const where = { address, port: wanted };
    if (config.fronts) return listenFromFronts(settler, where, { ...fronts, count: config.fronts });
    return listen(host, where, meters.refused);
  };
  const listener = await listenMovably(open, port ?? situation().settings.port);
  opened.defer(() => listener.stop());
  const onMove = (moved: number) => notePort(folder, moved);
  onMove(listener.port);
  log.info({ host: identity.id, name: identity.name, url: listener.url }, "The host answers.");
  const outcomes = new Map<string, PublishedOutcome>();
  const onOutcome = (outcome: PublishedOutcome) => {
    outcomes.set(outcome.domain, outcome);
    if (!outcome.problem) log.info({ domain: outcome.domain }, "The host is published in DNS.");
  };
  const publication =
    config.publishing && publishMovably(config.publishing, { folder, store, clock, onTrouble, onOutcome });
  opened.defer(() => publication?.stop());
  const follow = followSettings(
    { listener, publication, store, clock, onMove, onTrouble },
    situation().settings,
  );
  opened.defer(reportSeats({ situation, store, clock, onTrouble }));
  opened.defer(reportLicense({ situation, store, clock }));
  if (config.vendor) {
    opened.defer(keepRenewed({ folder, vendor: config.vendor, situation, store, clock, onTrouble }));
  }
  const upkeep = startUpkeep({ store, situation, clock, log });
  opened.defer(() => upkeep.stop());
  let reloading: Promise<void> = Promise.resolve();
  const reload = () => {
    reloading = reloading.catch(() => {}).then(takeOver);
    return reloading;
  };
  const takeOver = async () => {
    const before = situation();
    await live.refresh();
    logChanges(log, before, situation());
    await orders.refresh();
    await follow(situation().settings);
  };
  const refreshing = setInterval(
    () => reload().catch((error: Error) => onTrouble(error.message)),
    REFRESH_EVERY,
  );
  opened.defer(() => clearInterval(refreshing));
  const admin = config.admin && openAdmin(config.admin);
  const name = identity.name;
  return {
    listener,
    store,
    name,
    situation,
    admin,
    published: publication?.attempted() ?? Promise.resolve(),
    reload,
    async republish(publishing) {
      if (publishing === undefined || publication === undefined) return;
      for (const domain of outcomes.keys()) if (!publishing.domains.includes(domain)) outcomes.delete(domain);
      await publication.change(publishing);
    },
  };

  function openAdmin(where: AdminAddress): RunningHost["admin"] {
    const token = openToken(folder);
    const published = () => (situation().settings.dnsPublishing ? [...outcomes.values()] : []);
    const parts = {
      folder,
      identity,
      store,
      situation,
      reload,
      orders,
      meters,
      published,
      started,
      clock,
      log,
    };
    const whole = {
      ...parts,
      events: upkeep.events,
      isWritable: writeCheck(store, clock),
      activation: () => listener.url,
    };
    const { url, stop } = serveSomewhere(where, (at) => serveAdmin(whole, token, at), log);
    opened.defer(stop);
    log.info({ url }, "Administrators reach the host.");
    addReadings(whole);
    return { url, token };
  }
}

/** Clients come first: a port for administrators that is taken does not keep the host from them. */
function serveSomewhere(
  { address, port, isFixed }: AdminAddress,
  open: (where: Address) => Listener,
  log: Logger,
): Listener {
  try {
    return open({ address, port });
  } catch (error) {
    if (isFixed || !(error instanceof Problem) || error.name !== "PORT_IN_USE") throw error;
    const listener = open({ address, port: 0 });
    log.warn(`${error.message} Until then administrators reach this host at ${listener.url}.`);
    return listener;
  }
}
