import { expect, test } from "bun:test";
import fc from "fast-check";
import { problemIn } from "../../test/problems.ts";
import { makeRequest } from "../../test/requests.ts";
import { newId } from "./ids.ts";
import { type ActivationAnswer, MAX_REQUEST, parseAnswer, parseRefusal, parseRequest } from "./messages.ts";
import { PROBLEMS, type ProblemName, problem } from "./problems.ts";

type Json = Record<string, unknown>;

const request = { ...makeRequest({ application: newId(), product: newId() }), ticket: "dGlja2V0" };
const copy = () => JSON.parse(JSON.stringify(request)) as Json & { machine: Json };

/** The request with one member, `machine.name` style, set or (undefined) left out. */
function withMember(path: string, value: unknown): Json {
  const changed = copy();
  const [first = "", second] = path.split(".");
  if (second === undefined) changed[first] = value;
  else changed.machine[second] = value;
  return JSON.parse(JSON.stringify(changed));
}

test("a good request is read as it is, and what it does not know it leaves aside", () => {
  expect(parseRequest(copy())).toEqual(request);
  expect(parseRequest({ ...copy(), later: { version: 2 } })).toEqual(request);
});

test("a first request has no ticket", () => {
  const { ticket, ...first } = request;
  expect(ticket).toBeString();
  expect(parseRequest(JSON.parse(JSON.stringify(first)))).toEqual(first);
});

test("ids and the fingerprint are read in lower case", () => {
  const { application, product, cmid, machine } = request;
  const upper = {
    ...copy(),
    ...{ application: application.toUpperCase(), product: product.toUpperCase(), cmid: cmid.toUpperCase() },
    machine: { ...machine, fingerprint: machine.fingerprint.toUpperCase() },
  };
  expect(parseRequest(upper)).toEqual(request);
});

test("a request of the largest members fits into what a host reads", () => {
  const name = "\u{1F5A5}".repeat(255);
  const largest = { ...request, ticket: "A".repeat(128), machine: { ...request.machine, name } };
  expect(parseRequest(largest)).toEqual(largest);
  expect(new TextEncoder().encode(JSON.stringify(largest)).length).toBeLessThan(MAX_REQUEST);
});

const WRONG = [null, true, [], {}, "", " ", "\u0000", "x".repeat(5000), -1, 0.5, 1e300, [[]], { a: 1 }];
const FIELDS: [path: string, wrong: unknown[], right: unknown[]][] = [
  ["version", [...WRONG, 0, 2, "1"], [1]],
  ["application", [...WRONG, "{0b6d1c52-93a4-4f7e-8f21-6a5b4c3d2e1f}", 5], [newId()]],
  ["product", [...WRONG, `${newId()}\n`, 5], [newId()]],
  ["cmid", [...WRONG, newId().slice(1), 5], [newId()]],
  ["machine", WRONG, []],
  [
    "machine.name",
    [
      ...[
        null,
        true,
        [],
        {},
        "",
        5,
        "x".repeat(256),
        "a,b",
        "a;b",
        "a\u0000",
        "a\nb",
        "a\u001b[31m",
        "a\u007f",
        "a\u0085",
      ],
      ...[
        "a\u2028b",
        "a\u2029b",
        "\ud800",
        " ",
        " pc",
        "pc ",
        "\u3000pc",
        "pc\u00a0",
        "pc\u202egnp",
        "pc\u200b",
      ],
    ],
    ["pc", "x".repeat(255), "pc 17", "端末-1", "pc-17.corp.example", "Müller's PC"],
  ],
  ["machine.fingerprint", [...WRONG, "a".repeat(63), "a".repeat(65), "g".repeat(64), 5], ["a".repeat(64)]],
  ["machine.virtual", [null, [], {}, "", "true", 0, 1], [true, false]],
  ["status", [null, true, [], {}, "", "1", -1, 7, 0.5, 1e300], [0, 1, 2, 3, 4, 5, 6]],
  ["minutesLeft", [null, true, [], {}, "", "1", -1, 0.5, 2 ** 31, 1e300], [0, 1, 2 ** 31 - 1]],
  ["required", [null, true, [], {}, "", "25", -1, 0, 0.5, 10_001, 1e300], [1, 5, 25, 10_000]],
  [
    "time",
    [...WRONG, 5, "2026-11-22", "2026-02-30T00:00:00Z", "now"],
    ["2026-11-22T06:44:00Z", "2026-11-22T15:44:00.5+09:00"],
  ],
  ["nonce", [...WRONG, 5, "A".repeat(21), "A".repeat(23), `${"A".repeat(21)}=`], ["A".repeat(22)]],
  ["ticket", [...WRONG, 5, "A".repeat(129), "a b", "a="], ["A", "A".repeat(128)]],
];

test.each(FIELDS)("%s: whatever is wrong with it, the field is named", (path, wrong) => {
  const optional = path === "ticket";
  for (const value of optional ? wrong : [undefined, ...wrong]) {
    const problem = problemIn(() => parseRequest(withMember(path, value)));
    expect(problem.name).toBe("BAD_REQUEST");
    expect(problem.message).toMatch(new RegExp(`^The request is malformed: ${path.replace(".", "\\.")}\\b`));
    expect(problem.message.length).toBeLessThan(150);
  }
});

test.each(FIELDS)("%s: what is right is accepted", (path, _, right) => {
  for (const value of right) expect(() => parseRequest(withMember(path, value))).not.toThrow();
});

test("for any JSON value a request is read or BAD_REQUEST, nothing else", () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue())), (value) => {
      expect(problemIn(() => parseRequest(value)).name).toBe("BAD_REQUEST");
    }),
    { examples: [[null], ["__proto__"], [[]], [0], [JSON.parse('{"__proto__": {"version": 1}}')]] },
  );
});

test("for any change of a good request it is read or the changed field is named", () => {
  const paths = fc.constantFrom(...FIELDS.map(([path]) => path));
  const values = fc.oneof(
    fc.jsonValue(),
    fc.constant(undefined),
    fc.string({ unit: "binary", maxLength: 300 }),
  );
  fc.assert(
    fc.property(paths, values, (path, value) => {
      const changed = withMember(path, value);
      try {
        const read = parseRequest(changed);
        // As text: a value may be -0, which is 0 once it has been written.
        const text = JSON.stringify(read);
        expect(JSON.stringify(parseRequest(JSON.parse(text)))).toBe(text);
      } catch (error) {
        expect(error).toMatchObject({ name: "BAD_REQUEST" });
        expect((error as Error).message).toContain(path);
      }
    }),
    { numRuns: 3000 },
  );
});

const answer: ActivationAnswer = {
  count: 26,
  lease: "a.b.c",
  ticket: "dGlja2V0",
  activationInterval: 120,
  renewalInterval: 10_080,
  port: 1688,
  time: "2026-11-22T06:44:00Z",
  hostLicense: "d.e.f",
  code: "0x00000000",
};

test("a good answer is read as it is, with or without a lease", () => {
  const { lease, ...insufficient } = { ...answer, code: "0xC004F038" };
  expect(lease).toBeString();
  expect(parseAnswer({ ...answer, later: 1 })).toEqual(answer);
  expect(parseAnswer(insufficient)).toEqual(insufficient);
});

test("only a plain true asks the machine to rearm", () => {
  expect(parseAnswer({ ...answer, rearm: true })).toEqual({ ...answer, rearm: true });
  for (const rearm of [false, "true", 1, null, {}]) expect(parseAnswer({ ...answer, rearm })).toEqual(answer);
});

const ANSWER_FIELDS: [name: keyof ActivationAnswer, wrong: unknown[]][] = [
  ["count", [null, "26", -1, 0.5, 1e10, [], {}]],
  ["lease", [null, 5, [], {}, true]],
  ["ticket", [null, 5, "", "a b", "A".repeat(129), {}]],
  ["activationInterval", [null, "120", 0, -1, 0.5, 43_201, 1e300]],
  ["renewalInterval", [null, "120", 0, -1, 0.5, 43_201, 2 ** 31]],
  ["port", [null, "1688", 0, -1, 65_536, 1.5]],
  ["time", [null, 5, "", "now", "2026-02-30T00:00:00Z"]],
  ["hostLicense", [null, 5, [], {}]],
  ["code", [null, 0, "", "0x0", "C004F038", "0xC004F03G", "0xC004F0388"]],
];

test.each(ANSWER_FIELDS)("an answer whose %s is wrong does not come from a host", (name, wrong) => {
  for (const value of name === "lease" ? wrong : [undefined, ...wrong]) {
    const problem = problemIn(() => parseAnswer({ ...answer, [name]: value }));
    expect(problem.name).toBe("NOT_A_HOST");
    expect(problem.message).toBe(`What answered is not a Muster host: its ${name} is missing or wrong.`);
  }
});

test("for any JSON value an answer is read or NOT_A_HOST, nothing else", () => {
  const names = fc.constantFrom(...ANSWER_FIELDS.map(([name]) => name));
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(problemIn(() => parseAnswer(value)).name).toBe("NOT_A_HOST");
    }),
  );
  fc.assert(
    fc.property(names, fc.jsonValue(), (name, value) => {
      try {
        const read = parseAnswer({ ...answer, [name]: value });
        // As text: a value may be -0, which is 0 once it has been written.
        const text = JSON.stringify(read);
        expect(JSON.stringify(parseAnswer(JSON.parse(text)))).toBe(text);
      } catch (error) {
        expect(error).toMatchObject({ name: "NOT_A_HOST" });
        expect((error as Error).message).toContain(name);
      }
    }),
  );
});

test("every problem of the table is read back from its body", () => {
  for (const name of Object.keys(PROBLEMS) as ProblemName[]) {
    const refusal = problem(name, "Do this.");
    expect(parseRefusal(JSON.parse(JSON.stringify(refusal)))).toEqual({
      name,
      code: refusal.code,
      detail: "Do this.",
    });
  }
});

test.each([
  ["nothing", null],
  ["a text", "refused"],
  ["an empty object", {}],
  ["no code", { name: "SLOW_DOWN" }],
  ["a code that is none", { name: "SLOW_DOWN", code: "429" }],
  ["no name", { code: "0x800704D5" }],
  ["an unknown name", { name: "TEAPOT", code: "0x800704D5" }],
  ["a name every object has", { name: "toString", code: "0x800704D5" }],
  ["a name of every object's making", { name: "__proto__", code: "0x800704D5" }],
])("%s is no refusal of Muster's", (_, value) => {
  expect(parseRefusal(value)).toBeUndefined();
});

test("the words of a refusal are bounded and cannot command a terminal", () => {
  const body = { name: "SLOW_DOWN", code: "0x800704D5" };
  expect(parseRefusal({ ...body, detail: "x".repeat(5000) })?.detail).toHaveLength(1000);
  expect(parseRefusal({ ...body, detail: "a\u001b[2Jb\r\nc\u009bd" })?.detail).toBe("a [2Jb c d");
  expect(parseRefusal({ ...body, detail: 5 })?.detail).toBe("");
  expect(parseRefusal(body)?.detail).toBe("");
});
