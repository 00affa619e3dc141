import { Problem, problem } from "../protocol/problems.ts";

/** What a listener adds to a refusal. */
export interface RefusalOptions {
  /** The methods that the path does take, for METHOD_NOT_ALLOWED. */
  readonly allow?: string;
  /** Told what is no Problem, and so is a defect; nothing of it reaches the other side. */
  readonly onDefect?: (error: unknown) => void;
}

/** What an asker may know of whatever was thrown: a Problem as it is, anything else as DEFECT. */
export function publicProblem(error: unknown, onDefect: RefusalOptions["onDefect"] = console.error): Problem {
  if (error instanceof Problem) return error;
  onDefect(error);
  return problem("DEFECT", "The host failed at this request; its log says why.");
}

/** A refusal as HTTP: problem details (RFC 9457) with the headers that belong to them. The one way errors go out. */
export function problemResponse(error: unknown, { allow, onDefect }: RefusalOptions = {}): Response {
  const known = publicProblem(error, onDefect);
  const headers = {
    "content-type": "application/problem+json",
    ...(known.retryAfter === undefined ? {} : { "retry-after": String(known.retryAfter) }),
    ...(known.name === "METHOD_NOT_ALLOWED" && allow !== undefined ? { allow } : {}),
    ...(known.name === "UNAUTHORIZED" ? { "www-authenticate": 'Bearer realm="muster"' } : {}),
  };
  return new Response(JSON.stringify(known), { status: known.status, headers });
}
