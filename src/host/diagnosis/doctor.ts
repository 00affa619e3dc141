import type { Language } from "../../doctor/cause.ts";
import type { ReportDocument } from "../../doctor/report/document.ts";
import { PROBLEMS, type ProblemName, problem } from "../../protocol/problems.ts";
import type { DoctorAnswer, DoctorQuestion } from "./messages.ts";

/** A diagnosis in each language. */
export interface Diagnosis {
  /** When it was made, milliseconds since the epoch. */
  readonly made: number;
  /** How long it took, in milliseconds. */
  readonly took: number;
  readonly documents: Readonly<Record<Language, ReportDocument>>;
}

/** The doctor of a running host. It works on a thread of its own, so that no client waits for it. */
export interface HostDoctor {
  /** What is wrong with the host's deployment, at most a minute old unless it is to be fresh. */
  ofHost(isFresh: boolean): Promise<Diagnosis>;
  /** Throws HOST_BUSY when too many wait, before files are made ready for it. */
  checkTurn(): void;
  /** What is wrong according to the files of a folder. Throws HOST_BUSY when too many wait. */
  ofFiles(folder: string): Promise<Diagnosis>;
  stop(): void;
}

/** What the doctor of a host is opened with. */
export interface DoctorOptions {
  readonly folder: string;
  readonly clock: () => number;
  /** How long one diagnosis may take, in milliseconds. */
  readonly patience?: number;
  /** What runs in a thread. */
  readonly thread?: URL;
}

const KEPT = 60_000;
const PATIENCE = 60_000;
/** So many may wait for their turn; with those at work nobody waits longer than four minutes, and mostly seconds. */
const MOST_WAITING = 3;
const RETRY_AFTER = 15;

/** Opens the doctor of a host; its first thread is started when it is first asked. */
export function openDoctor({ folder, clock, patience = PATIENCE, thread }: DoctorOptions): HostDoctor {
  let kept: Diagnosis | undefined;
  let coming: Promise<Diagnosis> | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let isStopped = false;
  let endThread = () => {};

  const checkTurn = () => {
    if (waiting > MOST_WAITING) {
      throw problem("HOST_BUSY", `The doctor is at work on ${waiting} diagnoses; ask again later.`, {
        retryAfter: RETRY_AFTER,
      });
    }
  };

  /** One after the other: two would take twice the memory, and no less time. */
  const inTurn = (of: DoctorQuestion["of"], where: string): Promise<Diagnosis> => {
    checkTurn();
    waiting++;
    const made = turn.then(() => ask({ of, folder: where, now: clock() })).finally(() => waiting--);
    turn = made.catch(() => {});
    return made;
  };

  return {
    async ofHost(isFresh) {
      if (!isFresh && kept !== undefined && Math.abs(clock() - kept.made) < KEPT) return kept;
      coming ??= inTurn("host", folder).finally(() => {
        coming = undefined;
      });
      kept = await coming;
      return kept;
    },
    checkTurn,
    ofFiles: async (where) => inTurn("files", where),
    stop() {
      isStopped = true;
      endThread();
    },
  };

  async function ask(question: DoctorQuestion): Promise<Diagnosis> {
    const start = performance.now();
    const answer = await answerOf(question);
    if (answer.kind === "documents") {
      return {
        made: question.now,
        took: Math.round(performance.now() - start),
        documents: answer.documents,
      };
    }
    if (answer.kind === "problem" && answer.name in PROBLEMS)
      throw problem(answer.name as ProblemName, answer.message);
    throw failed(answer.message);
  }

  function answerOf(question: DoctorQuestion): Promise<DoctorAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<DoctorAnswer>();
    const stopped = () =>
      problem("HOST_BUSY", "The host is being stopped; ask again when it is back.", {
        retryAfter: RETRY_AFTER,
      });
    if (isStopped) {
      reject(stopped());
      return promise;
    }
    const worker = new Worker(thread ?? new URL("./thread.ts", import.meta.url), { ref: false });
    const seconds = Math.round(patience / 1000);
    const timer = setTimeout(
      () =>
        reject(
          problem(
            "HOST_BUSY",
            `The diagnosis was ended after ${seconds} seconds; run muster doctor on the files, or give fewer.`,
            { retryAfter: RETRY_AFTER },
          ),
        ),
      patience,
    );
    endThread = () => reject(stopped());
    worker.onmessage = ({ data }: MessageEvent<DoctorAnswer>) => resolve(data);
    worker.onerror = ({ message }) => reject(failed(message));
    worker.addEventListener("close", () => reject(failed("it ended")));
    worker.postMessage(question);
    return promise.finally(() => {
      clearTimeout(timer);
      endThread = () => {};
      worker.terminate();
    });
  }
}

function failed(why: string) {
  // A thread tells of its error with the lines of the program around it.
  const [, told = why] = /^\w*error: (.*)$/im.exec(why) ?? [];
  const reason = told.trim().split("\n")[0] ?? "";
  return problem(
    "DEFECT",
    `The doctor failed (${reason}); run muster doctor beside the host, and report what it says.`,
  );
}
