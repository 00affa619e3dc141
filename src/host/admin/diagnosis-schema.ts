import * as z from "zod";
import { LANGUAGES, LINKS } from "../../doctor/cause.ts";

const amount = z.int().min(0);

/** What proves it: a line of a text, or a record of a log. */
const placeSchema = z.object({
  file: z.string(),
  line: amount.describe("The first is 1; 0 in a log, whose places are records."),
  record: amount.describe("EventRecordID; 0 in a text."),
  quote: z.string(),
});

/** A finding of the doctor. */
export const findingSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    title: z.string(),
    verdict: z.enum(["confirmed", "likely", "possible", "benign"]),
    severity: z.enum(["critical", "error", "warning", "notice", "info"]),
    why: z.string(),
    affects: z.array(z.string()),
    evidence: z.array(placeSchema),
    lookalikes: z.array(z.object({ id: z.string(), test: z.string() })),
    remedy: z.object({
      text: z.string().describe("The steps, one a line."),
      commands: z.array(z.string()),
      owner: z.string().describe("Who can do it."),
      cost: z.string(),
      undo: z.string(),
      verify: z.string(),
    }),
    links: z.array(z.string()),
  })
  .meta({ id: "Finding" });

/** The verdict on all evidence. */
const verdictSchema = z.enum(["healthy", "degraded", "failing", "incomplete"]);

/** The JSON of `muster doctor --json`. */
export const documentSchema = z
  .object({
    version: z.literal(1),
    language: z.enum(LANGUAGES),
    system: z.enum(["kms", "muster"]),
    verdict: verdictSchema,
    machines: amount,
    evidence: z.array(
      z.object({
        file: z.string(),
        kind: z.string(),
        role: z.string(),
        machine: z.string(),
        language: z.string(),
        records: amount,
        notes: z.array(z.string()),
      }),
    ),
    chain: z.array(
      z.object({ link: z.enum(LINKS), state: z.enum(["ok", "broken", "unknown"]), shows: z.string() }),
    ),
    findings: z.array(findingSchema).describe("The first is the answer."),
    ruledOut: z.array(z.object({ id: z.string(), name: z.string(), because: z.string() })),
    missing: z.array(z.object({ what: z.string(), why: z.string(), command: z.string() })),
    notEvaluated: z.array(z.object({ id: z.string(), name: z.string() })),
  })
  .meta({ id: "DiagnosisDocument", description: "The same document as muster doctor --json prints." });

/** A diagnosis with what it was made of. */
export const diagnosisSchema = z
  .object({
    made: z.iso.datetime(),
    took: amount.describe("Milliseconds."),
    verdict: verdictSchema,
    sentence: z.string().describe("The verdict in one line."),
    document: documentSchema,
    kept: z.string().optional().describe("The id of the evidence, when it was kept."),
  })
  .meta({ id: "Diagnosis" });
