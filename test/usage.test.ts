import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deploy } from "../src/fleet/deployment.ts";
import { DAY, MINUTE } from "../src/protocol/time.ts";
import { makeFolder } from "./folders.ts";
import { muster, startHostProcess } from "./muster.ts";
import { makeRequest } from "./requests.ts";
import { post } from "./system.ts";

/** Each test runs several processes, on a machine that others may keep busy. */
const LIMIT = 180_000;

/** Usage is kept by the day (UTC): a host that is about to begin another one waits for that. */
async function awayFromMidnight(): Promise<void> {
  const left = DAY - (Date.now() % DAY);
  if (left < MINUTE) await Bun.sleep(left);
}

/** A host with 6 seats that 8 machines of the edition that requires 5 have asked, each twice. */
async function fill(overage: "allow" | "deny") {
  await awayFromMidnight();
  const folder = makeFolder();
  const deployment = await deploy(folder, { hostName: "kms01", now: Date.now(), seats: 6, overage });
  const [, server] = deployment.products;
  if (server === undefined) throw new Error("a deployment has two products");
  const { url } = await startHostProcess(deployment.hostFolder, "--port", "0", "--no-dns");
  const machines = Array.from({ length: 8 }, (_, at) =>
    makeRequest(server, { now: Date.now(), name: `pc-${at}` }),
  );
  for (const request of machines) await post(url, request);
  const answers = [];
  for (const request of machines) answers.push(await post(url, request));
  return { deployment, server, answers, host: ["--data", deployment.hostFolder], folder };
}

test(
  "a customer above the seats is activated, sees it, and the vendor learns it from a signed report",
  async () => {
    const { deployment, server, answers, host, folder } = await fill("allow");
    expect(answers.every(({ body }) => body.lease !== undefined)).toBe(true);
    expect((await muster("events", "--id", "12404", ...host)).out).toMatch(/ 12404 +kms01 +7, 6\n$/);
    const status = await muster("host", "status", ...host);
    expect(status.out).toContain("8 leased of 6: 2 more than licensed, allowed and reported (event 12404)");

    const file = join(folder, "usage.jws");
    const written = JSON.parse((await muster("host", "report", "-o", file, ...host, "--json")).out);
    expect(written).toMatchObject({
      leased: 8,
      peak: 8,
      machines: 8,
      seats: 6,
      overageDays: 1,
      products: [{ product: server.product, machines: 8, leased: 8 }],
      output: file,
    });
    expect(readFileSync(file, "utf8")).toBe(`${written.token}\n`);
    const [, payload = ""] = written.token.split(".");
    expect(Buffer.from(payload, "base64url").toString()).not.toContain("pc-");

    const vendor = ["--data", deployment.vendorFolder];
    const taken = await muster("vendor", "ledger", "--import", file, ...vendor);
    expect(taken.out).toContain("8 leased (peak 8) of 6 seats, 1 day above");
    const usage = (await muster("vendor", "ledger", "--usage", ...vendor)).out.split("\n");
    expect(usage[0]).toMatch(/^Host +Customer +Key +Until +Leased +Peak +Seats +Days above$/);
    expect(usage[1]).toMatch(/^kms01 +Demo +\S{5} +\S+Z +8 +8 +6 +1$/);
    expect((await muster("vendor", "ledger", ...vendor)).out).toMatch(
      / usage +Demo +\S{5} +kms01: 8 leased /,
    );
  },
  LIMIT,
);

test(
  "with overage deny the seventh machine gets no lease and 0xC004C020, and the host says why",
  async () => {
    const { answers, host } = await fill("deny");
    expect(answers.map(({ body }) => body.code).filter((code) => code === "0xC004C020")).toHaveLength(2);
    const status = await muster("host", "status", ...host);
    expect(status.out).toContain(
      "6 leased of 6: no further machine gets a lease; ask the vendor for more seats",
    );
    expect((await muster("events", "--id", "12404", ...host)).out).toBe("No events.\n");
  },
  LIMIT,
);

test(
  "a report lists machines when it is told to, goes to standard output alone, and covers what has passed",
  async () => {
    const { host } = await fill("allow");
    const { out, err, exit } = await muster("host", "report", "--machines", "--since", "1d", ...host);
    expect(exit).toBe(0);
    expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(err).toMatch(/^Period +\S+Z to \S+Z\nLeased +8 of 6 seats\n/);
    const claims = JSON.parse(Buffer.from(out.split(".")[1] ?? "", "base64url").toString());
    expect(claims.muster.list.map(({ name }: { name: string }) => name).sort()).toContain("pc-7");
    const future = await muster("host", "report", "--since", "2999-01-01", ...host);
    expect(future).toMatchObject({ exit: 2, out: "" });
    expect(future.err).toStartWith("muster: A report covers time that has passed");
  },
  LIMIT,
);
