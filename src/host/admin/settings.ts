import * as z from "zod";
import { checkSetting, listSettings, SETTING_NAMES } from "../settings.ts";
import { changeSetting } from "../settings-change.ts";
import type { SettingName } from "../store.ts";
import { route } from "./route.ts";

const settingsSchema = z
  .object({
    settings: z.array(
      z.object({
        name: z.string(),
        value: z.string().describe("What is in force, as it would be given."),
        default: z.string(),
        isDefault: z.boolean(),
        expects: z.string().describe("What a value looks like, in words."),
      }),
    ),
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
  summary: "The settings of the host.",
  gives: settingsSchema,
  handle: async (_, { store }) => ({ settings: await listSettings(store) }),
});

const changeSettings = route({
  method: "PATCH",
  path: "/v1/settings",
  summary: "Change settings; each change leaves event 12402 with the old and the new value.",
  takes: { body: changesSchema },
  gives: settingsSchema,
  async handle({ body, from }, { store, clock, reload }) {
    const changes = Object.entries(body).map(([name, value]) => {
      return { name: name as SettingName, value: value === null ? undefined : String(value) };
    });
    // All are checked before any is changed: half a change is worse than none.
    for (const { name, value } of changes) if (value !== undefined) checkSetting(name, value);
    for (const { name, value } of changes) await changeSetting(store, name, value, `admin ${from}`, clock());
    await reload();
    return { settings: await listSettings(store) };
  },
});

/** The calls about settings. */
export const settingRoutes = [showSettings, changeSettings];
