import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { importLicense, initHost, requestLicense } from "../../src/host/folder.ts";
import { openVendor } from "../../src/vendor/vendor.ts";
import { DOMAIN, type Report, type Site, type Story, startSite } from "./deployment.ts";
import type { Machine } from "./network.ts";

/**
 * One deployment, broken in ten ways for real: real machines (namespaces), real name server, real hosts and clients. Each
 * is diagnosed from the bundles that its machines collect, and again with a look at the network from the client.
 */

setDefaultTimeout(180_000);

let site: Site;
let story: Story;

beforeAll(async () => {
  site = await startSite();
});
afterEach(() => story?.end());
afterAll(() => site?.remove());

/** A machine at whose address nobody is. */
const GONE = "kms00 A 10.77.0.99";
const DAY = 86_400_000;

/** The answer: the first finding, as `id verdict`. */
const answer = ({ findings: [first] }: Report) => (first === undefined ? "" : `${first.id} ${first.verdict}`);
const held = ({ findings }: Report) =>
  findings.filter(({ verdict }) => verdict === "confirmed" || verdict === "likely").map(({ id }) => id);

/** Everything that host and client can give. */
async function bundles(pc: Machine): Promise<string[]> {
  return [await story.collect(site.kms01, story.deployment.hostFolder), await story.collect(pc)];
}

describe("A deployment that is well", () => {
  test("is called healthy by its bundles, and from the client", async () => {
    const { kms01, pcs } = site;
    const [pc1 = kms01] = pcs;
    story = await site.begin();
    await story.startHost(kms01);
    await story.install(...pcs);
    await story.activate(...pcs);
    expect(await story.activate(...pcs)).toEqual([0, 0, 0, 0, 0, 0]);
    for (const report of [
      await story.diagnose(pc1, ...(await bundles(pc1))),
      await story.diagnoseLive(pc1),
    ]) {
      expect([report.exit, report.verdict, held(report)]).toEqual([0, "healthy", []]);
    }
  });
});

describe("A deployment that is broken", () => {
  test("by an SRV record that names a machine which is gone, beside a host that is well", async () => {
    const { kms01, pcs } = site;
    const [pc1 = kms01] = pcs;
    story = await site.begin(["_muster._tcp SRV 0 0 1688 kms00", GONE]);
    await story.startHost(kms01, ["--srv-priority", "10"]);
    await story.install(...pcs);
    // Each of them waits for the dead one first.
    await Promise.all(pcs.map((pc) => story.activate(pc)));
    expect(await Promise.all(pcs.map((pc) => story.activate(pc)))).toEqual([[0], [0], [0], [0], [0], [0]]);
    const live = await story.diagnoseLive(pc1);
    expect([live.exit, live.verdict, answer(live)]).toEqual([1, "degraded", "D02 confirmed"]);
  });

  test("by an SRV record that names nobody else", async () => {
    const { kms01, pcs } = site;
    const [pc1 = kms01] = pcs;
    story = await site.begin(["_muster._tcp SRV 0 0 1688 kms00", GONE]);
    await story.install(pc1);
    expect(await story.activate(pc1)).toEqual([1]);
    const told = await story.diagnose(pc1, await story.collect(pc1));
    expect([told.exit, told.verdict, held(told)]).toEqual([1, "failing", ["D02"]]);
    const live = await story.diagnoseLive(pc1);
    expect([live.verdict, answer(live), held(live)]).toEqual(["failing", "D02 likely", ["D02"]]);
  });

  test("by a firewall that drops what comes to the host", async () => {
    const { kms01, pcs } = site;
    const [pc1 = kms01] = pcs;
    story = await site.begin();
    story.patience = 3;
    await story.startHost(kms01);
    const rules =
      "add table inet wall; add chain inet wall in { type filter hook input priority 0; }; add rule inet wall in tcp dport 1688 drop";
    expect((await kms01.run("nft", rules)).err).toBe("");
    try {
      await story.install(pc1);
      expect(await story.activate(pc1)).toEqual([1]);
      const told = await story.diagnose(pc1, ...(await bundles(pc1)));
      expect([told.exit, told.verdict, held(told)]).toEqual([1, "failing", ["N01"]]);
      const live = await story.diagnoseLive(pc1);
      expect([live.verdict, held(live)]).toEqual(["failing", ["N01"]]);
    } finally {
      await kms01.run("nft", "delete table inet wall");
    }
  });

  test("by an SRV record with another port than the host's", async () => {
    const { kms01, pcs } = site;
    const [pc1 = kms01] = pcs;
    story = await site.begin(["_muster._tcp SRV 0 0 1688 kms01"]);
    await story.startHost(kms01, ["--port", "1700", "--no-dns"]);
    await story.install(pc1);
    expect(await story.activate(pc1)).toEqual([1]);
    const files = await bundles(pc1);
    const told = await story.diagnose(pc1, ...files);
    expect([told.exit, told.verdict, answer(told)]).toEqual([1, "failing", "D07 confirmed"]);
    expect(told.findings[0]?.why).toContain("1700");
    // Without the host's own word the port is shut, and that is all that one can see.
    expect(held(await story.diagnoseLive(pc1))).toEqual(["D02", "N05"]);
    const both = await story.diagnoseLive(pc1, ...files);
    expect([both.verdict, answer(both)]).toEqual(["failing", "D07 confirmed"]);
  });

  test("by a client's clock that is six hours ahead", async () => {
    const { kms01, pcs } = site;
    const [pc1 = kms01] = pcs;
    story = await site.begin();
    await story.startHost(kms01);
    const late = ahead(pc1, "+6h");
    await story.install(late);
    expect(await story.activate(late)).toEqual([1]);
    const told = await story.diagnose(pc1, ...(await bundles(late)));
    expect([told.exit, told.verdict, answer(told)]).toEqual([1, "failing", "C12 confirmed"]);
    const live = await story.diagnoseLive(late);
    expect([live.verdict, answer(live)]).toEqual(["failing", "C12 confirmed"]);
    expect(live.findings[0]?.why).toMatch(/(6 h 0|5 h 59) min ahead/);
  });

  test("by clients that are copies of one", async () => {
    const { kms01, pcs } = site;
    const [pc1 = kms01, ...copies] = pcs;
    story = await site.begin();
    await story.startHost(kms01);
    await story.install(pc1);
    await story.activate(pc1);
    for (const pc of copies) cpSync(story.folderOf(pc1), story.folderOf(pc), { recursive: true });
    expect(await story.activate(...pcs, ...pcs)).not.toContain(0);
    const told = await story.diagnose(pc1, ...(await bundles(pc1)));
    expect([told.exit, told.verdict, answer(told)]).toEqual([1, "failing", "M02 confirmed"]);
    expect(held(told)).toContain("H10");
    // Without names, as long as both are redacted by the same key, it is told as well.
    const redact = ["--redact-key", "a word between us"];
    const host = await story.collect(kms01, story.deployment.hostFolder, ...redact);
    const nameless = await story.diagnose(pc1, host, await story.collect(pc1, undefined, ...redact));
    expect(answer(nameless)).toBe("M02 confirmed");
    expect(held(nameless)).toEqual(held(told));
    expect(JSON.stringify([nameless.findings, nameless.evidence.map(({ machine }) => machine)])).not.toMatch(
      /pc-1|kms01\b(?!-)|corp\.example|10\.77/,
    );
    // What one client sees is a count that does not rise; only the host knows why.
    const live = await story.diagnoseLive(pc1);
    expect([live.exit, live.verdict]).toEqual([3, "incomplete"]);
  });

  test("by two hosts that each count half of the machines", async () => {
    const { kms01, kms02, pcs } = site;
    const [pc1 = kms01] = pcs;
    story = await site.begin();
    const second = await secondHost();
    await story.startHost(kms01);
    await story.startHost(kms02, ["--no-dns"], second);
    await story.install(...pcs);
    for (const [at, pc] of pcs.entries()) {
      await pc.muster("skms", `kms0${1 + (at % 2)}.${DOMAIN}`, "--data", story.folderOf(pc));
    }
    expect(await story.activate(...pcs, ...pcs)).not.toContain(0);
    const told = await story.diagnose(pc1, ...(await bundles(pc1)), await story.collect(kms02, second));
    expect([told.exit, told.verdict, answer(told)]).toEqual([1, "failing", "H09 confirmed"]);
  });

  test("by a host licence that has expired", async () => {
    const { kms01, pcs } = site;
    const [pc1 = kms01] = pcs;
    story = await site.begin([], Date.now() - 400 * DAY);
    await story.startHost(kms01);
    await story.install(pc1);
    expect(await story.activate(pc1)).toEqual([1]);
    const told = await story.diagnose(pc1, ...(await bundles(pc1)));
    expect([told.exit, told.verdict]).toEqual([1, "failing"]);
    expect(answer(told)).toMatch(/^(H01|H16) confirmed$/);
    const live = await story.diagnoseLive(pc1);
    expect(live.verdict).toBe("failing");
    expect(answer(live)).toMatch(/^(H01|H16) likely$/);
  });

  test("by a host that DNS does not let publish itself", async () => {
    const { kms01, pcs } = site;
    const [pc1 = kms01] = pcs;
    story = await site.begin();
    await story.startHost(kms01, ["--tsig-key", story.bind.wrongKeyFile]);
    await story.install(pc1);
    expect(await story.activate(pc1)).toEqual([1]);
    const told = await story.diagnose(pc1, ...(await bundles(pc1)));
    expect([told.exit, told.verdict, answer(told)]).toEqual([1, "failing", "D09 confirmed"]);
    const live = await story.diagnoseLive(pc1);
    expect([live.verdict, answer(live)]).toEqual(["failing", "D01 confirmed"]);
  });

  test("by a client that is given a dead host by name", async () => {
    const { kms01, pcs } = site;
    const [pc1 = kms01, ...others] = pcs;
    story = await site.begin([GONE]);
    await story.startHost(kms01);
    await story.install(...pcs);
    await pc1.muster("skms", `kms00.${DOMAIN}`, "--data", story.folderOf(pc1));
    await story.activate(...others);
    expect(await story.activate(...others, pc1)).toEqual([0, 0, 0, 0, 0, 1]);
    for (const report of [
      await story.diagnose(pc1, ...(await bundles(pc1))),
      await story.diagnoseLive(pc1),
    ]) {
      expect([report.exit, report.verdict, answer(report)]).toEqual([1, "failing", "D12 confirmed"]);
    }
  });

  test("by nothing but too few machines", async () => {
    const { kms01, pcs } = site;
    const [pc1 = kms01, ...others] = pcs;
    story = await site.begin();
    await story.startHost(kms01);
    await story.install(pc1, ...others.slice(0, 2));
    expect(await story.activate(pc1, ...others.slice(0, 2))).toEqual([1, 1, 1]);
    const told = await story.diagnose(pc1, ...(await bundles(pc1)));
    expect([told.exit, told.verdict, answer(told)]).toEqual([1, "failing", "H08 confirmed"]);
    expect(told.findings.map(({ id }) => id)).not.toContain("H09");
    const live = await story.diagnoseLive(pc1);
    expect(live.findings.map(({ id }) => id)).toContain("H08");
  });
});

/** The same machine, with a clock of its own. Programs that a wrong clock stops under faketime keep the right one. */
function ahead(machine: Machine, offset: string): Machine {
  const folder = join(story.folder, "programs");
  mkdirSync(folder);
  writeFileSync(join(folder, "dig"), '#!/bin/sh\nunset LD_PRELOAD\nexec /usr/bin/dig "$@"\n', {
    mode: 0o755,
  });
  const clock = ["env", `PATH=${folder}:${process.env.PATH}`, "FAKETIME_DONT_FAKE_MONOTONIC=1", "faketime"];
  return { ...machine, muster: (...args) => machine.musterBy([...clock, "-f", offset], ...args) };
}

/** A second host of the same application, with a licence of its own. */
async function secondHost(): Promise<string> {
  const folder = join(story.folder, "second-host");
  const now = Date.now();
  const vendor = openVendor(story.deployment.vendorFolder);
  try {
    const identity = await initHost(folder, `kms02.${DOMAIN}`, vendor.signedCatalogue());
    const { text } = vendor.hostKey({ application: "Muster Demo", customer: "Demo" }, now);
    const { license } = await vendor.approve(requestLicense(identity, text, now), now);
    await importLicense(folder, license, now);
  } finally {
    vendor.close();
  }
  return folder;
}
