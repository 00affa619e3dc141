import { fileURLToPath } from "node:url";
import type { Wiring } from "../doctor-real/network.ts";

/** What happens to frames on a cable. Percent of the frames, milliseconds and bytes; what is left out does not happen. */
export interface CableFaults {
  readonly loss?: number;
  readonly duplicate?: number;
  readonly corrupt?: number;
  /** Overtake the others, which `delay` holds up. */
  readonly reorder?: number;
  readonly delay?: number;
  /** A frame takes `delay` ± this. */
  readonly jitter?: number;
  /** Larger frames are lost without a word, as behind a tunnel whose ICMP is blocked. */
  readonly largest?: number;
}

/** What became of the frames so far. */
export interface CableFigures {
  readonly frames: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly corrupted: number;
  readonly reordered: number;
  readonly delayed: number;
}

/** A switch in user space: kernels without sch_netem have no other way to lose, delay and damage packets. */
export interface Switch extends Wiring {
  /** From now on, frames from each of `from` to each of `to` fare so. */
  set(faults: CableFaults, from: readonly string[], to: readonly string[]): Promise<void>;
  /** All cables are good again. */
  mend(): Promise<void>;
  figures(): Promise<CableFigures>;
}

const PROGRAM = fileURLToPath(import.meta.resolve("./switch.py"));

/** Starts a switch without machines; the same seed draws the same luck. */
export function startSwitch(seed: number): Switch {
  Bun.spawnSync(["sh", "-c", "[ -e /dev/net/tun ] || (mkdir -p /dev/net && mknod /dev/net/tun c 10 200)"]);
  const child = Bun.spawn(["python3", PROGRAM, `${seed}`], { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
  const answers = readLines(child.stdout);
  const names: string[] = [];
  let turn: Promise<unknown> = Promise.resolve();

  const order = (what: object): Promise<CableFigures> => {
    const result = turn.then(async () => {
      child.stdin.write(`${JSON.stringify(what)}\n`);
      await child.stdin.flush();
      const { value } = await answers.next();
      if (value !== undefined) return JSON.parse(value) as CableFigures;
      throw new Error(`The switch ended: ${await new Response(child.stderr).text()}`);
    });
    turn = result.catch(() => {});
    return result;
  };
  const set = async (faults: CableFaults, from: readonly string[], to: readonly string[]): Promise<void> => {
    await order({ set: faults, pairs: from.flatMap((source) => to.map((target) => [source, target])) });
  };
  return {
    async connect(name, pid) {
      names.push(name);
      await order({ add: name, pid });
    },
    set,
    mend: () => set({}, names, names),
    figures: () => order({}),
    async stop() {
      await child.stdin.end();
      await child.exited;
    },
  };
}

/** The lines of a stream, each as soon as it is whole. */
export async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    const lines = (text + decoder.decode(chunk, { stream: true })).split("\n");
    text = lines.pop() ?? "";
    yield* lines;
  }
  return undefined;
}
