import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { problemIn } from "../../test/problems.ts";
import { formatTarget, parseDomain, parseTarget } from "./target.ts";

describe("a host is read from what people write", () => {
  test.each([
    ["kms.corp.example", "kms.corp.example", 1688, false],
    ["kms.corp.example:1700", "kms.corp.example", 1700, false],
    [" KMS01 ", "KMS01", 1688, false],
    ["10.0.0.5:1689", "10.0.0.5", 1689, false],
    ["[2001:db8::5]:1689", "2001:db8::5", 1689, false],
    ["2001:db8::5", "2001:db8::5", 1688, false],
    ["[2001:db8::5]", "2001:db8::5", 1688, false],
    ["https://kms.corp.example", "kms.corp.example", 1688, true],
    ["http://kms.corp.example:80/", "kms.corp.example", 80, false],
  ])("%s", (text, host, port, secure) => {
    expect(parseTarget(text)).toEqual({ host, port, secure });
  });

  test.each([
    "",
    ":1688",
    "kms:0",
    "kms:65536",
    "kms:port",
    "kms, other",
    "a b",
    "-kms",
    "kms:1:2",
    "[kms]:1",
  ])("%j is refused with what to write", (text) => {
    const refused = problemIn(() => parseTarget(text));
    expect(refused.name).toBe("BAD_INPUT");
    expect(refused.message).toContain("kms.example.com:1688");
  });
});

test("what is written for a host reads as the same host", () => {
  const name = fc.stringMatching(/^[a-z]{1,10}(\.[a-z]{1,10}){0,3}$/);
  const host = fc.oneof(name, fc.ipV4(), fc.constant("2001:db8::17"));
  fc.assert(
    fc.property(host, fc.integer({ min: 1, max: 65535 }), (host, port) => {
      expect(parseTarget(formatTarget({ host, port }))).toEqual({ host, port, secure: false });
    }),
  );
});

test("a host with a character that could break an event's fields is never accepted", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.constantFrom(",", ";", " ", "\n", "\0", "\u202e"),
      fc.string(),
      (before, bad, after) => {
        const text = `k${before}${bad}${after}k`;
        expect(problemIn(() => parseTarget(text)).name).toBe("BAD_INPUT");
      },
    ),
  );
});

test.each([
  ["corp.example", "corp.example"],
  ["Corp.Example.", "corp.example"],
])("the domain %s is kept as %s", (text, domain) => {
  expect(parseDomain(text)).toBe(domain);
});

test.each([
  ["nothing", ""],
  ["a dot alone", "."],
  ["a name with two dots at its end", "corp.example.."],
  ["two words", "a b"],
  ["a comma", "corp,example"],
  ["more than DNS allows", "x".repeat(300)],
])("%s is no domain", (_, text) => {
  expect(problemIn(() => parseDomain(text)).name).toBe("BAD_INPUT");
});
