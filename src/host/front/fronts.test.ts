import { describe, expect, test } from "bun:test";
import { problemOf } from "../../../test/problems.ts";
import { makeRequest } from "../../../test/requests.ts";
import { post, startHost, startSystem, stopHost } from "../../../test/system.ts";

const clientEdition = async (fronts: number) => {
  const system = await startSystem({ fronts });
  const [product] = system.deployment.products;
  if (!product) throw new Error("a deployment has products");
  return { ...system, first: (name = "pc-1") => makeRequest(product, { name, now: Date.now() }), product };
};

describe("a host with fronts", () => {
  test.each([1, 3])("counts without a gap whichever of %d threads takes the request", async (fronts) => {
    const { url, first } = await clientEdition(fronts);
    const counts: number[] = [];
    for (let machine = 0; machine < 30; machine++) {
      const { status, body } = await post(url, first());
      expect([status, body.code]).toEqual([200, machine < 24 ? "0xC004F038" : "0x00000000"]);
      counts.push(body.count);
    }
    expect(counts).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
  });

  test("refuses what is malformed and what it does not cover as one without them does", async () => {
    const { url, first } = await clientEdition(2);
    expect((await post(url, "{")).body).toMatchObject({ name: "BAD_REQUEST", status: 400 });
    expect((await post(url, { ...first(), product: crypto.randomUUID() })).body.name).toBe(
      "HOST_CANNOT_BE_USED",
    );
    expect((await fetch(url)).status).toBe(404);
  });

  test("answers what it accepted before it stops", async () => {
    const { url, host, first } = await clientEdition(2);
    const answers = Promise.all(Array.from({ length: 60 }, () => post(url, first())));
    await Bun.sleep(5);
    await host.listener.stop();
    expect(new Set((await answers).map(({ status }) => status))).toEqual(new Set([200]));
  });

  test("does not share a port with another host", async () => {
    const { host } = await clientEdition(2);
    const other = await clientEdition(2);
    await stopHost(other.host);
    const { port } = host.listener;
    expect((await problemOf(startHost(other.deployment, { fronts: 2, port }))).name).toBe("PORT_IN_USE");
  });
});
