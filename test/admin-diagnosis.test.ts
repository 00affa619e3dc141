import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zipSync } from "fflate";
import { startAdmin } from "./admin.ts";
import { muster } from "./muster.ts";
import { makeRequest } from "./requests.ts";
import { post, startHost, stopHost } from "./system.ts";

interface Document {
  readonly language: string;
  readonly verdict: string;
  readonly evidence: readonly { readonly file: string; readonly kind: string; readonly records: number }[];
  readonly findings: readonly { readonly id: string; readonly title: string; readonly affects: string[] }[];
}

interface Diagnosis {
  readonly made: string;
  readonly verdict: string;
  readonly sentence: string;
  readonly kept?: string;
  readonly document: Document;
}

interface Evidence {
  readonly evidence: readonly { readonly id: string; readonly files: { name: string; bytes: number }[] }[];
}

const SAMPLES = join(import.meta.dir, "..", "docs", "samples");

function formOf(files: Record<string, Uint8Array<ArrayBuffer> | string>, isKept = false): FormData {
  const form = new FormData();
  for (const [name, content] of Object.entries(files)) form.append("files", new File([content], name));
  if (isKept) form.append("keep", "true");
  return form;
}

const sample = (path: string) => new Uint8Array(readFileSync(join(SAMPLES, path)));

describe("GET /v1/diagnosis", () => {
  test("says what muster doctor on the host's machine says, of the same evidence", async () => {
    const { ask, enrol, product, url, deployment } = await startAdmin();
    await enrol(26);
    // Two machines of one image: the same CMID, other hardware, an old ticket.
    const clone = makeRequest(product, { now: Date.now(), name: "pc-clone" });
    for (const name of ["pc-clone", "pc-copy", "pc-clone", "pc-copy"]) {
      await post(url, { ...makeRequest(product, { now: Date.now(), name }), cmid: clone.cmid });
    }
    const { body } = await ask<Diagnosis>("GET", "/v1/diagnosis");
    const { out } = await muster("doctor", "--json", "--data", deployment.hostFolder, "--role", "host");
    const told = JSON.parse(out) as Document;
    const idsOf = ({ findings }: Document) => findings.map(({ id }) => id);
    expect([body.verdict, idsOf(body.document)]).toEqual([told.verdict, idsOf(told)]);
    expect(idsOf(told)).toContain("H10");
    const readOf = ({ evidence }: Document) =>
      evidence
        .filter(({ file }) => file.includes("muster-host/"))
        .map(({ kind, records }) => [kind, records]);
    expect(readOf(body.document)).toEqual(readOf(told));
  });

  test("calls a host well that is new, and one whose few servers are all that it needs", async () => {
    const { ask, server, url } = await startAdmin();
    const ofHost = async () => {
      const { body } = await ask<Diagnosis>("GET", "/v1/diagnosis?fresh=true");
      return [body.verdict, body.document.findings.map(({ id }) => id)];
    };
    // It publishes nothing, which is lawful, and is said.
    expect(await ofHost()).toEqual(["healthy", ["D10", "M05"]]);
    for (const at of Array.from({ length: 4 }, (_, each) => each)) {
      await post(url, makeRequest(server, { now: Date.now(), name: `server-${at}` }));
    }
    // Four are too few, and that is no state of health.
    expect(await ofHost()).toEqual(["failing", ["H08", "D10"]]);
    for (const at of [4, 5, 6]) {
      await post(url, makeRequest(server, { now: Date.now(), name: `server-${at}` }));
    }
    expect(await ofHost()).toEqual(["healthy", ["D10"]]);
  });

  test("is kept for a minute, in both languages, until a fresh one is asked for", async () => {
    let now = Date.now();
    const { ask } = await startAdmin({ clock: () => now });
    const first = (await ask<Diagnosis>("GET", "/v1/diagnosis?lang=en")).body;
    now += 30_000;
    const second = (await ask<Diagnosis>("GET", "/v1/diagnosis?lang=ja")).body;
    expect([second.made, second.document.language]).toEqual([first.made, "ja"]);
    expect(second.sentence).toMatch(/[ぁ-ん]/);
    const fresh = (await ask<Diagnosis>("GET", "/v1/diagnosis?fresh=true")).body;
    expect(fresh.made).toBe(new Date(now).toISOString());
    now += 61_000;
    expect((await ask<Diagnosis>("GET", "/v1/diagnosis")).body.made).toBe(new Date(now).toISOString());
  });

  test("keeps no client waiting: machines are counted while it is made", async () => {
    const { ask, enrol } = await startAdmin();
    const asked = ask<Diagnosis>("GET", "/v1/diagnosis");
    await enrol(26);
    expect((await asked).status).toBe(200);
    const { body } = await ask<{ total: number }>("GET", "/v1/machines?limit=1");
    expect(body.total).toBe(26);
  });
});

describe("POST /v1/diagnosis", () => {
  test("judges the files that were dropped, and keeps none of them", async () => {
    const { ask, deployment } = await startAdmin();
    const before = readdirSync(deployment.hostFolder);
    const { body } = await ask<Diagnosis>(
      "POST",
      "/v1/diagnosis",
      formOf({ "tokyo-ato.txt": sample("tokyo-ato.txt") }),
    );
    expect(body.document.evidence).toMatchObject([{ file: "tokyo-ato.txt" }]);
    expect(body.kept).toBeUndefined();
    const left = readdirSync(deployment.hostFolder).filter((name) => !before.includes(name));
    expect(left).toEqual(["dropped-evidence"]);
    expect(readdirSync(join(deployment.hostFolder, "dropped-evidence"))).toEqual([]);
  });

  test("keeps none of them either when the host was killed meanwhile", async () => {
    const { deployment, host } = await startAdmin();
    await stopHost(host);
    const left = join(deployment.hostFolder, "dropped-evidence", "some");
    mkdirSync(left, { recursive: true });
    writeFileSync(join(left, "dlv.txt"), "x");
    await startHost(deployment, { admin: { address: "127.0.0.1", port: 0 } });
    expect(existsSync(left)).toBe(false);
  });

  test("opens archives, and tells of a file that is none of its own", async () => {
    const { ask } = await startAdmin();
    const zip = zipSync({
      "inside/dlv.txt": sample("tokyo-ato.txt"),
      "noise.bin": new Uint8Array(2000).fill(7),
    });
    const { body } = await ask<Diagnosis>(
      "POST",
      "/v1/diagnosis",
      formOf({ "bundle.zip": zip as Uint8Array<ArrayBuffer> }),
    );
    const kinds = Object.fromEntries(body.document.evidence.map(({ file, kind }) => [file, kind]));
    expect(kinds["bundle.zip/noise.bin"]).toBe("unknown");
    expect(kinds["bundle.zip/inside/dlv.txt"]).not.toBe("unknown");
  });

  test("keeps files when it is asked to, for the owner alone, until they are removed", async () => {
    const { ask, deployment } = await startAdmin();
    const hostile = {
      "../../host.key": "a",
      "C:\\Users\\x\\host.key": "bb",
      ".bashrc": "ccc",
      "メモ.txt": "d",
    };
    const { body } = await ask<Diagnosis>("POST", "/v1/diagnosis", formOf(hostile, true));
    const folder = join(deployment.hostFolder, "evidence", body.kept ?? "");
    expect(readdirSync(folder).sort()).toEqual(["2 host.key", "bashrc", "host.key", "メモ.txt"]);
    expect([statSync(folder).mode & 0o777, statSync(join(folder, "bashrc")).mode & 0o777]).toEqual([
      0o700, 0o600,
    ]);
    const { evidence } = (await ask<Evidence>("GET", "/v1/evidence")).body;
    expect(evidence.map(({ id, files }) => [id, files.length])).toEqual([[body.kept ?? "", 4]]);
    const again = await ask<Diagnosis>("GET", `/v1/evidence/${body.kept}/diagnosis?lang=ja`);
    expect([again.body.kept, again.body.document.evidence.length]).toEqual([body.kept, 4]);
    expect((await ask("DELETE", `/v1/evidence/${body.kept}`)).status).toBe(200);
    expect(existsSync(folder)).toBe(false);
    expect((await ask("DELETE", `/v1/evidence/${body.kept}`)).status).toBe(404);
  });

  test.each(["..", "%2e%2e", "..%2fhost.key", "2026-11-22T16-44-00-123Z"])(
    "removes nothing by the id %s",
    async (id) => {
      const { ask, deployment } = await startAdmin();
      expect((await ask("DELETE", `/v1/evidence/${id}`)).status).toBeGreaterThanOrEqual(400);
      expect(existsSync(join(deployment.hostFolder, "host.key"))).toBe(true);
    },
  );

  test("refuses more than 64 MiB, no file, too many files, and what is no form, in one sentence", async () => {
    const { ask } = await startAdmin();
    const many = formOf(Object.fromEntries(Array.from({ length: 201 }, (_, at) => [`${at}.txt`, "x"])));
    const large = formOf({ "large.evtx": new Uint8Array(65 * 1024 * 1024) });
    const nameOf = async (body: unknown) => {
      const { status, body: problem } = await ask("POST", "/v1/diagnosis", body);
      return [status, problem.name];
    };
    expect(await nameOf(large)).toEqual([413, "TOO_LARGE"]);
    expect(await nameOf(many)).toEqual([413, "TOO_LARGE"]);
    expect(await nameOf(formOf({}))).toEqual([400, "BAD_REQUEST"]);
    expect(await nameOf("{}")).toEqual([400, "BAD_REQUEST"]);
  });
});

test("a body of any other call stays small, whether it says its length or not", async () => {
  const { ask, admin } = await startAdmin();
  const text = JSON.stringify({ "renewal-interval": "9".repeat(70_000) });
  expect((await ask("PATCH", "/v1/settings", text)).status).toBe(413);
  const unsaid = await fetch(`${admin.url}/v1/settings`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${admin.token}` },
    body: new Blob([text]).stream(),
  });
  expect(unsaid.status).toBe(413);
});

describe("a machine's finding", () => {
  interface Finding {
    readonly standing: string;
    readonly sentence: string;
    readonly remarks: readonly { readonly is: string; readonly text: string }[];
    readonly findings: readonly { readonly id: string; readonly affects: string[] }[];
    readonly made: string | null;
  }

  test("of one with a lease says until when and when it renews; of one without, how far the count is", async () => {
    const { ask, enrol } = await startAdmin();
    const requests = await enrol(25);
    const of = async (at: number, lang = "en") => {
      const { application, cmid } = requests[at] ?? { application: "", cmid: "" };
      return (await ask<Finding>("GET", `/v1/machines/${application}/${cmid}/finding?lang=${lang}`)).body;
    };
    const licensed = await of(24);
    expect(licensed.standing).toBe("fine");
    expect(licensed.remarks.map(({ text }) => text).join(" ")).toMatch(
      /licensed until \d{4}.* renew about \d{4}/,
    );
    const first = await of(0);
    expect([first.standing, first.sentence]).toEqual([
      "attention",
      expect.stringMatching(/the count is 25 now, and it gets one when it asks next/),
    ]);
    expect((await of(0, "ja")).sentence).toMatch(/現在の数は 25 で/);
  });

  test("brings what the doctor says of it, and of no other", async () => {
    const { ask, enrol, product, url } = await startAdmin();
    const [, other] = await enrol(26);
    const clone = makeRequest(product, { now: Date.now(), name: "pc-clone" });
    for (const name of ["pc-clone", "pc-copy", "pc-clone", "pc-copy"]) {
      await post(url, { ...makeRequest(product, { now: Date.now(), name }), cmid: clone.cmid });
    }
    const of = async (cmid = "") =>
      (await ask<Finding>("GET", `/v1/machines/${product.application}/${cmid}/finding`)).body;
    const found = await of(clone.cmid);
    expect(found.findings.map(({ id }) => id)).toContain("H10");
    expect(found.remarks.some(({ text }) => text.includes("share its CMID"))).toBe(true);
    expect((await of(other?.cmid)).findings.map(({ id }) => id)).not.toContain("H10");
    expect(
      (await ask("GET", `/v1/machines/${product.application}/${crypto.randomUUID()}/finding`)).status,
    ).toBe(404);
  });
});

describe("causes", () => {
  test("are explained by id or name, in either language", async () => {
    const { ask } = await startAdmin();
    const [byId, byName] = [
      await ask("GET", "/v1/causes/h10"),
      await ask("GET", "/v1/causes/duplicate-cmid-no-sysprep?lang=ja"),
    ];
    expect([byId.body.id, byName.body.id]).toEqual(["H10", "H10"]);
    expect(byName.body.about).toMatch(/[ぁ-ん]/);
    expect((await ask("GET", "/v1/causes/nothing")).status).toBe(404);
  });
});
