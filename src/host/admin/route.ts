import * as z from "zod";
import { problem } from "../../protocol/problems.ts";
import type { Admin } from "./admin.ts";

/** One request to the admin listener, as far as its handler has to know of it. */
export interface Call<Path, Query, Body> {
  readonly path: Path;
  readonly query: Query;
  readonly body: Body;
  /** The address it came from, for events that say who did something. */
  readonly from: string;
  /** Aborted when the asker has gone or the host stops. */
  readonly signal: AbortSignal;
}

/** What a call takes and gives. Requests are checked by these schemas, and the OpenAPI document is made of them. */
export interface Schemas {
  readonly path: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: z.ZodType;
  readonly answer: z.ZodType;
}

/** One call of the admin API. */
export interface Route {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  /** The HTTP status of an answer; 200 unless told. */
  readonly status: number;
  /** The media type of an answer that is not JSON. */
  readonly type: string | undefined;
  /** Whether it may answer with server-sent events instead. */
  readonly streams: boolean;
  /** Whether it is answered without the token. */
  readonly isOpen: boolean;
  readonly schemas: Schemas;
  readonly answer: (request: Request, admin: Admin, from: string, signal: AbortSignal) => Promise<Response>;
}

interface Definition<
  Path extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> extends Pick<Route, "method" | "path" | "summary">,
    Partial<Pick<Route, "status" | "type" | "streams" | "isOpen">> {
  readonly takes?: { readonly path?: Path; readonly query?: Query; readonly body?: Body };
  readonly gives: Answer;
  /** Calls the domain and maps what it says; a Response is sent as it is. */
  readonly handle: (
    call: Call<z.output<Path>, z.output<Query>, z.output<Body>>,
    admin: Admin,
  ) => Promise<z.input<Answer> | Response>;
}

const nothing = z.strictObject({});

/** The one shape of a handler: parse, one call to the domain, render. What is thrown is rendered by the listener. */
export function route<
  Path extends z.ZodObject = typeof nothing,
  Query extends z.ZodObject = typeof nothing,
  Body extends z.ZodType = z.ZodUndefined,
  Answer extends z.ZodType = z.ZodType,
>(definition: Definition<Path, Query, Body, Answer>): Route {
  const { method, path, summary, status = 200, type, streams = false, isOpen = false } = definition;
  const { takes = {}, gives, handle } = definition;
  const schemas = {
    path: takes.path ?? nothing,
    query: takes.query ?? nothing,
    body: takes.body ?? z.undefined(),
    answer: gives,
  };
  return {
    method,
    path,
    summary,
    status,
    type,
    streams,
    isOpen,
    schemas,
    async answer(request, admin, from, signal) {
      const { params = {} } = request as { params?: Record<string, string> };
      const query = Object.fromEntries(new URL(request.url).searchParams);
      const call = {
        path: parse(schemas.path, params) as z.output<Path>,
        query: parse(schemas.query, query) as z.output<Query>,
        body: parse(schemas.body, takes.body && (await readJson(request))) as z.output<Body>,
        from,
        signal,
      };
      const answer = await handle(call, admin);
      return answer instanceof Response ? answer : Response.json(answer, { status });
    },
  };
}

function parse(schema: z.ZodType, value: unknown): unknown {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  const where = issue?.path.join(".") ?? "";
  throw problem("BAD_REQUEST", `The request is malformed: ${where ? `${where}: ` : ""}${issue?.message}.`);
}

async function readJson(request: Request): Promise<unknown> {
  const text = await request.text();
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    throw problem("BAD_REQUEST", "The request is malformed: its body is not JSON.");
  }
}
