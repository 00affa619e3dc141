import { describe, expect, onTestFinished, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { makeFolder } from "../../../test/folders.ts";
import { type DoctorOptions, openDoctor } from "./doctor.ts";

/** A doctor whose thread runs these lines. */
function doctorOf(lines: string, options: Partial<DoctorOptions> = {}) {
  const path = join(makeFolder(), "thread.ts");
  writeFileSync(path, `const documents = { en: { verdict: "healthy" }, ja: {} };\n${lines}`);
  const doctor = openDoctor({ folder: "host", clock: () => 7, thread: pathToFileURL(path), ...options });
  onTestFinished(() => doctor.stop());
  return doctor;
}

/** Answers so many milliseconds after it was asked. */
const answering = (after: number) =>
  `self.onmessage = () => setTimeout(() => self.postMessage({ kind: "documents", documents }), ${after});`;

const nameOf = (asked: Promise<unknown>) =>
  asked.then(
    () => "an answer",
    (error: Error) => `${error.name}: ${error.message}`,
  );

describe("a doctor", () => {
  test("makes one diagnosis for all who ask for the host's at the same time", async () => {
    const doctor = doctorOf(answering(50));
    const [one, other, fresh] = await Promise.all([
      doctor.ofHost(false),
      doctor.ofHost(false),
      doctor.ofHost(true),
    ]);
    expect(other).toBe(one);
    expect(fresh).toBe(one);
    expect(one).toMatchObject({ made: 7, documents: { en: { verdict: "healthy" } } });
  });

  test("makes some wait, and sends the rest away with a time to come back", async () => {
    const doctor = doctorOf(answering(50));
    const asked = await Promise.allSettled(Array.from({ length: 6 }, () => doctor.ofFiles("files")));
    const refused = asked.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
    expect(refused).toMatchObject([
      { name: "HOST_BUSY", retryAfter: 15 },
      { name: "HOST_BUSY", retryAfter: 15 },
    ]);
    expect(await nameOf(doctor.ofFiles("files"))).toBe("an answer");
  });

  test.each([
    ["throws", 'self.onmessage = () => { throw new Error("out of luck"); };', /DEFECT: .*out of luck/],
    ["ends without an answer", "self.onmessage = () => process.exit(1);", /DEFECT: The doctor failed/],
    ["cannot be started", 'import "./nothing.ts";', /DEFECT: The doctor failed/],
    ["takes too long", "self.onmessage = () => { for (;;); };", /HOST_BUSY: The diagnosis was ended/],
    [
      "has a problem",
      'self.onmessage = () => self.postMessage({ kind: "problem", name: "BAD_INPUT", message: "No." });',
      /BAD_INPUT: No\./,
    ],
  ])("says in one sentence when its thread %s, and takes the next question", async (_, lines, told) => {
    // A thread takes its time to start where others are busy.
    const doctor = doctorOf(lines, { patience: lines.includes("for (;;)") ? 1000 : 60_000 });
    const first = await nameOf(doctor.ofFiles("files"));
    expect(first).toMatch(told);
    expect(first).not.toContain("\n");
    expect(await nameOf(doctor.ofHost(false))).toMatch(told);
  });

  test("lets nobody wait when it is stopped", async () => {
    const doctor = doctorOf("self.onmessage = () => {};");
    const asked = [nameOf(doctor.ofFiles("files")), nameOf(doctor.ofFiles("files"))];
    await Bun.sleep(20);
    doctor.stop();
    expect(await Promise.all(asked)).toEqual([
      expect.stringContaining("HOST_BUSY"),
      expect.stringContaining("HOST_BUSY"),
    ]);
  });
});
