import { expect, test } from "bun:test";
import { PROBLEMS, Problem, type ProblemName, problem, problemNamed, SUCCESS } from "./problems.ts";

const rows = Object.entries(PROBLEMS) as [ProblemName, (typeof PROBLEMS)[ProblemName]][];

test.each(rows)(
  "%s has a code, a status, an exit code and a sentence",
  (name, { code, status, exit, title }) => {
    expect(name).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(code).toMatch(/^0x[0-9A-F]{8}$/);
    expect(Number(code) >>> 31).toBe(1);
    expect(status === 200 || (status >= 400 && status <= 599)).toBe(true);
    expect([1, 2, 70]).toContain(exit);
    expect(title).toMatch(/^[A-Z].*\.$/);
  },
);

test("no two problems share a code, so a code leads back to its problem", () => {
  for (const [name, { code }] of rows) {
    expect(problemNamed(code)).toBe(name);
    expect(problemNamed(code.toLowerCase())).toBe(name);
  }
});

test.each([SUCCESS, "", "0x80070000", "COUNT_INSUFFICIENT"])("%p is the code of no problem", (code) => {
  expect(problemNamed(code)).toBeUndefined();
});

test("only a defect of Muster itself ends a command with 70", () => {
  expect(rows.filter(([, { exit }]) => exit === 70).map(([name]) => name)).toEqual(["DEFECT"]);
});

test("a problem becomes problem details of RFC 9457 with its code and name", () => {
  const refusal = problem("CLOCK_SKEW", "Set the clock right.", { retryAfter: 60 });
  expect(refusal).toBeInstanceOf(Problem);
  expect(refusal).toBeInstanceOf(Error);
  expect(refusal.retryAfter).toBe(60);
  expect(JSON.parse(JSON.stringify(refusal))).toEqual({
    type: "about:blank",
    title: "The clocks of client and host differ by more than allowed.",
    status: 403,
    detail: "Set the clock right.",
    code: "0xC004F06C",
    name: "CLOCK_SKEW",
  });
  expect([refusal.code, refusal.status, refusal.exit]).toEqual(["0xC004F06C", 403, 1]);
});

test("a problem keeps what caused it, and does not tell it to the other side", () => {
  const cause = new Error("disk full at /var/lib/muster");
  const failure = problem("STORE_UNAVAILABLE", "The host cannot write.", { cause });
  expect(failure.cause).toBe(cause);
  expect(JSON.stringify(failure)).not.toContain("disk full");
});

test.each([
  ["ends a line", "kms01\nactivated: yes"],
  ["ends a line elsewhere", "kms01\u2028activated: yes"],
  ["steers a terminal", "\u001b[2Jkms01"],
  ["steers it by one byte", "\u009b2Jkms01"],
  ["turns the direction of writing", "\u202eexe.10smk"],
])("what is quoted in a sentence and %s is left out of it", (_, quoted) => {
  const { message } = problem("BAD_INPUT", `'${quoted}' names no host.`);
  expect(message).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
  expect(message).toStartWith("'");
  expect(message).toEndWith("' names no host.");
});
