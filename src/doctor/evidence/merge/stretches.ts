import type { Collector } from "../collector.ts";
import type { Origin } from "../model.ts";
import { plainName } from "./names.ts";
import type { Stretch } from "./party.ts";
import { skuOf } from "./traces.ts";

const HOST_CHANNEL = /^VOLUME_KMS(?!CLIENT)/;
/** Kinds that tell of one machine even when nothing in them could be read. */
const OF_MACHINE = /^(?:slmgr|ospp|cim)-/;

/** The stretches of all files, those of a file in their order, the files in that of their names. */
export function stretchesOf(collector: Collector): Stretch[] {
  const drafts = new Map<Origin, Draft>();
  const orders = new Map<string, number>();
  for (const { origin } of collector.readings) {
    const order = orders.get(origin.file) ?? 0;
    orders.set(origin.file, order + 1);
    drafts.set(origin, new Draft(origin, order));
  }
  const draft = (origin: Origin) => drafts.get(origin);
  for (const report of collector.products) draft(report.origin)?.report(report);
  for (const { origin, product, at } of collector.attempts) draft(origin)?.tell(product?.value, at.line);
  for (const { origin, at } of collector.expiries) draft(origin)?.tell(undefined, at.line);
  for (const event of collector.events) {
    const found = draft(event.origin);
    found?.tell(skuOf(event), event.at.line);
    if (event.id === 12293 || event.id === 12294) found?.be("host");
  }
  for (const { origin, computer, counts } of collector.logs) {
    const found = draft(origin);
    found?.name(computer);
    found?.tell(undefined, 0);
    if ((counts[12288] ?? 0) + (counts[12289] ?? 0) > 0) found?.be("client");
    if ((counts[12290] ?? 0) > 0) found?.be("host");
  }
  addNamelessRequests(collector, drafts);
  return [...drafts.values()].map((one) => one.stretch()).sort(byFile);
}

/** Requests whose event does not say which computer logged it are those of the only nameless log in their file. */
function addNamelessRequests({ sent, handled }: Collector, drafts: ReadonlyMap<Origin, Draft>): void {
  const logs = new Map<string, Draft[]>();
  for (const [{ file, kind }, draft] of drafts) {
    if (kind.startsWith("event-") && draft.isNameless) logs.set(file, [...(logs.get(file) ?? []), draft]);
  }
  if (logs.size === 0) return;
  const logOf = (file: string) => {
    const [draft, other] = logs.get(file) ?? [];
    return other === undefined ? draft : undefined;
  };
  for (let row = 0; row < sent.length; row++) {
    if (sent.table.get(row, "computer") !== "") continue;
    const { file, product, cmid, line } = sent.row(row);
    logOf(file)?.ask(product, cmid, line);
  }
  for (let row = 0; row < handled.length; row++) {
    if (handled.table.get(row, "computer") === "") logOf(handled.table.get(row, "file"))?.be("host");
  }
}

function byFile(a: Stretch, b: Stretch): number {
  return a.origin.file < b.origin.file ? -1 : a.origin.file > b.origin.file ? 1 : a.order - b.order;
}

class Draft {
  private readonly products: Stretch["products"][number][] = [];
  private readonly skus = new Set<string>();
  private readonly computers = new Set<string>();
  private readonly cmids = new Map<string, { product: string; cmid: string }>();
  private readonly roles = new Set<"host" | "client">();
  private isOfMachine: boolean;
  private line = 0;
  private readonly origin: Origin;
  private readonly order: number;

  constructor(origin: Origin, order: number) {
    this.origin = origin;
    this.order = order;
    this.isOfMachine = OF_MACHINE.test(origin.kind);
  }

  report(report: Stretch["products"][number]): void {
    this.products.push(report);
    this.tell(report.product?.value, report.at.line);
    const channel = report.channel?.value ?? "";
    if (report.host !== undefined || HOST_CHANNEL.test(channel)) this.be("host");
    if (report.client !== undefined || channel === "VOLUME_KMSCLIENT") this.be("client");
  }

  tell(product: string | undefined, line: number): void {
    this.isOfMachine = true;
    if (this.line === 0) this.line = line;
    if (product !== undefined && product !== "") this.skus.add(product);
  }

  /** Whether nothing says which computer it is of. */
  get isNameless(): boolean {
    return this.computers.size === 0 && this.origin.names.length === 0;
  }

  ask(product: string, cmid: string, line: number): void {
    this.tell(product, line);
    this.be("client");
    if (cmid !== "" && !/^[0-]+$/.test(cmid)) this.cmids.set(`${product} ${cmid}`, { product, cmid });
  }

  be(role: "host" | "client"): void {
    this.roles.add(role);
  }

  name(computer: string): void {
    const name = plainName(computer);
    if (name !== "") this.computers.add(name);
  }

  stretch(): Stretch {
    const { origin, order, line, products, skus, isOfMachine, computers } = this;
    const stated = origin.names.map(plainName).filter((name) => name !== "");
    // A log of several computers is of none of them.
    const names = stated.length === 0 && computers.size === 1 ? [...computers] : stated;
    return {
      origin,
      order,
      line,
      products,
      skus,
      isOfMachine,
      names,
      cmids: [...this.cmids.values()],
      isHost: this.roles.has("host"),
      isClient: this.roles.has("client"),
    };
  }
}
