import { afterEach, describe, expect, test } from "bun:test";
import { addressRecord, type FakeZone, srvRecord, startFakeDns } from "../../test/fake-dns.ts";
import { problemIn, problemOf } from "../../test/problems.ts";
import { createDns } from "./dns.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serve(zone: FakeZone, timeout = 60_000) {
  const server = await startFakeDns(zone);
  closing.push(server.close);
  return { dns: createDns({ servers: [server.server], timeout }), questions: server.questions };
}

test("the SRV records of Muster's own label are asked for", async () => {
  const { dns, questions } = await serve({
    "_muster._tcp.corp.test": [
      srvRecord("corp.test", "kms1.corp.test", 1688, { priority: 0, weight: 10 }),
      srvRecord("corp.test", "kms2.corp.test", 1689, { priority: 5 }),
    ],
  });
  const records = await dns.srv("corp.test");
  expect(records.map(({ name, port, priority, weight }) => [name, port, priority, weight]).sort()).toEqual([
    ["kms1.corp.test", 1688, 0, 10],
    ["kms2.corp.test", 1689, 5, 0],
  ]);
  expect(questions).toEqual(["SRV _muster._tcp.corp.test"]);
});

test("all addresses of a host are found, of both kinds", async () => {
  const name = "kms1.corp.test";
  const { dns } = await serve({
    [name]: [
      addressRecord(name, "10.0.0.5"),
      addressRecord(name, "10.0.0.6"),
      addressRecord(name, "2001:db8::5"),
    ],
  });
  expect((await dns.addresses(name)).sort()).toEqual(["10.0.0.5", "10.0.0.6", "2001:db8::5"]);
});

test("an address is its own and nobody is asked", async () => {
  const { dns, questions } = await serve({});
  expect(await dns.addresses("10.0.0.5")).toEqual(["10.0.0.5"]);
  expect(await dns.addresses("::1")).toEqual(["::1"]);
  expect(questions).toEqual([]);
});

describe("what DNS says when it has no host", () => {
  test.each<[string, FakeZone[string] | undefined, string]>([
    ["the name does not exist", undefined, "DNS_NAME_NOT_FOUND"],
    ["the server fails", 2, "DNS_SERVER_FAILURE"],
    ["the server refuses", 5, "DNS_SERVER_FAILURE"],
    ["the server is silent", "silent", "DNS_SERVER_FAILURE"],
  ])("%s", async (_, entry, name) => {
    const zone: FakeZone = entry === undefined ? {} : { "_muster._tcp.corp.test": entry };
    const { dns } = await serve(zone, entry === "silent" ? 200 : undefined);
    const failed = await problemOf(dns.srv("corp.test"));
    expect(failed.name as string).toBe(name);
    expect(failed.message).toContain("_muster._tcp.corp.test");
  });

  test("a name without an SRV record is told as one of the two ways there are to say it", async () => {
    const { dns } = await serve({ "_muster._tcp.corp.test": [] });
    // Node's resolver tells an empty answer from a name that does not exist; Bun's does not.
    expect(["DNS_NO_RECORDS", "DNS_NAME_NOT_FOUND"]).toContain((await problemOf(dns.srv("corp.test"))).name);
  });

  test("a host whose name has no address", async () => {
    const { dns } = await serve({});
    const failed = await problemOf(dns.addresses("kms1.corp.test"));
    expect(failed.name).toBe("HOST_NAME_NOT_RESOLVED");
    expect(failed.message).toContain("kms1.corp.test");
  });
});

test("a server that is no address is refused with what to write", () => {
  const refused = problemIn(() => createDns({ servers: ["dns.corp.test"] }));
  expect(refused.name).toBe("BAD_INPUT");
  expect(refused.message).toContain("10.0.0.53");
});

test("without servers of its own the system's resolver finds addresses", async () => {
  expect(await createDns().addresses("localhost")).toContain("127.0.0.1");
});
