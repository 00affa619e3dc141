import type { ActivationRequest } from "../../protocol/messages.ts";
import { Problem, type ProblemName, problem } from "../../protocol/problems.ts";
import type { Certificate } from "../../vendor/certificate.ts";
import type { Settlement } from "../host.ts";
import type { ListenOptions } from "../http.ts";

/** What a front is started with. */
export interface FrontStart {
  readonly kind: "start";
  /** The host's folder; a front signs, so it reads the host's key. */
  readonly folder: string;
  readonly where: ListenOptions;
}

/** From the host to a front. All messages cross as JSON: it costs half of copying objects between threads. Settlements come in whatever order they are ready. */
export type ToFront =
  | FrontStart
  | { readonly kind: "settled"; readonly results: readonly Result[] }
  | { readonly kind: "renew"; readonly certificate: Certificate }
  | { readonly kind: "stop" };

/** From a front to the host. */
export type ToHost =
  | { readonly kind: "ready" }
  | { readonly kind: "asked"; readonly questions: readonly Question[] }
  | { readonly kind: "refused"; readonly refusals: readonly RefusalMessage[] }
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly refusal: RefusalMessage };

/** A request with the number its result is to carry. */
export interface Question {
  readonly id: number;
  readonly request: ActivationRequest;
  readonly address: string;
}

/** What became of a question. */
export type Result =
  | { readonly id: number; readonly settlement: Settlement }
  | { readonly id: number; readonly refusal: RefusalMessage };

/** A Problem without its class, which does not cross threads. */
export interface RefusalMessage {
  readonly name: ProblemName;
  readonly detail: string;
  readonly retryAfter: number | undefined;
}

/** What crosses of whatever was thrown. What is no Problem is a defect: it is logged here and stays here. */
export function refusalMessage(error: unknown): RefusalMessage {
  if (error instanceof Problem)
    return { name: error.name, detail: error.message, retryAfter: error.retryAfter };
  console.error(error);
  return {
    name: "DEFECT",
    detail: "The host failed at this request; its log says why.",
    retryAfter: undefined,
  };
}

/** The Problem that crossed. */
export function problemOf({ name, detail, retryAfter }: RefusalMessage): Problem {
  return problem(name, detail, retryAfter === undefined ? {} : { retryAfter });
}
