import { localTime } from "../local-time.ts";
import type { ClientBlock, HostBlock, Origin, ProductReport, Status } from "../model.ts";
import type { Fact, Place } from "../place.ts";
import type { Field } from "./labels.ts";
import { fact, type WholeLine } from "./line.ts";
import { FIGURES, type Position } from "./position.ts";
import * as values from "./values.ts";
import { activationTypeNamed, isEnabled, isLow, statusNamed } from "./words.ts";

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
type Report = Writable<Omit<ProductReport, "origin" | "at" | "client" | "host" | "cutOff">>;

/** Fields that by themselves do not show that a text is slmgr's. */
const COMMON: ReadonlySet<Field> = new Set([
  "name",
  "serviceVersion",
  "trustedTime",
  "url",
  "other",
  "recent",
]);

/** What slmgr prints of one product, as its lines go by. */
export class ProductDraft implements Position {
  afterHeading = false;
  figure = -1;
  readonly languages = new Map<string, number>();
  private readonly seen = new Set<Field>();
  private readonly report: Report = {};
  private readonly client: Writable<ClientBlock> = {};
  private readonly host: Writable<HostBlock> = { byStatus: {} };
  private readonly askedBy: Writable<HostBlock["byStatus"]> = {};
  private at: Place | undefined;

  has = (field: Field): boolean => this.seen.has(field);

  /** Takes a line whose field is known; false when the field's value makes no sense, so that the line is something else. */
  add(field: Field, line: WholeLine, value: string, language: string): boolean {
    const isRead = this.read(field, line, value);
    if (!isRead && !this.mayBeEmpty(field, value)) return false;
    this.seen.add(field);
    this.at ??= line.at;
    this.afterHeading = field === "hostHeading" || field === "totalsHeading";
    const figure = (FIGURES as readonly Field[]).indexOf(field);
    if (figure >= 0) this.figure = figure;
    if (language !== "") this.languages.set(language, (this.languages.get(language) ?? 0) + 1);
    return true;
  }

  /** Notes a heading in a language that is not known. */
  heading(): void {
    this.afterHeading = true;
  }

  /** Whether enough of it is there to be sure what it is. */
  get isCertain(): boolean {
    if (this.report.channel !== undefined) return true;
    return [...this.seen].filter((field) => !COMMON.has(field)).length >= 2;
  }

  get isDetailed(): boolean {
    return ["serviceVersion", "product", "application", "extendedPid", "rearms", "trustedTime"].some(
      (field) => this.seen.has(field as Field),
    );
  }

  get extendedPid(): string {
    return this.report.extendedPid?.value ?? "";
  }

  /** Whether its values are such as only Muster prints. */
  get isOfMuster(): boolean {
    const { report, client } = this;
    if (/muster ato/.test(report.toActivate?.quote ?? "")) return true;
    const pids = [report.extendedPid?.value, client.hostExtendedPid?.value];
    if (pids.some((pid) => pid !== undefined && /-0000-00000\.0000-\d{7}$/.test(pid))) return true;
    const application = report.application?.value;
    if (application !== undefined) return !values.MICROSOFT_APPLICATIONS.has(application);
    const name = report.name?.value ?? "edition";
    return !/edition|windows|office|microsoft/i.test(`${name} ${report.description?.value ?? ""}`);
  }

  finish(origin: Origin): ProductReport | undefined {
    if (this.at === undefined) return undefined;
    const status = this.report.status ?? this.derivedStatus();
    const hasClient = Object.keys(this.client).length > 0;
    const hasHost = this.figure >= 0 || this.seen.has("hostHeading");
    return {
      ...this.report,
      ...(status === undefined ? {} : { status }),
      origin,
      at: this.at,
      ...(hasClient ? { client: this.client } : {}),
      ...(hasHost ? { host: { ...this.host, byStatus: this.askedBy } } : {}),
      cutOff: this.isCutOff(status?.value),
    };
  }

  /** A label may stand there with nothing behind it, or with what somebody put in the place of the value. */
  private mayBeEmpty(field: Field, value: string): boolean {
    if (value === "" || /^[<[(*.…xX_-]/.test(value)) return true;
    return (
      field === "status" || field === "hostAddress" || field === "autoDiscovery" || field === "activationType"
    );
  }

  private read(field: Field, line: WholeLine, value: string): boolean {
    return (
      this.readProduct(field, line, value) ??
      this.readClient(field, line, value) ??
      this.readHost(field, line, value)
    );
  }

  private readProduct(field: Field, line: WholeLine, value: string): boolean | undefined {
    const { report } = this;
    const put = <Key extends keyof Report, T>(key: Key, found: T | undefined): boolean => {
      if (found === undefined || found === "") return false;
      report[key] ??= fact(line, found) as unknown as NonNullable<Report[Key]>;
      return true;
    };
    switch (field) {
      case "serviceVersion":
        return put("serviceVersion", values.serviceVersion(value));
      case "name":
        return put("name", value);
      case "description":
        put("channel", values.channel(value));
        return put("description", value);
      case "product":
        return put("product", values.guid(value));
      case "application":
        return put("application", values.guid(value));
      case "extendedPid":
        return put("extendedPid", values.extendedPid(value));
      case "keyChannel":
        return put("keyChannel", values.keyChannel(value));
      case "installationId":
        put("installationId", values.installationId(value));
        return true;
      case "partialKey":
        return put("partialKey", /^X{5}$/.test(value) ? undefined : values.partialKey(value));
      case "notInUse":
        report.partialKey ??= fact(line, "");
        return true;
      case "status":
        return put("status", statusNamed(value));
      case "expiration":
      case "remaining":
        return put("minutesLeft", values.minutesAndDays(value) ?? values.leadingNumber(value));
      case "reason":
        return put("reason", values.code(value));
      case "evaluationEnd":
        return put("evaluationEnd", localTime(value));
      case "rearms":
        return put("rearmsLeft", values.whole(value));
      case "trustedTime":
        return put("trustedTime", localTime(value));
      case "activationType":
        return put("activationType", activationTypeNamed(value));
      case "toActivate":
      case "activeDirectory":
      case "token":
      case "virtualMachine":
        report[field] ??= line.at;
        return true;
      default:
        return undefined;
    }
  }

  private readClient(field: Field, line: WholeLine, value: string): boolean | undefined {
    const { client } = this;
    const put = <Key extends keyof ClientBlock, T>(key: Key, found: T | undefined): boolean => {
      if (found === undefined) return false;
      client[key] ??= fact(line, found) as unknown as NonNullable<ClientBlock[Key]>;
      return true;
    };
    switch (field) {
      case "cmid":
        return put("cmid", values.guid(value));
      case "registered":
        return put("registered", values.hostName(value));
      case "discovered":
        return put("discovered", values.hostName(value));
      case "autoDiscovery":
        client.notDiscovered ??= line.at;
        return true;
      case "lookupDomain":
        return put("lookupDomain", values.hostName(value)?.name);
      case "hostAddress":
        return put("hostAddress", values.address(value));
      case "hostExtendedPid":
        return put("hostExtendedPid", values.extendedPid(value));
      case "activationInterval":
        return put("activationInterval", values.leadingNumber(value));
      case "renewalInterval":
        return put("renewalInterval", values.leadingNumber(value));
      case "caching":
        put("caching", isEnabled(line.text));
        return true;
      default:
        return undefined;
    }
  }

  private readHost(field: Field, line: WholeLine, value: string): boolean {
    const { host } = this;
    const number = values.whole(value);
    switch (field) {
      case "count":
      case "port":
      case "total":
      case "failed":
        if (number !== undefined) host[field] ??= fact(line, number);
        return number !== undefined;
      case "publishing": {
        const enabled = isEnabled(line.text);
        if (enabled !== undefined) host.publishing ??= fact(line, enabled);
        return true;
      }
      case "priority": {
        const low = isLow(value === "" ? line.text : value);
        if (low !== undefined) host.lowPriority ??= fact(line, low);
        return true;
      }
      case "asked0":
      case "asked1":
      case "asked2":
      case "asked3":
      case "asked4":
      case "asked5": {
        const status = Number(field.slice(-1)) as Status;
        if (number !== undefined) this.askedBy[status] ??= fact(line, number);
        return number !== undefined;
      }
      default:
        return true;
    }
  }

  /** The status that what follows it allows alone: only a licensed KMS client prints its CMID. */
  private derivedStatus(): Fact<Status> | undefined {
    const { minutesLeft, reason } = this.report;
    if (reason !== undefined) return { value: 5, at: reason.at };
    if (this.has("expiration") && minutesLeft !== undefined) return { value: 1, at: minutesLeft.at };
    const { cmid } = this.client;
    return cmid === undefined ? undefined : { value: 1, at: cmid.at };
  }

  private isCutOff(status: Status | undefined): boolean {
    const { channel, partialKey, toActivate, activeDirectory, token, virtualMachine } = this.report;
    const isIn = (...fields: Field[]) => fields.some((field) => this.seen.has(field));
    if (!isIn("status", "cmid", "count") || !isIn("description")) return true;
    if (this.isDetailed && !isIn("trustedTime")) return true;
    if (isIn("hostHeading", ...FIGURES)) return !isIn("asked5");
    if (partialKey?.value === "") return false;
    if (channel?.value === "VOLUME_KMSCLIENT") {
      const otherwise = toActivate ?? activeDirectory ?? token ?? virtualMachine;
      return otherwise === undefined && !isIn("renewalInterval", "caching");
    }
    return channel?.value.startsWith("VOLUME_KMS") === true && status === 1;
  }
}
