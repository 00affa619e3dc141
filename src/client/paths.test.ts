import { describe, expect, test } from "bun:test";
import { problem } from "../protocol/problems.ts";
import { createPaths, type Reach } from "./paths.ts";
import type { Target } from "./target.ts";

const targets: Target[] = Array.from({ length: 50 }, (_, at) => ({
  host: `kms-${at}.test`,
  port: 1688,
  secure: false,
}));
const [first] = targets;
if (first === undefined) throw new Error("there are targets");

/** DNS that has one address for each name, and a network where nobody answers until told so. */
function network(reached: (address: string) => boolean = () => false) {
  const asked: string[] = [];
  let waiting: (() => void)[] = [];
  const reach: Reach = async (_, address) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return reached(address) ? undefined : problem("CONNECTION_TIMED_OUT", `${address} is silent.`);
  };
  return {
    reach,
    asked,
    dns: {
      srv: () => Promise.reject(new Error("nobody asks")),
      async addresses(host: string) {
        asked.push(host);
        if (host === "kms-3.test") throw problem("HOST_NAME_NOT_RESOLVED", "kms-3.test has no address.");
        return [`address of ${host}`];
      },
    },
    waiting: () => waiting.length,
    time() {
      for (const resolve of waiting) resolve();
      waiting = [];
    },
  };
}
const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

describe("looking ahead", () => {
  test("waits for many hosts that keep silent as long as for one", async () => {
    const { dns, reach, waiting, time } = network();
    const paths = createPaths(dns, reach);
    const looked = paths.lookAhead(targets);
    await turns();
    expect(waiting()).toBe(15);
    time();
    await looked;
    expect(await paths.to(first)).toMatchObject({
      failure: { host: "kms-0.test:1688", address: "address of kms-0.test", name: "CONNECTION_TIMED_OUT" },
    });
    expect(await paths.to({ ...first, host: "kms-3.test" })).toMatchObject({
      failure: { host: "kms-3.test:1688", address: undefined, name: "HOST_NAME_NOT_RESOLVED" },
    });
  });

  test("does nothing for a host whose way is known, and goes on with the next after those", async () => {
    const { dns, reach, asked, time } = network();
    const paths = createPaths(dns, reach);
    const looked = paths.lookAhead(targets);
    await turns();
    time();
    await looked;
    await paths.lookAhead(targets.slice(1));
    expect(asked.length).toBe(16);
    const more = paths.lookAhead(targets.slice(16));
    await turns();
    time();
    await more;
    expect(asked.length).toBe(32);
  });

  test("leaves the hosts that answer to be asked, at the addresses that do", async () => {
    const { dns, reach, time } = network((address) => address.endsWith("kms-1.test"));
    const two = async (host: string) => ["dead", ...(await dns.addresses(host))];
    const paths = createPaths({ ...dns, addresses: two }, reach);
    const looked = paths.lookAhead(targets);
    await turns();
    time();
    await looked;
    expect(await paths.to({ ...first, host: "kms-1.test" })).toEqual({
      addresses: ["address of kms-1.test"],
    });
  });

  test("is not worth a connection more for a few hosts, which may be busy", async () => {
    const { dns, reach, asked } = network();
    await createPaths(dns, reach).lookAhead(targets.slice(0, 3));
    expect(asked).toEqual([]);
  });
});
