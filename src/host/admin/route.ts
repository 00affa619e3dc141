import * as z from "zod";
import { problem } from "../../protocol/problems.ts";
import type { Admin } from "./admin.ts";

/** One request to the admin listener, as far as its handler has to know of it. */
export interface Call<Path, Query, Body> {
  readonly path: Path;
  readonly query: Query;
  readonly body: Body;
  /** The files of a body that has some. */
  readonly files: readonly File[];
  /** As it came, for what is in its headers. */
  readonly request: Request;
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
  /** The most bytes of its body. */
  readonly most: number;
  /** Whether its body is multipart/form-data: files, beside the fields of `body`. */
  readonly takesFiles: boolean;
  /** Whether it may be silent for longer than others. */
  readonly isSlow: boolean;
  readonly schemas: Schemas;
  readonly answer: (request: Request, admin: Admin, from: string, signal: AbortSignal) => Promise<Response>;
}

interface Definition<
  Path extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> extends Pick<Route, "method" | "path" | "summary">,
    Partial<Pick<Route, "status" | "type" | "streams" | "isOpen" | "most" | "takesFiles" | "isSlow">> {
  readonly takes?: { readonly path?: Path; readonly query?: Query; readonly body?: Body };
  readonly gives: Answer;
  /** Throws when it is of no use to read the body. */
  readonly before?: (admin: Admin) => void;
  /** Calls the domain and maps what it says; a Response is sent as it is. */
  readonly handle: (
    call: Call<z.output<Path>, z.output<Query>, z.output<Body>>,
    admin: Admin,
  ) => Promise<z.input<Answer> | Response>;
}

const nothing = z.strictObject({});

/** Of a body that is not known to be longer, in bytes. */
const MOST_BODY = 64 * 1024;

/** The one shape of a handler: parse, one call to the domain, render. What is thrown is rendered by the listener. */
export function route<
  Path extends z.ZodObject = typeof nothing,
  Query extends z.ZodObject = typeof nothing,
  Body extends z.ZodType = z.ZodUndefined,
  Answer extends z.ZodType = z.ZodType,
>(definition: Definition<Path, Query, Body, Answer>): Route {
  const { method, path, summary, status = 200, type, streams = false, isOpen = false } = definition;
  const { most = MOST_BODY, takesFiles = false, isSlow = false } = definition;
  const { takes = {}, gives, before, handle } = definition;
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
    most,
    takesFiles,
    isSlow,
    schemas,
    async answer(request, admin, from, signal) {
      before?.(admin);
      const { params = {} } = request as { params?: Record<string, string> };
      const query = Object.fromEntries(new URL(request.url).searchParams);
      const { files, json } = takes.body
        ? await readBody(request, { most, takesFiles })
        : { files: [], json: undefined };
      const call = {
        path: parse(schemas.path, params) as z.output<Path>,
        query: parse(schemas.query, query) as z.output<Query>,
        body: parse(schemas.body, json) as z.output<Body>,
        files,
        request,
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
  throw problem(
    "BAD_REQUEST",
    `The request is malformed: ${where ? `${where}: ` : ""}${issue === undefined ? "it cannot be used" : issueText(issue)}.`,
  );
}

/** What is wrong with a value, in a few words. */
function issueText(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_format":
      return issue.format === "guid" ? "this is no GUID" : "it is not written as it must be";
    case "too_big":
      return `it may ${issue.origin === "string" ? `have ${issue.maximum} characters` : `be ${issue.maximum}`} at most`;
    case "too_small":
      return `it must ${issue.origin === "string" ? `have ${issue.minimum} characters` : `be ${issue.minimum}`} at least`;
    case "invalid_value":
      return `it must be ${issue.values.join(" or ")}`;
    case "unrecognized_keys":
      return `there is no ${issue.keys.join(", ")} here`;
    case "invalid_type":
      return issue.input === undefined
        ? `it must be there, of type ${issue.expected}`
        : `it must be of type ${issue.expected}`;
    default:
      return issue.message;
  }
}

/** What a body says, and the files in it. */
async function readBody(
  request: Request,
  { most, takesFiles }: Pick<Route, "most" | "takesFiles">,
): Promise<{ files: File[]; json: unknown }> {
  const bytes = await readBounded(request, most);
  if (!takesFiles) return { files: [], json: jsonOf(new TextDecoder().decode(bytes)) };
  const type = request.headers.get("content-type") ?? "";
  const parts = await new Response(bytes, { headers: { "content-type": type } }).formData().catch(() => {
    throw problem("BAD_REQUEST", "The request is malformed: its body is not multipart/form-data.");
  });
  const values: [name: string, value: unknown][] = [...parts];
  const fields = values.filter(([, value]) => typeof value === "string");
  return {
    files: values.flatMap(([, value]) => (value instanceof File ? [value] : [])),
    json: Object.fromEntries(fields),
  };
}

/** The body, as far as it is not too long: nobody fills the memory of a host. */
async function readBounded(request: Request, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => problem("TOO_LARGE", `The request is larger than ${Math.floor(most / 1024)} KiB.`);
  if (Number(request.headers.get("content-length") ?? 0) > most) throw tooLarge();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const piece of request.body ?? []) {
    length += piece.length;
    if (length > most) throw tooLarge();
    pieces.push(piece);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

function jsonOf(text: string): unknown {
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    throw problem("BAD_REQUEST", "The request is malformed: its body is not JSON.");
  }
}
