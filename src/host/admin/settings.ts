import * as z from "zod";
import type { Language } from "../../doctor/cause.ts";
import { SETTING_WORDS } from "../setting-words.ts";
import { checkSetting, DEFAULT_VALUE, listSettings, SETTING_NAMES, settingValues } from "../settings.ts";
import { changeSetting } from "../settings-change.ts";
import type { SettingName } from "../store.ts";
import type { Admin } from "./admin.ts";
import { language } from "./language.ts";
import { route } from "./route.ts";

const settingsSchema = z
  .object({
    settings: z.array(
      z.object({
        name: z.string(),
        meaning: z.string().describe("What it does."),
        value: z.string().describe("What is in force, as it would be given."),
        default: z.string(),
        isDefault: z.boolean(),
        expects: z.string().describe("What a value looks like, in words."),
        choices: z.array(z.string()).optional().describe("All the values there are, when they are words."),
        least: z.int().optional().describe("The least number that it takes."),
        most: z.int().optional(),
        before: z
          .string()
          .nullable()
          .describe("What it was before its last change; null when never changed."),
        changed: z.iso.datetime().nullable().describe("When it was changed last."),
        changedBy: z.string().nullable(),
        restart: z
          .boolean()
          .describe(
            "Whether a change waits until the host is started again; all others take effect at once.",
          ),
      }),
    ),
    seats: z
      .object({
        seats: z.int().min(0).nullable().describe("null is no limit."),
        overage: z.enum(["allow", "deny"]).nullable().describe("What happens when the seats are taken."),
        leased: z.int().min(0),
      })
      .describe("What the host licence grants; the vendor changes it."),
  })
  .meta({ id: "Settings" });

const changesSchema = z
  .partialRecord(
    z.enum(SETTING_NAMES as [SettingName, ...SettingName[]]),
    z.union([z.string().max(100), z.number(), z.null()]),
  )
  .meta({ id: "SettingChanges", description: "New values by name; null is the default." });

const showSettings = route({
  method: "GET",
  path: "/v1/settings",
  summary: "The settings of the host: what each does, is, was, and who changed it.",
  takes: { query: z.strictObject({ lang: language }) },
  gives: settingsSchema,
  handle: async ({ query: { lang } }, admin) => settingsJson(admin, lang),
});

const changeSettings = route({
  method: "PATCH",
  path: "/v1/settings",
  summary: "Change settings; each change leaves event 12402 with the old and the new value.",
  takes: { query: z.strictObject({ lang: language }), body: changesSchema },
  gives: settingsSchema,
  async handle({ body, from, query: { lang } }, admin) {
    const { store, clock, reload } = admin;
    const changes = Object.entries(body).map(([name, value]) => {
      return { name: name as SettingName, value: value === null ? undefined : String(value) };
    });
    // All are checked before any is changed: half a change is worse than none.
    for (const { name, value } of changes) {
      if (value !== undefined && value !== DEFAULT_VALUE) checkSetting(name, value);
    }
    for (const { name, value } of changes) await changeSetting(store, name, value, `admin ${from}`, clock());
    await reload();
    return settingsJson(admin, lang);
  },
});

/** The calls about settings. */
export const settingRoutes = [showSettings, changeSettings];

async function settingsJson(
  { store, situation, hasDns, clock }: Admin,
  lang: Language,
): Promise<z.input<typeof settingsSchema>> {
  const { license } = situation().grant;
  const history = new Map((await store.settingHistory()).map((change) => [change.name, change]));
  const settings = (await listSettings(store)).map((setting) => {
    const change = history.get(setting.name);
    return {
      ...setting,
      ...valuesOf(setting.name),
      meaning: SETTING_WORDS[setting.name][lang],
      before: change === undefined ? null : (change.before ?? setting.default),
      changed: change === undefined ? null : new Date(change.time).toISOString(),
      changedBy: change?.by || null,
      restart: setting.name === "dns-publishing" && !hasDns,
    };
  });
  const leased = await store.leased(clock());
  return {
    settings,
    seats: { seats: license?.seats ?? null, overage: license?.overage ?? null, leased },
  };
}

function valuesOf(name: SettingName): { choices?: string[]; least?: number; most?: number } {
  const { choices, ...bounds } = settingValues(name);
  return { ...bounds, ...(choices === undefined ? {} : { choices: [...choices] }) };
}
