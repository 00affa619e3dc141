import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { PROBLEMS, type Problem, type ProblemName, SUCCESS } from "../protocol/problems.ts";
import type { Decision } from "./decide.ts";
import type { Store } from "./store.ts";

/** What a host measures of its own work. */
export interface Meters {
  readonly registry: Registry;
  /** A commit that is timed, with its batch and what became of each request in it. */
  measured(commit: Store["commit"]): Store["commit"];
  /** Counts a request that the listener refused; those that a decision refused are in its commit. */
  refused(problem: Problem): void;
}

/** What a decision never refuses a request for. */
const BEFORE_DECIDING: ReadonlySet<ProblemName> = new Set([
  "BAD_REQUEST",
  "TOO_LARGE",
  "SLOW_DOWN",
  "HOST_BUSY",
  "NOT_FOUND",
  "METHOD_NOT_ALLOWED",
  "HANDED_OVER",
  "STORE_UNAVAILABLE",
  "DEFECT",
]);

/** Starts every meter at 0. A request costs two additions: figures get their labels when they are read. */
export function createMeters(): Meters {
  const registry = new Registry();
  let granted = 0;
  const others = new Map<ProblemName, number>();
  new Counter({
    name: "muster_requests_total",
    help: "Requests on the activation port, by what became of them.",
    labelNames: ["name", "code"],
    registers: [registry],
    collect() {
      this.reset();
      this.inc({ name: "OK", code: SUCCESS }, granted);
      for (const [name, requests] of others) this.inc({ name, code: PROBLEMS[name].code }, requests);
    },
  });
  const batchSize = new Histogram({
    name: "muster_batch_requests",
    help: "How many requests were committed together.",
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
    registers: [registry],
  });
  const duration = new Histogram({
    name: "muster_commit_duration_seconds",
    help: "How long it took to decide a batch and have it on disk.",
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  });
  addProcess(registry);

  return {
    registry,
    measured: (commit) => async (batch, decide, now) => {
      const started = performance.now();
      const decisions = await commit(batch, decide, now);
      duration.observe((performance.now() - started) / 1000);
      batchSize.observe(batch.length);
      for (const decision of decisions) count(decision);
      return decisions;
    },
    refused: ({ name }) => BEFORE_DECIDING.has(name) && add(name),
  };

  function count(decision: Decision): void {
    if (decision.kind === "refusal") add(decision.problem);
    else if (decision.code === SUCCESS) granted++;
    else add("COUNT_INSUFFICIENT");
  }

  function add(name: ProblemName): void {
    others.set(name, (others.get(name) ?? 0) + 1);
  }
}

/** The process figures whose names Prometheus fixes; those of prom-client are partly wrong outside Node. */
function addProcess(registry: Registry): void {
  const registers = [registry];
  new Gauge({
    name: "process_start_time_seconds",
    help: "When the process started, seconds since the epoch.",
    registers,
  }).set(Math.round(performance.timeOrigin / 1000));
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory.",
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Counter({
    name: "process_cpu_seconds_total",
    help: "User and system time.",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
}
