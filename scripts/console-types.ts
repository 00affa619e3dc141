import { fileURLToPath } from "node:url";
import { apiDocument } from "../src/host/admin/routes.ts";

type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Record<string, Schema>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly description?: string;
};
type Operation = {
  readonly operationId: string;
  readonly summary: string;
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Schema }> };
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: Schema }> }>;
};
type Document = {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Schema> };
};

const JSON_TYPE = "application/json";

/** The file src/console/api-types.ts: the answers and bodies of the admin API as types, made of its OpenAPI document. */
export async function consoleTypes(): Promise<string> {
  const { paths, components } = apiDocument() as Document;
  const named = Object.entries(components.schemas).map(([name, schema]) => declaration(name, schema));
  const calls = Object.values(paths).flatMap((path) => Object.values(path));
  const known = new Set(Object.keys(components.schemas));
  const answers = calls.flatMap(({ operationId, summary, requestBody, responses }) => {
    const [answer] = Object.entries(responses)
      .filter(([status]) => status !== "default")
      .map(([, { content }]) => content?.[JSON_TYPE]?.schema);
    const body = requestBody?.content[JSON_TYPE]?.schema;
    const name = operationId.charAt(0).toUpperCase() + operationId.slice(1);
    return [
      ...(answer === undefined || answer.$ref !== undefined || known.has(name)
        ? []
        : [declaration(`${name}Answer`, { description: summary, ...answer })]),
      ...(body === undefined || body.$ref !== undefined ? [] : [declaration(`${name}Body`, body)]),
    ];
  });
  const head = "// Made of the schemas of the admin API by scripts/console-types.ts; not to be edited.\n";
  return formatted([head, ...named, ...answers].join("\n"));
}

/** Laid out as all sources are, so that the checks take it. */
async function formatted(source: string): Promise<string> {
  const biome = fileURLToPath(new URL("../node_modules/.bin/biome", import.meta.url));
  const child = Bun.spawn([biome, "format", "--stdin-file-path", "src/console/api-types.ts"], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    stdin: new Blob([source]),
    stdout: "pipe",
    stderr: "inherit",
  });
  const output = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error("biome could not format the types");
  return output;
}

function declaration(name: string, schema: Schema): string {
  const { description } = schema;
  const comment = description === undefined ? "" : `/** ${description} */\n`;
  return `${comment}export type ${name} = ${typeOf(schema)};\n`;
}

function typeOf(schema: Schema): string {
  const { $ref, type, const: value, anyOf, oneOf, allOf, items, properties, additionalProperties } = schema;
  if ($ref !== undefined) return $ref.replace(/^.*\//, "");
  if (value !== undefined) return JSON.stringify(value);
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(" | ");
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return choices.map(typeOf).join(" | ");
  if (allOf !== undefined) return allOf.map(typeOf).join(" & ");
  if (Array.isArray(type)) return type.map((each) => typeOf({ ...schema, type: each })).join(" | ");
  if (type === "array") return `readonly (${items === undefined ? "unknown" : typeOf(items)})[]`;
  if (type === "object") {
    if (properties !== undefined && Object.keys(properties).length > 0)
      return objectOf(properties, schema.required ?? []);
    return `Readonly<Record<string, ${typeof additionalProperties === "object" ? typeOf(additionalProperties) : "unknown"}>>`;
  }
  if (type === "integer" || type === "number") return "number";
  return type === "string" || type === "boolean" || type === "null" ? type : "unknown";
}

function objectOf(properties: Record<string, Schema>, required: readonly string[]): string {
  const lines = Object.entries(properties).map(([name, schema]) => {
    const comment = schema.description === undefined ? "" : `/** ${schema.description} */ `;
    const key = /^\w+$/.test(name) ? name : JSON.stringify(name);
    return `${comment}readonly ${key}${required.includes(name) ? "" : "?"}: ${typeOf(schema)};`;
  });
  return `{\n${lines.join("\n")}\n}`;
}

if (import.meta.main) {
  const file = new URL("../src/console/api-types.ts", import.meta.url);
  await Bun.write(file, await consoleTypes());
}
