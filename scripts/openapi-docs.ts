import { apiDocument } from "../src/host/admin/routes.ts";

/** The file docs/openapi.json: the admin API as an OpenAPI document. */
export function openApiDocs(): string {
  return `${JSON.stringify(apiDocument(), null, 2)}\n`;
}

if (import.meta.main) await Bun.write(new URL("../docs/openapi.json", import.meta.url), openApiDocs());
