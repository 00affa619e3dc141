import { describe, expect, test } from "bun:test";
import { formatServerAddress, parseServerAddress, resolveServer } from "./server-address.ts";

describe("a DNS server's address", () => {
  test.each([
    ["10.0.0.2", "10.0.0.2", 53],
    ["127.0.0.1:15353", "127.0.0.1", 15353],
    ["ns1.corp.example", "ns1.corp.example", 53],
    ["ns1.corp.example:5353", "ns1.corp.example", 5353],
    ["::1", "::1", 53],
    ["[::1]", "::1", 53],
    ["[2001:db8::2]:5353", "2001:db8::2", 5353],
  ])("is read from %j", (text, host, port) => {
    expect(parseServerAddress(text)).toEqual({ host, port });
    expect(parseServerAddress(formatServerAddress({ host, port }))).toEqual({ host, port });
  });

  test.each(["", "10.0.0.2:0", "10.0.0.2:65536", "10.0.0.2:dns", "a b", "[10.0.0.2]:53", "http://10.0.0.2"])(
    "is not read from %j",
    (text) => {
      expect(() => parseServerAddress(text)).toThrow("is no DNS server");
    },
  );

  test("stays when it is an IP address", async () => {
    expect(await resolveServer({ host: "192.0.2.7", port: 5353 })).toEqual({ host: "192.0.2.7", port: 5353 });
  });

  test("of a name that has no address says so", async () => {
    // A label of 64 characters has none, and every resolver knows that without asking.
    const host = `${"a".repeat(64)}.example`;
    await expect(resolveServer({ host, port: 53 })).rejects.toThrow(`The DNS server ${host} has no address`);
  });
});
