import { expect, test } from "bun:test";
import { openApiDocs } from "../scripts/openapi-docs.ts";

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, { readonly operationId: string; readonly summary: string }>>;
  readonly components: { readonly schemas: Record<string, unknown> };
}

const document = JSON.parse(openApiDocs()) as Document;

test("docs/openapi.json is what the schemas of the admin API give (else: bun scripts/openapi-docs.ts)", async () => {
  expect(await Bun.file(new URL("../docs/openapi.json", import.meta.url)).text()).toBe(openApiDocs());
});

test("every reference in it leads to a schema of it", () => {
  const references = [...openApiDocs().matchAll(/"\$ref": "([^"]+)"/g)].map(
    ([, reference = ""]) => reference,
  );
  expect(references.length).toBeGreaterThan(10);
  const there = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
  expect(references.filter((reference) => !there.includes(reference))).toEqual([]);
});

test("every call has a name of its own and says what it does", () => {
  const calls = Object.values(document.paths).flatMap((path) => Object.values(path));
  expect(document.openapi).toBe("3.1.0");
  expect(calls.length).toBeGreaterThan(8);
  expect(new Set(calls.map(({ operationId }) => operationId)).size).toBe(calls.length);
  for (const { summary } of calls) expect(summary).toMatch(/^[A-Z0-9].+\.$/);
});

test("every parameter in a path is described", () => {
  for (const [path, calls] of Object.entries(document.paths)) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const call of Object.values(calls) as { parameters?: { name: string; in: string }[] }[]) {
      const described = (call.parameters ?? []).filter((one) => one.in === "path").map(({ name }) => name);
      expect(described).toEqual(names as string[]);
    }
  }
});
