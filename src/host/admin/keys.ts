import * as z from "zod";
import { eventInfo } from "../../protocol/events.ts";
import type { HostLicense } from "../../protocol/host-license.ts";
import { parseKey, partialKey } from "../../protocol/keys.ts";
import { DAY } from "../../protocol/time.ts";
import {
  acceptConfirmation,
  acceptLicense,
  renewalKey,
  requestByFile,
  requestByPhone,
} from "../activation.ts";
import type { EventDraft } from "../decide.ts";
import { importCatalogue, isValid } from "../folder.ts";
import { keptKeys } from "../kept-keys.ts";
import { oneField } from "../settings-change.ts";
import type { Admin } from "./admin.ts";
import { route } from "./route.ts";

const time = z.iso.datetime();
const amount = z.int().min(0);

/** The most bytes of a document, with what JSON adds to it. */
const MOST_DOCUMENT = 5 * 1024 * 1024;

const licenseSchema = z
  .object({
    issued: time,
    notBefore: time,
    expires: time,
    daysLeft: amount,
    isValid: z.boolean().describe("Whether it may be used today."),
    partialKey: z.string().describe("The last five characters of its host key."),
    seats: amount.nullable().describe("null is no limit."),
    overage: z.enum(["allow", "deny"]),
    products: z.array(z.guid()).describe("The activation ids that it covers."),
  })
  .meta({ id: "HostLicense" });

const keysSchema = z
  .object({
    vendor: z.object({ id: z.string(), name: z.string() }),
    catalogueIssued: time,
    license: licenseSchema.nullable(),
    hostKeys: z
      .array(z.string())
      .describe("The last five characters of each host key that the host keeps, the newest last."),
    products: z.array(
      z.object({
        id: z.guid().describe("The activation id."),
        name: z.string(),
        application: z.object({ id: z.guid(), name: z.string() }),
        channel: z.string(),
        required: amount,
        activationInterval: amount.describe("Minutes; a setting of the host goes before it."),
        renewalInterval: amount.describe("Minutes, likewise."),
        lease: amount.describe("Minutes."),
        isLicensed: z.boolean().describe("Whether the host licence covers it."),
        setupKeys: z
          .array(z.string())
          .describe("Public keys that make a machine a client of it, the newest last."),
      }),
    ),
  })
  .meta({ id: "Keys" });

const hostKey = z
  .string()
  .max(100)
  .optional()
  .describe("The secret host key; without it, the one that the host keeps.");

const showKeys = route({
  method: "GET",
  path: "/v1/keys",
  summary:
    "Products with their setup keys, the host licence, and which host keys are kept. No secret is shown.",
  gives: keysSchema,
  handle: async (_, admin) => keysJson(admin),
});

const requestLicense = route({
  method: "POST",
  path: "/v1/license/request",
  summary:
    "Make the signed request for a host licence, to be carried to the vendor as a file or QR code (event 12415). It holds the host key.",
  takes: { body: z.strictObject({ key: hostKey }) },
  gives: z
    .object({
      request: z.string().describe("A compact JWS."),
      file: z.string().describe("A name for its file."),
      partialKey: z.string(),
    })
    .meta({ id: "LicenseRequest" }),
  async handle({ body, from }, admin) {
    const { folder, identity, clock } = admin;
    const now = clock();
    const key = body.key ?? (await renewalKey(folder));
    const request = requestByFile(folder, key, now);
    await tellRequest(admin, key, "file", from);
    return { request, file: `host-request-${identity.name}.jws`, partialKey: partOf(key) };
  },
});

const requestPhoneId = route({
  method: "POST",
  path: "/v1/license/installation-id",
  summary:
    "Make the installation id, to be read to the vendor by telephone (event 12415). It holds no secret.",
  takes: { body: z.strictObject({ key: hostKey }) },
  gives: z
    .object({
      installationId: z.string().describe("22 groups of seven digits, separated by hyphens."),
      groups: z.array(z.string()),
      partialKey: z.string(),
    })
    .meta({ id: "InstallationId" }),
  async handle({ body, from }, admin) {
    const { folder } = admin;
    const key = body.key ?? (await renewalKey(folder));
    const installationId = await requestByPhone(folder, key);
    await tellRequest(admin, key, "telephone", from);
    return { installationId, groups: installationId.match(/\d+/g) ?? [], partialKey: partOf(key) };
  },
});

const takeLicense = route({
  method: "POST",
  path: "/v1/license",
  summary:
    "Take in the host licence that came back from the vendor (event 12413). It is in force at once; one that is not for this host changes nothing.",
  most: MOST_DOCUMENT,
  takes: { body: z.strictObject({ license: z.string().describe("The text of the file: a compact JWS.") }) },
  gives: keysSchema,
  async handle({ body, from }, admin) {
    return taken(admin, await acceptLicense(admin.folder, body.license, admin.clock()), from);
  },
});

const takeConfirmation = route({
  method: "POST",
  path: "/v1/license/confirmation",
  summary:
    "Take in the confirmation id that the vendor read back (event 12413). A group that was misheard is named.",
  takes: {
    body: z.strictObject({
      digits: z.string().max(5000).describe("Its groups, with anything between them that is no digit."),
      key: hostKey,
    }),
  },
  gives: keysSchema,
  async handle({ body: { digits, key }, from }, admin) {
    return taken(admin, await acceptConfirmation(admin.folder, digits, key, admin.clock()), from);
  },
});

const takeCatalogue = route({
  method: "POST",
  path: "/v1/catalogue",
  summary: "Take in a newer catalogue of the same vendor (event 12414). It is in force at once.",
  most: MOST_DOCUMENT,
  takes: { body: z.strictObject({ catalogue: z.string().describe("The text of the file: a compact JWS.") }) },
  gives: keysSchema,
  async handle({ body, from }, admin) {
    const { folder, reload } = admin;
    const { vendor, products } = await importCatalogue(folder, body.catalogue.trim());
    const info = eventInfo(12414, { vendor: oneField(vendor.name), products: products.length, by: by(from) });
    await tell(admin, { id: 12414, cmid: undefined, info });
    await reload();
    return keysJson(admin);
  },
});

/** The calls about keys and the host licence. */
export const keyRoutes = [
  showKeys,
  requestLicense,
  requestPhoneId,
  takeLicense,
  takeConfirmation,
  takeCatalogue,
];

async function taken(admin: Admin, { partialKey, expires }: HostLicense, from: string) {
  const daysLeft = Math.floor((expires - admin.clock()) / DAY);
  const info = eventInfo(12413, { partialKey, daysLeft, by: by(from) });
  await tell(admin, { id: 12413, cmid: undefined, info });
  await admin.reload();
  return keysJson(admin);
}

async function tellRequest(
  admin: Admin,
  key: string,
  way: "file" | "telephone",
  from: string,
): Promise<void> {
  const info = eventInfo(12415, { partialKey: partOf(key), way, by: by(from) });
  await tell(admin, { id: 12415, cmid: undefined, info });
}

async function tell({ store, clock }: Admin, event: EventDraft): Promise<void> {
  await store.record([event], clock());
}

const by = (from: string): string => oneField(`admin ${from}`);

const partOf = (key: string): string => partialKey(parseKey(key).text);

function keysJson({ folder, situation, clock }: Admin): z.input<typeof keysSchema> {
  const { catalogue, license } = situation().grant;
  const { vendor, issued, applications, products } = catalogue;
  const iso = (moment: number) => new Date(moment).toISOString();
  const now = clock();
  return {
    vendor: { id: vendor.id, name: vendor.name },
    catalogueIssued: iso(issued),
    license: license === undefined ? null : licenseJson(license, now),
    hostKeys: keptKeys(folder).map((key) => partialKey(key)),
    products: products.map(({ id, name, application, channel, policy, setupKeys }) => ({
      id,
      name,
      application: {
        id: application,
        name: applications.find((each) => each.id === application)?.name ?? "",
      },
      channel,
      required: policy.required,
      activationInterval: policy.activationInterval,
      renewalInterval: policy.renewalInterval,
      lease: policy.lease,
      isLicensed: license?.products.includes(id) ?? false,
      setupKeys: [...setupKeys],
    })),
  };
}

function licenseJson(license: HostLicense, now: number): z.input<typeof licenseSchema> {
  const { issued, notBefore, expires, partialKey, seats, overage, products } = license;
  return {
    issued: new Date(issued).toISOString(),
    notBefore: new Date(notBefore).toISOString(),
    expires: new Date(expires).toISOString(),
    daysLeft: Math.max(0, Math.floor((expires - now) / DAY)),
    isValid: isValid(license, now),
    partialKey,
    seats: seats ?? null,
    overage,
    products: [...products],
  };
}
