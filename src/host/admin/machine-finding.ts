import * as z from "zod";
import { findingsFor } from "../diagnosis/findings-for.ts";
import { remarksOn, STANDINGS, standingOf } from "../diagnosis/machine-standing.ts";
import { machineState } from "../machine-list.ts";
import { findingSchema } from "./diagnosis-schema.ts";
import { language } from "./language.ts";
import { machineKey, unknown } from "./machines.ts";
import { intervalsOf } from "./overview.ts";
import { route } from "./route.ts";

const SHOWN_EVENTS = 100;

const findingOfMachine = z
  .object({
    standing: z
      .enum(STANDINGS)
      .describe("`attention` works now and will not stay so; `failing` holds no lease, or cannot renew it."),
    sentence: z.string().describe("The gravest of the remarks."),
    remarks: z
      .array(z.object({ is: z.enum(STANDINGS), text: z.string() }))
      .describe("What the host's own records say of it, the gravest first."),
    findings: z
      .array(findingSchema)
      .describe("What the doctor says of this deployment that concerns it; the first is the answer."),
    made: z.iso.datetime().nullable().describe("When the doctor looked; null when it could not."),
    trouble: z.string().optional().describe("Why the doctor could not look."),
  })
  .meta({ id: "MachineFinding" });

const showFinding = route({
  method: "GET",
  path: "/v1/machines/:application/:cmid/finding",
  summary: "Why a machine is not activated, with evidence and remedy; or what is fine about it.",
  isSlow: true,
  takes: { path: machineKey, query: z.strictObject({ lang: language }) },
  gives: findingOfMachine,
  async handle({ path, query: { lang } }, admin) {
    const { store, situation, clock, doctor } = admin;
    const now = clock();
    const machine = (await store.listedMachine(path)) ?? unknown(path);
    const events = await store.events({ cmid: path.cmid, limit: SHOWN_EVENTS });
    const product = situation().grant.products.get(machine.product);
    const { current: count } = await store.figures(machine.application, now);
    const intervals = intervalsOf(admin);
    const required = product?.policy.required ?? 0;
    const remarks = remarksOn({ machine, intervals, events, count, required, now });
    const subject = {
      name: machine.name,
      cmid: machine.cmid,
      product: product?.name ?? "",
      isLicensed: machineState(machine, now) === "licensed",
    };
    // What the host itself knows is told even when the doctor cannot look.
    const looked = await doctor.ofHost(false).then(
      ({ made, documents }) => ({
        made: new Date(made).toISOString(),
        findings: findingsFor(documents[lang], subject),
      }),
      (error: Error) => ({ made: null, findings: [], trouble: error.message }),
    );
    return {
      standing: standingOf(remarks),
      sentence: remarks[0]?.text[lang] ?? "",
      remarks: remarks.map(({ is, text }) => ({ is, text: text[lang] })),
      ...looked,
      findings: looked.findings as unknown as z.input<typeof findingSchema>[],
    };
  },
});

/** The call that says what is wrong with one machine. */
export const machineFindingRoutes = [showFinding];
