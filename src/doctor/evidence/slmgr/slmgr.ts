import type { Collector, Reading } from "../collector.ts";
import type { TextFormat } from "../format.ts";
import type { EvidenceKind, System } from "../model.ts";
import type { EvidenceText } from "../text.ts";
import {
  activating,
  expiry,
  isError,
  isLicensing,
  isNamedError,
  musterError,
  outcome,
  saysKeyMissing,
} from "./activation.ts";
import { cimLines } from "./cim.ts";
import { isSentence, type Labelled, labelOf } from "./labels.ts";
import { languageOf } from "./language.ts";
import { fact, type WholeLine } from "./line.ts";
import { osppBlocks } from "./ospp.ts";
import { fieldByPosition, isDescription, parted } from "./position.ts";
import { ProductDraft } from "./product.ts";
import { type Session, sessionsOf } from "./session.ts";
import { dropSetting, keepSetting, settingOf } from "./setting.ts";
import { serviceVersion } from "./values.ts";

/** What slmgr.vbs (`/dlv`, `/dli`, `/xpr`, `/ato`), ospp.vbs and `muster` print of licences, in any language. */
export const slmgr: TextFormat = {
  read(text: EvidenceText, collector: Collector): Iterable<number> {
    const understood = new Set<number>();
    // WMI's properties look like slmgr's lines, and are read by another reader.
    for (const session of sessionsOf(text, cimLines(text))) {
      const rest = osppBlocks(text.file, session, collector, understood);
      new SessionReader(text.file, { ...session, lines: rest }, collector, understood).read();
    }
    return understood;
  },
};

const BANNER = /^\s*Microsoft \(R\) Windows Script Host|^\s*Copyright \(C\) Microsoft Corporation/i;
/** Lines that may stand in a block and not be understood, one after the other. */
const STRANGE = 3;
/** SL_E_PPD_NOT_FOUND: no product key. */
const KEY_MISSING = 0xc004f014;
/** Lines behind "Activating" in which the outcome stands. */
const OUTCOME = 4;

interface Attempting {
  readonly product: string;
  readonly name: string;
  readonly line: WholeLine;
  readonly lines: WholeLine[];
}

/** Reads one session line by line: at most one product, and one attempt, are open at a time. */
class SessionReader {
  private readonly file: string;
  private readonly session: Session;
  private readonly collector: Collector;
  private readonly understood: Set<number>;
  private readings = new Map<string, Reading>();
  private draft: ProductDraft | undefined;
  private draftLines: WholeLine[] = [];
  /** Lines in a product that are headings if more of it follows. */
  private headings: WholeLine[] = [];
  /** The line before belonged to an attempt whose outcome is known; Muster indents what it says of it. */
  private isAfterOutcome = false;
  private strange = 0;
  private attempt: Attempting | undefined;
  /** Lines before the one at hand that nothing was made of, the last one last. */
  private before: WholeLine[] = [];
  private isScript: boolean;

  constructor(file: string, session: Session, collector: Collector, understood: Set<number>) {
    this.file = file;
    this.session = session;
    this.collector = collector;
    this.understood = understood;
    this.isScript = session.option !== "";
  }

  read(): void {
    const lines = this.session.lines.filter(({ text }) => text.trim() !== "");
    lines.forEach((line, at) => {
      this.take(line, lines[at + 1]);
    });
    this.close();
    const { typed } = this.session;
    if (typed !== undefined) this.understood.add(typed.number);
  }

  private take(line: WholeLine, next: WholeLine | undefined): void {
    if (BANNER.test(line.text)) {
      this.banner(line);
      return;
    }
    if (this.isAfterOutcome && /^ {4}\S/.test(line.text)) {
      this.understand([line]);
      return;
    }
    this.isAfterOutcome = false;
    const started = activating(line);
    if (started !== undefined) {
      this.close();
      this.attempt = { ...started, line, lines: [] };
    } else if (this.attempt !== undefined && this.takesOutcome(this.attempt, line)) return;
    else if (next !== undefined && this.takesExpiry(line, next)) return;
    else if (this.takesSetting(line)) return;
    else if (this.takesLabel(line) || this.isReason(line) || this.takesError(line)) return;
    else if (!this.takesPosition(line)) this.unknown(line);
  }

  private banner(line: WholeLine): void {
    this.close();
    this.readings = new Map();
    this.isScript = true;
    this.understand([line]);
  }

  private takesOutcome(attempt: Attempting, line: WholeLine): boolean {
    const code = outcome(line);
    attempt.lines.push(line);
    if (code !== undefined) {
      this.endAttempt(code);
      this.isAfterOutcome = true;
      return true;
    }
    if (labelOf(line.text)?.colon !== true && attempt.lines.length < OUTCOME) return true;
    this.endAttempt();
    return false;
  }

  private endAttempt(code?: number): void {
    const { attempt } = this;
    if (attempt === undefined) return;
    this.attempt = undefined;
    const { line, lines, product, name } = attempt;
    const last = lines.at(-1) ?? line;
    code ??= this.saysNoError(lines) ? 0 : undefined;
    const language = /^\s*Activating /.test(line.text) ? "en" : /ライセンス認証/.test(line.text) ? "ja" : "";
    const { origin } = this.reading("slmgr-ato", language, systemOf(name));
    this.collector.attempts.push({
      origin,
      at: line.at,
      product: fact(line, product),
      ...(name === "" ? {} : { productName: fact(line, name) }),
      ...(code === undefined ? {} : { code: fact(last, code) }),
    });
    this.understand(code === undefined ? [line] : [line, ...lines]);
  }

  /** slmgr prints one sentence for success in any language, and two lines with colons and a code for failure. */
  private saysNoError(lines: readonly WholeLine[]): boolean {
    const [only, ...more] = lines;
    return (
      only !== undefined &&
      more.length === 0 &&
      this.isScript &&
      /^[^:：]{4,200}[.。]$/.test(only.text.trim())
    );
  }

  /** A Notification Reason looks like an error; it stands right behind the license status. */
  private isReason(line: WholeLine): boolean {
    const { draft } = this;
    if (draft === undefined || !draft.has("status") || draft.has("reason") || draft.has("rearms"))
      return false;
    return !isNamedError(line) && isError(line) && this.takesPosition(line);
  }

  /** An error without the line that announces an attempt. */
  private takesError(line: WholeLine): boolean {
    const own = musterError(line);
    const known = own ?? (saysKeyMissing(line) ? KEY_MISSING : undefined);
    if (known === undefined && !isError(line)) return false;
    const code = known ?? outcome(line);
    if (code === undefined || !(this.isScript || known !== undefined || isLicensing(line))) return false;
    this.close();
    const { option } = this.session;
    const system = own === undefined ? "kms" : "muster";
    this.understand([line]);
    if (option === "" || option === "/ato" || option === "/act") {
      const { origin } = this.reading("slmgr-ato", /^\s*Error/.test(line.text) ? "en" : "", system);
      this.collector.attempts.push({ origin, at: line.at, code: fact(line, code) });
      return true;
    }
    const { origin } = this.reading("slmgr-dlv", "", system);
    const value = `0x${code.toString(16).toUpperCase().padStart(8, "0")}`;
    this.collector.statements.push({ origin, at: line.at, what: "slmgr-error", name: option, value });
    return true;
  }

  private takesExpiry(line: WholeLine, next: WholeLine): boolean {
    const found = expiry(line, next);
    if (found === undefined) return false;
    this.close();
    const language = /^[\0-~]*$/.test(next.text) ? "en" : "";
    const { origin } = this.reading("slmgr-xpr", language, systemOf(line.text));
    this.collector.expiries.push({ origin, ...found });
    this.understand([line, next]);
    return true;
  }

  private takesSetting(line: WholeLine): boolean {
    const setting = this.draft === undefined ? settingOf(line) : undefined;
    if (setting === undefined || !(this.isScript || setting.name !== "")) return false;
    keepSetting(this.collector, this.reading("slmgr-dlv", "en", "kms").origin, line, setting);
    this.understand([line]);
    return true;
  }

  private takesLabel(line: WholeLine): boolean {
    const known = labelOf(line.text);
    if (known === undefined) return false;
    const { field, value, colon } = known;
    if (!colon && !isSentence(field) && this.draft === undefined && field !== "description") return false;
    if (field === "serviceVersion") return this.takesVersion(line, value);
    if (field === "name") return this.takesName(line);
    if (field === "description") return this.takesDescription(line, known);
    if (this.draft?.has(field) && STARTING.has(field)) this.close();
    return this.add(line, known);
  }

  private takesVersion(line: WholeLine, value: string): boolean {
    if (serviceVersion(value) === undefined) return false;
    this.close();
    this.readings = new Map();
    this.before = [line];
    return true;
  }

  private takesName(line: WholeLine): boolean {
    this.close();
    this.before.push(line);
    return true;
  }

  private takesDescription(line: WholeLine, { value, language }: Labelled): boolean {
    const opens = isDescription(line.text) || (this.before.length > 0 && /channel/i.test(value));
    if (!opens) return false;
    this.open(line, value, language);
    return true;
  }

  /** A line of a language that is not known, by where it stands. */
  private takesPosition(line: WholeLine): boolean {
    if (isDescription(line.text)) {
      this.open(line, parted(line.text).value, "?");
      return true;
    }
    const { draft } = this;
    if (draft === undefined || !draft.has("description")) return false;
    const field = fieldByPosition(line.text, draft);
    if (field === undefined) return false;
    return this.add(line, { field, value: parted(line.text).value, language: "?", colon: true });
  }

  /** Begins a product by its description: its name and the service's version stand before it. */
  private open(line: WholeLine, value: string, language: string): void {
    const before = this.before.slice(-2);
    if (this.draft !== undefined) this.close();
    const draft = new ProductDraft();
    this.draft = draft;
    this.draftLines = [];
    const [name, version] = before.reverse();
    for (const [field, one] of [
      ["serviceVersion", version ?? name],
      ["name", name],
    ] as const) {
      if (one === undefined) continue;
      const known = labelOf(one.text);
      if (known !== undefined && known.field !== field) continue;
      const part = known ?? { ...parted(one.text), language: "?" };
      if (field === "name" && (!part.colon || part.value === "" || serviceVersion(part.value) !== undefined))
        continue;
      if (draft.add(field, one, part.value, part.language)) this.draftLines.push(one);
    }
    draft.add("description", line, value, language);
    this.draftLines.push(line);
    this.before = [];
    this.strange = 0;
  }

  private add(line: WholeLine, { field, value, language }: Labelled): boolean {
    const draft = this.draft ?? new ProductDraft();
    if (!draft.add(field, line, value, language)) return false;
    if (this.draft === undefined) this.draftLines = [];
    this.draft = draft;
    this.draftLines.push(...this.headings, line);
    this.headings = [];
    this.strange = 0;
    return true;
  }

  private unknown(line: WholeLine): void {
    this.before = [...this.before.slice(-1), line];
    this.strange += 1;
    if (this.strange > STRANGE) this.close();
    else if (this.draft !== undefined) {
      this.draft.heading();
      this.headings.push(line);
    }
  }

  /** Ends the product and the attempt that are open. */
  private close(): void {
    this.endAttempt();
    const { draft, draftLines } = this;
    this.draft = undefined;
    this.draftLines = [];
    this.headings = [];
    this.strange = 0;
    if (draft === undefined) return;
    this.before = [];
    if (!draft.isCertain) return;
    const kind = draft.isDetailed ? "slmgr-dlv" : "slmgr-dli";
    const language = languageOf(draft.languages, draft.extendedPid);
    const report = draft.finish(this.reading(kind, language, draft.isOfMuster ? "muster" : "kms").origin);
    if (report !== undefined) this.collector.products.push(report);
    if (report?.client?.discovered !== undefined)
      dropSetting(this.collector, this.file, "KeyManagementServiceName");
    this.understand(draftLines);
  }

  /** The stretch of this session for one kind and system; its items are counted. */
  private reading(kind: EvidenceKind, language: string, system: System): Reading {
    const key = `${kind} ${system}`;
    const known = this.readings.get(key);
    const { names } = this.session;
    const reading = known ?? this.collector.begin(this.file, kind, { names, language, system });
    this.readings.set(key, reading);
    reading.records += 1;
    return reading;
  }

  private understand(lines: readonly WholeLine[]): void {
    for (const { numbers } of lines) for (const number of numbers) this.understood.add(number);
  }
}

/** Fields that, met a second time, begin another product. */
const STARTING: ReadonlySet<string> = new Set([
  "product",
  "partialKey",
  "notInUse",
  "status",
  "cmid",
  "count",
]);

/** Names of products of Microsoft say so. */
function systemOf(name: string): System {
  return name === "" || /windows|office|microsoft|edition|project|visio/i.test(name) ? "kms" : "muster";
}
