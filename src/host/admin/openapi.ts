import * as z from "zod";
import { version } from "../../../package.json";
import { PROBLEMS } from "../../protocol/problems.ts";
import type { Route } from "./route.ts";

type Json = Record<string, unknown>;

const DEFINITION = "#/$defs/";
const COMPONENT = "#/components/schemas/";

const problemSchema = z
  .object({
    type: z.literal("about:blank"),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe("One sentence that says what to do."),
    code: z.string().describe("The HRESULT."),
    name: z.enum(Object.keys(PROBLEMS) as [string, ...string[]]),
  })
  .meta({ id: "Problem", description: "Problem details (RFC 9457)." });

/** The OpenAPI 3.1 document of these calls, made of the schemas that check them. */
export function openApi(routes: readonly Route[]): object {
  const schemas: Json = {};
  const refer = (schema: z.ZodType, io: "input" | "output"): Json => {
    const { $schema: _, $defs = {}, ...rest } = z.toJSONSchema(schema, { io, override: dropPattern }) as Json;
    Object.assign(schemas, relocated($defs));
    return relocated(rest) as Json;
  };
  const problem = content("application/problem+json", refer(problemSchema, "output"));
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, refer, problem) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Muster host, admin API",
      version,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "http://127.0.0.1:1689" }],
    security: [{ token: [] }],
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([one], [two]) => (one < two ? -1 : 1))),
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "The file admin-token of the host's folder." },
      },
    },
  };
}

type Refer = (schema: z.ZodType, io: "input" | "output") => Json;

function operation(route: Route, refer: Refer, problem: Json): Json {
  const { summary, status, type = "application/json", streams, isOpen, schemas } = route;
  const { path, query, body, answer } = schemas;
  const answers = { [type]: { schema: refer(answer, "output") } };
  const stream = streams ? { "text/event-stream": { schema: { type: "string" } } } : {};
  const parameters = [...parametersOf(path, "path", refer), ...parametersOf(query, "query", refer)];
  const hasBody = !(body instanceof z.ZodUndefined);
  return {
    operationId: operationId(route),
    summary,
    ...(isOpen ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(hasBody ? { requestBody: bodyOf(route, refer) } : {}),
    responses: {
      [status]: { description: "Done.", content: { ...answers, ...stream } },
      default: { description: "What went wrong.", ...problem },
    },
  };
}

function bodyOf({ takesFiles, schemas: { body } }: Route, refer: Refer): Json {
  const fields = refer(body, "input");
  if (!takesFiles) return content("application/json", fields);
  const files = { type: "array", items: { type: "string", format: "binary" } };
  const properties = { ...(fields.properties as Json), files };
  return content("multipart/form-data", { type: "object", properties });
}

/** `getMachinesApplicationCmid`, for those who generate clients. */
function operationId({ method, path }: Route): string {
  const words = path.split(/[^a-z0-9]+/i).filter((word) => word !== "" && word !== "v1");
  return method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join("");
}

function parametersOf(schema: z.ZodObject, where: "path" | "query", refer: Refer): Json[] {
  const { properties = {}, required = [] } = refer(schema, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

const content = (type: string, schema: Json): Json => ({ content: { [type]: { schema } } });

/** Where a format says it all, the pattern that checks it is noise. */
function dropPattern({ jsonSchema }: { jsonSchema: Json }): void {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
}

/** Schemas that point to the components of the document instead of definitions of their own. */
function relocated(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll(`"$ref":"${DEFINITION}`, `"$ref":"${COMPONENT}`));
}
