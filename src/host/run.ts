import type { Logger } from "pino";
import type { OnlineVendor } from "../client/ask-vendor.ts";
import { type CertificateFiles, readCertificate } from "../vendor/certificate.ts";
import { type AdminAddress, type OpenAdmin, openAdmin } from "./admin/open.ts";
import { openToken } from "./admin/token.ts";
import { noteRunning } from "./describe.ts";
import { openGrant, openIdentity } from "./folder.ts";
import { takeStore } from "./folder-store.ts";
import { createSettler } from "./host.ts";
import type { ActivationListener } from "./http.ts";
import { listenToClients } from "./listen-to-clients.ts";
import { lockFolder } from "./lock.ts";
import { silentLog } from "./log.ts";
import { createMeters } from "./meters.ts";
import { refuseHandedOver } from "./moving/hand-over.ts";
import { followHandOver, openGate } from "./moving/quiet.ts";
import { keepNoted } from "./note-host.ts";
import { publishRunning } from "./publish-running.ts";
import type { Publishing } from "./publisher.ts";
import { openRearmOrders } from "./rearm-orders.ts";
import { keepReloaded } from "./reload.ts";
import { openLeaseSigner } from "./signing/signer.ts";
import { openSituation, type Situation } from "./situation.ts";
import type { Store } from "./store.ts";
import { findDamage } from "./store-damage.ts";
import { watchStore } from "./store-watch.ts";
import { openTicketOffice } from "./ticket.ts";
import { startWatches } from "./watches.ts";

/** What `muster host run` is told. */
export interface HostConfig {
  readonly folder: string;
  /** `sqlite` for the file in its folder, or the address of a PostgreSQL database; undefined takes what it took last. */
  readonly store?: string | undefined;
  /** Serves again from a store that was handed over. */
  readonly takeBack?: boolean | undefined;
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
  /** A clock that nobody can set, milliseconds, to notice when the other one was; undefined does not look. */
  readonly monotonic?: (() => number) | undefined;
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
  /** Where administrators reach it, the token that they send, and links that sign their browsers in. */
  readonly admin: Omit<OpenAdmin, "stop"> | undefined;
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

/** The host role. Throws NOT_INITIALIZED, IN_USE, PORT_IN_USE, BAD_INPUT, STORE_NEWER, and leaves nothing open then. */
export async function runHost(config: HostConfig): Promise<RunningHost> {
  openIdentity(config.folder);
  await using opened = new AsyncDisposableStack();
  const lock = lockFolder(config.folder);
  opened.defer(() => lock.release());
  await refuseUnusable(config);
  const running = await serve(config, opened);
  const toClose = opened.move();
  return { ...running, stop: () => toClose.disposeAsync() };
}

/** Reads whatever else a host is made of before anything is written: one that cannot be used leaves all as it was. */
async function refuseUnusable({ folder, certificate, admin, clock }: HostConfig): Promise<void> {
  await openGrant(folder);
  if (certificate) readCertificate(certificate, clock());
  if (admin) openToken(folder);
}

/** Store, count, answer, be found, look after oneself: what is opened first is closed last. */
async function serve(config: HostConfig, opened: AsyncDisposableStack): Promise<Omit<RunningHost, "stop">> {
  const { folder, clock, onTrouble, log = silentLog() } = config;
  const started = clock();
  const identity = openIdentity(folder);
  const tellDamage = findDamage(folder, config.store);
  const takingBack = { isTakenBack: config.takeBack ?? false, by: "host run", now: started, onTrouble };
  const accept = (opened: Store) => refuseHandedOver(opened, takingBack);
  const store = await takeStore(folder, config.store, { accept, onTrouble });
  opened.defer(() => store.close());
  await tellDamage?.(store, clock(), onTrouble);
  const live = await openSituation(folder, store);
  const situation = live.current;
  const tickets = openTicketOffice(await store.ticketSecret());
  const watch = watchStore(
    {
      commit: (...batch) => store.commit(...batch),
      record: (...events) => store.record(...events),
    },
    { clock, log },
  );
  const orders = openRearmOrders(
    {
      commit: watch.commit,
      orderRearm: (...order) => store.orderRearm(...order),
      rearmOrders: () => store.rearmOrders(),
    },
    onTrouble,
  );
  await orders.refresh();
  const meters = createMeters();
  const counted = { commit: meters.measured(orders.commit) };
  const port = () => listener.port;
  const gate = openGate(createSettler({ identity, store: counted, tickets, situation, port, clock }));
  const signer = openLeaseSigner({ folder, identity, onTrouble });
  opened.defer(() => signer.stop());
  const listener = await listenToClients(gate.settler, config, { signer, situation, meters });
  opened.defer(() => listener.stop());
  noteRunning(folder, listener.port, config.publishing);
  log.info({ host: identity.id, name: identity.name, url: listener.url }, "The host answers.");
  const inDns = publishRunning(config, { store, situation, log });
  opened.defer(() => inDns.stop());
  const { publication } = inDns;
  const wanted = () => ({ on: situation().settings.dnsPublishing, port: listener.port });
  const stopFollowing = followHandOver({ store, gate, publication, wanted, clock, log });
  opened.defer(stopFollowing);
  const watches = startWatches(config, { store, situation, log });
  opened.defer(() => watches.stop());
  const reloading = keepReloaded(config, { live, orders, listener, inDns, store, watch, log });
  opened.defer(() => reloading.stop());
  const { published, republish } = inDns;
  const { reload } = reloading;
  const { events } = watches;
  const activation = () => listener.url;
  const stopNoting = keepNoted({ identity, store, activation, started, clock, onTrouble });
  opened.defer(stopNoting);
  const hasDns = inDns.publication !== undefined;
  const watched = {
    folder,
    identity,
    store,
    situation,
    orders,
    meters,
    events,
    published,
    hasDns,
    activation,
  };
  const admin = config.admin && openAdmin(config.admin, { ...watched, reload, started, clock, log });
  if (admin) opened.defer(admin.stop);
  const { name } = identity;
  return { listener, store, name, situation, admin, published: inDns.attempted(), reload, republish };
}
