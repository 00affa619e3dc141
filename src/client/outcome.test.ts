import { describe, expect, test } from "bun:test";
import { type ProblemName, problem } from "../protocol/problems.ts";
import { conclude, failedTry, isRefusal, moreTelling } from "./outcome.ts";

const tried = (host: string, name: ProblemName, reason = `${name} at ${host}.`) =>
  failedTry(host, undefined, problem(name, reason));

describe("an attempt that failed comes to one code and one sentence", () => {
  test("nowhere to look", () => {
    const { code, message } = conclude([]);
    expect(code).toBe("0x8007007B");
    expect(message).toBe(
      "This machine has no DNS suffix, so there is no domain to look for a host in; name the domain (muster skms-domain DOMAIN) or the host (muster skms HOST).",
    );
  });

  test("no record in any domain", () => {
    const { code, message } = conclude([
      tried("a.test", "DNS_NAME_NOT_FOUND", "There is no SRV record _muster._tcp.a.test in DNS."),
      tried("b.test", "DNS_NAME_NOT_FOUND", "There is no SRV record _muster._tcp.b.test in DNS."),
    ]);
    expect(code).toBe("0x8007232B");
    expect(message).toBe(
      "There is no SRV record _muster._tcp.a.test in DNS. There is no SRV record _muster._tcp.b.test in DNS. Publish the host in DNS (muster sdns on the host), or name it here: muster skms HOST.",
    );
  });

  test("a DNS server that failed says more than a name that is not there, and needs another remedy", () => {
    const { name, message } = conclude([
      tried("a.test", "DNS_NAME_NOT_FOUND"),
      tried("b.test", "DNS_SERVER_FAILURE"),
    ]);
    expect(name).toBe("DNS_SERVER_FAILURE");
    expect(message).toContain("Put this machine's DNS in order");
  });

  test("every host is named with its own code and reason", () => {
    const { code, message } = conclude([
      tried("a.test:1688", "CONNECTION_REFUSED", "Nothing listens at a.test:1688."),
      tried("b.test:1688", "CLOCK_SKEW", "The clocks differ by 300 minutes."),
    ]);
    expect(code).toBe("0xC004F074");
    expect(message).toBe(
      "No host activated this machine. a.test:1688: Nothing listens at a.test:1688 (0x8007274D); b.test:1688: The clocks differ by 300 minutes (0xC004F06C).",
    );
  });

  test("what all hosts agree on is said once, with its own code", () => {
    const { code, message } = conclude([
      tried("a.test:1688", "CLOCK_SKEW", "The clocks differ by 300 minutes."),
      tried("b.test:1688", "CLOCK_SKEW", "The clocks differ by 300 minutes."),
    ]);
    expect(code).toBe("0xC004F074");
    expect(message).toBe(
      "All 2 hosts failed for the same reason (0xC004F06C): The clocks differ by 300 minutes. Asked: a.test:1688, b.test:1688.",
    );
  });

  test("a cached host that is dead and a zone without records are both told", () => {
    const { name, message } = conclude([
      tried("old.test:1688", "CONNECTION_TIMED_OUT", "old.test:1688 did not answer within 5 s."),
      tried("a.test", "DNS_NAME_NOT_FOUND", "There is no SRV record _muster._tcp.a.test in DNS."),
    ]);
    expect(name).toBe("NO_HOST_CONTACTED");
    expect(message).toContain("old.test:1688 did not answer within 5 s (0x8007274C)");
    expect(message).toContain("DNS gave no other host: a.test: There is no SRV record");
  });

  test("a hundred hosts make no endless sentence", () => {
    const names: ProblemName[] = ["CONNECTION_REFUSED", "CONNECTION_TIMED_OUT"];
    const tries = Array.from({ length: 100 }, (_, at) =>
      tried(`h${at}.test:1688`, names[at % 2] ?? "DEFECT"),
    );
    expect(conclude(tries).message).toEndWith("and 92 more.");
  });
});

test.each<[ProblemName, ProblemName, ProblemName]>([
  ["CONNECTION_REFUSED", "HOST_UNREACHABLE", "CONNECTION_REFUSED"],
  ["HOST_UNREACHABLE", "CONNECTION_REFUSED", "CONNECTION_REFUSED"],
  ["CONNECTION_TIMED_OUT", "HOST_NOT_TRUSTED", "HOST_NOT_TRUSTED"],
  ["NOT_A_HOST", "CLOCK_SKEW", "CLOCK_SKEW"],
])("of %s and %s at one host's addresses, %s is told", (one, other, told) => {
  expect(moreTelling(tried("a.test:1688", one), tried("a.test:1688", other)).name).toBe(told);
});

test("a host that refuses is not asked again at its other addresses, one that cannot be reached is", () => {
  expect(isRefusal("CLOCK_SKEW")).toBe(true);
  expect(isRefusal("HOST_NOT_ACTIVATED")).toBe(true);
  expect(isRefusal("CONNECTION_REFUSED")).toBe(false);
  expect(isRefusal("HOST_NOT_TRUSTED")).toBe(false);
});
