import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { classic } from "../../test/evtx/events.ts";
import { event, kms } from "../../test/evtx/kms.ts";
import { writeLog } from "../../test/evtx/log.ts";
import { Problem } from "../protocol/problems.ts";
import { DAY, formatEventTime } from "../protocol/time.ts";
import { addClients } from "./doctor-clients.ts";
import { printable } from "./doctor-clients-text.ts";
import { addCompare } from "./doctor-compare.ts";

const START = Date.UTC(2026, 2, 1, 8);
const SERVER_2022 = "9bd77860-9b31-4b7b-96ad-2564017315bf";
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-clients-"));
  const old = [renewing(1, 0, 56), renewing(2, 0, 28), renewing(3, 0, 21)].flat();
  const next = [renewing(2, 35, 56), ...[11, 12, 13, 14].map((number) => renewing(number, 38, 56))].flat();
  await writeFile(join(folder, "old.evtx"), logOf("kms01.corp.example", old));
  await writeFile(join(folder, "new.evtx"), logOf("kms02.corp.example", next));
  await writeFile(join(folder, "note.txt"), "It does not work any more.\n");
});
afterAll(() => rm(folder, { recursive: true }));

interface Line {
  readonly time: number;
  readonly info: string;
}

function renewing(number: number, from: number, to: number): Line[] {
  const lines: Line[] = [];
  for (let day = from; day <= to; day += 7) {
    const time = START + day * DAY + number * 60_000;
    const cmid = `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
    const asked = formatEventTime(time);
    lines.push({ time, info: `0x0,5,srv-${number}.corp.example,${cmid},${asked},1,1,249120,${SERVER_2022}` });
  }
  return lines;
}

function logOf(computer: string, lines: readonly Line[]): Buffer {
  const source = { ...kms, computer };
  const sorted = lines.toSorted((one, other) => one.time - other.time);
  return writeLog(
    sorted.map(({ time, info }, at) => event(at + 1, classic([info]), { time, more: 0, source })),
  );
}

/** Runs a command line of the doctor in this process. */
async function run(...args: string[]): Promise<{ out: string; err: string; exit: number }> {
  const doctor = new Command("doctor").exitOverride();
  addClients(doctor);
  addCompare(doctor);
  const written = { out: "", err: "" };
  const { stdout, stderr } = process;
  const before = [stdout.write, stderr.write] as const;
  const code = process.exitCode;
  const into = (side: "out" | "err") => (text: string | Uint8Array) => {
    written[side] += String(text);
    return true;
  };
  stdout.write = into("out");
  stderr.write = into("err");
  process.exitCode = 0;
  try {
    await doctor.parseAsync(args, { from: "user" });
    return { ...written, exit: Number(process.exitCode ?? 0) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { ...written, err: error.message, exit: error.exit };
  } finally {
    process.exitCode = code ?? 0;
    [stdout.write, stderr.write] = before;
  }
}

const path = (name: string) => join(folder, name);

test("clients of a log: the span first, then who needs attention and why", async () => {
  const { out, exit } = await run("clients", path("old.evtx"), "--lang", "en");
  expect(exit).toBe(0);
  expect(out).toContain(
    "kms01.corp.example: 2026-03-01 08:01 to 2026-04-26 08:01 (56 days), UTC, Requests 18",
  );
  expect(out).toContain("Machines that need attention: 2 of 3");
  expect(out).toMatch(/srv-3\s+not seen for 34 days\s+Windows Server 2022 Standard/);
  expect(out).toContain("1 more; --all shows all.");
});

test("all machines, chosen ones, and in Japanese", async () => {
  expect((await run("clients", path("old.evtx"), "--all")).out).toContain("srv-1");
  expect((await run("clients", path("old.evtx"), "--since", "7d", "--lang", "en")).out).not.toContain(
    "srv-3 ",
  );
  expect((await run("clients", path("old.evtx"), "--lang", "ja")).out).toContain(
    "対応が必要なコンピューター",
  );
});

test("every format goes to a file or to standard output", async () => {
  await run("clients", path("old.evtx"), "--format", "html", "-o", path("clients.html"));
  expect(await Bun.file(path("clients.html")).text()).toStartWith("<!doctype html>");
  expect((await run("clients", path("old.evtx"), "--format", "csv")).out.split("\r\n")).toHaveLength(5);
  expect(JSON.parse((await run("clients", path("old.evtx"), "--json")).out).machines).toHaveLength(3);
  expect(JSON.parse((await run("compare", path("old.evtx"), path("new.evtx"), "--json")).out).version).toBe(
    1,
  );
});

test("a comparison says who keeps the old host in use, and ends with 1 as long as somebody does", async () => {
  const { out, exit } = await run("compare", path("old.evtx"), path("new.evtx"), "--lang", "en");
  expect(exit).toBe(1);
  expect(out).toContain("The old host cannot be switched off yet.\n1 machine still asks the old host");
  expect(out).toMatch(/srv-1\s+still on the old/);
  expect(out).toMatch(/srv-3\s+gone from both/);
});

test("without a host's log the command ends with 3, and says which log and how to get it", async () => {
  const { err, exit } = await run("clients", path("note.txt"));
  expect(exit).toBe(3);
  expect(err).toContain('wevtutil epl "Key Management Service" kms.evtx');
  expect(err.trim().split("\n")).toHaveLength(1);
  expect((await run("compare", path("old.evtx"), path("note.txt"))).exit).toBe(3);
});

test("what is not there, and a time that is none, end with 2", async () => {
  expect((await run("clients", path("missing.evtx"))).exit).toBe(2);
  expect((await run("clients", path("old.evtx"), "--since", "yesterday")).exit).toBe(2);
});

test("nothing in a name steers the terminal", () => {
  expect(printable("a\u001b[31mb\u0007\u202ec\n")).toBe("a\uFFFD[31mb\uFFFD\uFFFDc\n");
});
