import type { Language } from "../../doctor/cause.ts";
import type { ReportDocument } from "../../doctor/report/document.ts";

/** What a thread of the doctor is asked: to diagnose the host of a folder, or the files of one. */
export interface DoctorQuestion {
  readonly of: "host" | "files";
  readonly folder: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What it answers: the same diagnosis in each language, or why there is none. */
export type DoctorAnswer =
  | { readonly kind: "documents"; readonly documents: Readonly<Record<Language, ReportDocument>> }
  | { readonly kind: "problem"; readonly name: string; readonly message: string }
  | { readonly kind: "defect"; readonly message: string };
