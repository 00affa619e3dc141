import { noteAnswer, noteSilence } from "./connection.ts";

/** What the API said instead of an answer; its `message` is a sentence that says what to do. */
export class ApiError extends Error {
  /** A name of the table of problems, or UNREACHABLE when nothing answered. */
  override readonly name: string;
  /** The HTTP status; 0 when nothing answered. */
  readonly status: number;
  /** The HRESULT, as 0x8007052E; empty when nothing answered. */
  readonly code: string;
  /** Seconds after which asking again makes sense. */
  readonly retryAfter: number | undefined;

  constructor({ name, status, code, detail, retryAfter }: Problem) {
    super(detail);
    this.name = name;
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

interface Problem {
  readonly name: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly retryAfter?: number | undefined;
}

/** A body that is sent as JSON, or files as they are. */
export type Sent = FormData | Blob | ArrayBuffer | object;

export interface CallOptions {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  readonly body?: Sent | undefined;
  readonly signal?: AbortSignal | undefined;
}

type OnSignedOut = () => void;
let onSignedOut: OnSignedOut = () => {};

/** Sets who is told when the API no longer knows the session. */
export function whenSignedOut(listener: OnSignedOut): void {
  onSignedOut = listener;
}

/**
 * Calls the admin API, as `await call<Status>("/v1/status")`. The browser adds the session itself. Throws ApiError, or an
 * AbortError when `signal` says so.
 */
export async function call<Answer>(
  path: string,
  { method = "GET", body, signal }: CallOptions = {},
): Promise<Answer> {
  const response = await ask(path, {
    method,
    ...(body === undefined ? {} : { body: isRaw(body) ? body : JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.ok) return (await response.json()) as Answer;
  const error = await errorOf(response);
  if (error.status === 401 && path !== "/v1/session") onSignedOut();
  throw error;
}

async function ask(path: string, options: RequestInit): Promise<Response> {
  try {
    const response = await fetch(path, options);
    noteAnswer();
    return response;
  } catch (error) {
    if (options.signal?.aborted) throw error;
    noteSilence();
    throw new ApiError({ name: "UNREACHABLE", status: 0, code: "", detail: "" });
  }
}

async function errorOf(response: Response): Promise<ApiError> {
  const { status, headers } = response;
  const retryAfter = Number(headers.get("retry-after")) || undefined;
  // A proxy in between may answer in its own way.
  const known = (await response.json().catch(() => ({}))) as Partial<Problem>;
  const { name = "UNKNOWN", code = "", detail = `HTTP ${status}` } = known;
  return new ApiError({ name, code, detail, status, retryAfter });
}

function isRaw(body: Sent): body is FormData | Blob | ArrayBuffer {
  return body instanceof FormData || body instanceof Blob || body instanceof ArrayBuffer;
}
