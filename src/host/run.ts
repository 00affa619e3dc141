import type { Logger } from "pino";
import type { OnlineVendor } from "../client/ask-vendor.ts";
import { type CertificateFiles, readCertificate } from "../vendor/certificate.ts";
import { type AdminAddress, type OpenAdmin, openAdmin } from "./admin/open.ts";
import { followCertificate } from "./certificate-watch.ts";
import { notePort } from "./describe.ts";
import { openIdentity, storePath } from "./folder.ts";
import { followSettings } from "./follow-settings.ts";
import { listenFromFronts } from "./front/fronts.ts";
import { createSettler, signAnswers } from "./host.ts";
import { type ActivationListener, listen } from "./http.ts";
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
  /** Serves HTTPS with this certificate, and takes over another one that takes its place. */
  readonly certificate?: CertificateFiles | undefined;
  /** Requests a second that one address may make, and ten times as many at once; undefined or 0 is no limit. */
  readonly rateLimit?: number | undefined;
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

/** A host that serves. */
export interface RunningHost {
  readonly listener: ActivationListener;
  readonly store: Store;
  readonly name: string;
  readonly situation: () => Situation;
  /** Where administrators reach it, and the token that they send. */
  readonly admin: Pick<OpenAdmin, "url" | "token"> | undefined;
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
  const { rateLimit, certificate: files } = config;
  const open = async (wanted: number): Promise<ActivationListener> => {
    const certificate = files && readCertificate(files, clock());
    const where = { address, port: wanted, rateLimit, certificate };
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
  const onRenewed = () => log.info("Clients are shown the new certificate.");
  const lookAtCertificate = files && followCertificate(files, { listener, clock, onRenewed, onTrouble });
  let reloading: Promise<void> = Promise.resolve();
  const reload = () => {
    reloading = reloading.catch(() => {}).then(takeOver);
    return reloading;
  };
  const takeOver = async () => {
    const before = situation();
    lookAtCertificate?.();
    await live.refresh();
    logChanges(log, before, situation());
    await orders.refresh();
    await follow(situation().settings);
  };
  const refreshing = setInterval(
    () => reload().catch((error: Error) => onTrouble(error.message)),
    REFRESH_EVERY,
  );
  opened.defer(async () => {
    clearInterval(refreshing);
    await reloading.catch(() => {});
  });
  const published = () => (situation().settings.dnsPublishing ? [...outcomes.values()] : []);
  const { events } = upkeep;
  const activation = () => listener.url;
  const watched = { folder, identity, store, situation, orders, meters, events, published, activation };
  const admin = config.admin && openAdmin(config.admin, { ...watched, reload, started, clock, log });
  if (admin) opened.defer(admin.stop);
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
}
