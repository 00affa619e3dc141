/** An element with its text in place, where Windows leaves the meaning to the event's author. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (XmlElement | string)[];
}

/** One event of a log. Texts are as Windows prints them: GUIDs and SIDs in text, 64-bit numbers in full. */
export interface EvtxRecord {
  readonly kind: "record";
  /** EventRecordID: the number Event Viewer shows. In a log of forwarded events it is the sender's. */
  readonly record: number;
  /** The number in this file's record header; only forwarded events have another EventRecordID. */
  readonly fileRecord: number;
  /** Where the record starts, in bytes from the start of the file. */
  readonly offset: number;
  /** SystemTime in UTC with seven digits, such as `2023-05-24T01:12:30.1454614Z`. */
  readonly time: string;
  /** The same moment in whole milliseconds since 1970. */
  readonly milliseconds: number;
  readonly provider: string;
  readonly providerGuid: string | undefined;
  /** EventSourceName: the classic source behind the provider. */
  readonly eventSource: string | undefined;
  readonly id: number;
  readonly qualifiers: number | undefined;
  readonly version: number | undefined;
  readonly level: number | undefined;
  readonly task: number | undefined;
  readonly opcode: number | undefined;
  /** Hexadecimal, such as `0x80000000000000`. */
  readonly keywords: string | undefined;
  readonly processId: number | undefined;
  readonly threadId: number | undefined;
  readonly activityId: string | undefined;
  readonly relatedActivityId: string | undefined;
  readonly channel: string;
  readonly computer: string;
  /** The user's SID. */
  readonly userId: string | undefined;
  /** The text of every `<Data>`, in order. */
  readonly data: readonly string[];
  /** The text of every `<Data Name="...">` by name; of equal names the first. */
  readonly named: Readonly<Record<string, string>>;
  /** `<Binary>` in hexadecimal. */
  readonly binary: string | undefined;
  /** The element in `<UserData>`, or `<ProcessingErrorData>`, `<BinaryEventData>` or `<DebugData>` itself. */
  readonly userData: XmlElement | undefined;
  /** The message as the sending machine rendered it; only forwarded events carry one. */
  readonly message: string | undefined;
}

/** What was lost, or may have been. */
export type DamageReason =
  | "file header missing"
  | "chunk header missing"
  | "chunk cut short"
  | "bytes that are no record"
  | "template missing"
  | "template of another chunk"
  | "value outside its record"
  | "pointer outside its chunk"
  | "unknown token"
  | "nested too deep"
  | "expands too far"
  | "not an event"
  | "cannot be decoded";

/** What is odd and cost nothing. */
export type NoteReason =
  | "file was not closed"
  | "file header checksum differs"
  | "file version unknown"
  | "chunk count differs"
  | "chunk checksum differs"
  | "record header repaired";

/** Something wrong with the file: where, how many bytes, and the number of the record it concerns if known. */
export interface EvtxDamage {
  readonly kind: "damage";
  readonly offset: number;
  readonly length: number;
  readonly reason: DamageReason;
  readonly record?: number;
}

/** A remark that costs no record, such as a checksum that no longer holds. */
export interface EvtxNote {
  readonly kind: "note";
  readonly offset: number;
  readonly reason: NoteReason;
  readonly record?: number;
}

/** What the reader yields, in the order of the file. */
export type EvtxItem = EvtxRecord | EvtxDamage | EvtxNote;

/** Ends the decoding of one record; the walk turns it into an {@link EvtxDamage}. */
export class Damaged extends Error {
  readonly reason: DamageReason;

  constructor(reason: DamageReason) {
    super(reason);
    this.reason = reason;
  }
}
