import { ACTIVATIONS_PATH } from "../../src/protocol/messages.ts";
import type { Machine } from "../doctor-real/network.ts";
import { readLines } from "./switch.ts";

/**
 * Clients that send a request a byte at a time and never finish it. They run on a machine of a network:
 * `bun dawdlers.ts ADDRESS COUNT`.
 */
interface Dawdlers {
  stop(): Promise<void>;
}

const PORT = 1688;
const HEAD = `POST ${ACTIVATIONS_PATH} HTTP/1.1\r\nHost: kms\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{`;
/** Milliseconds from one byte to the next. */
const EVERY = 200;

/** Starts them, and resolves when all are connected. */
export async function startDawdlers(from: Machine, to: Machine, count: number): Promise<Dawdlers> {
  const command = [...from.within, process.execPath, import.meta.path, to.address, `${count}`];
  const child = Bun.spawn(command, { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
  await readLines(child.stdout).next();
  return {
    async stop() {
      child.kill();
      await child.exited;
    },
  };
}

if (import.meta.main) {
  const [address = "", count = ""] = process.argv.slice(2);
  // Whoever started it may end without a word.
  process.stdin.on("end", () => process.exit()).resume();
  await Promise.all(Array.from({ length: Number(count) }, (_, at) => dawdle(at)));
  console.log("connected");

  async function dawdle(at: number) {
    const socket = await Bun.connect({ hostname: address, port: PORT, socket: { data() {} } });
    // Half of them dawdle over the head, the others over the body.
    const whole = at % 2 === 0 ? HEAD : `${HEAD.slice(0, -5)}X-Dawdler: `;
    let sent = 40;
    socket.write(whole.slice(0, sent));
    setInterval(() => {
      socket.write(whole[sent] ?? "x");
      sent += 1;
    }, EVERY);
  }
}
