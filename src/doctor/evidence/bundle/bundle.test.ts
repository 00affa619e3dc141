import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { zipSync } from "fflate";
import { type Member, zipBytes } from "../../../../test/doctor/zip.ts";
import { makeFolder } from "../../../../test/folders.ts";
import { type BundleOptions, openBundle, STANDARD_INPUT } from "./bundle.ts";
import { LIMITS } from "./limits.ts";

/** What a bundle is listed as: `name = text` of what can be read, `name: reason` of what cannot. */
async function listing(paths: readonly string[], options: BundleOptions = {}): Promise<string[]> {
  const lines: string[] = [];
  for await (const item of (await openBundle(paths, options)).items) {
    if (item.what === "unread") lines.push(`${item.name}: ${item.note}`);
    else if (item.what === "archive")
      lines.push([`${item.name} of ${item.members}`, ...item.notes].join(" | "));
    else {
      const pieces: Buffer[] = [];
      for await (const piece of item.source.bytes()) pieces.push(Buffer.from(piece));
      lines.push([`${item.source.name} = ${Buffer.concat(pieces)}`, ...item.notes].join(" | "));
    }
  }
  return lines;
}

function folderOf(files: Readonly<Record<string, Uint8Array | string>>): string {
  const folder = makeFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** The members of a ZIP in a folder of its own, without the line of the archive. */
async function membersOf(members: readonly Member[], options: BundleOptions = {}): Promise<string[]> {
  const folder = folderOf({ "a.zip": zipBytes(members) });
  return (await listing([folder], options)).slice(1).map((line) => line.replace("a.zip/", ""));
}

const text = (content: string) => new TextEncoder().encode(content);

test("a folder is read with all below it, in the order of the names", async () => {
  const folder = folderOf({ "b/2.txt": "two", "b/1.txt": "one", "a.txt": "a", "c.txt": "c" });
  expect(await listing([folder])).toEqual(["a.txt = a", "b/1.txt = one", "b/2.txt = two", "c.txt = c"]);
});

test("of several paths the names begin below what they have in common, whatever their order", async () => {
  const folder = folderOf({ "pc/dlv.txt": "pc", "kms/dlv.txt": "kms", "kms/log.txt": "log" });
  const names = ["kms/dlv.txt = kms", "kms/log.txt = log", "pc/dlv.txt = pc"];
  expect(await listing([join(folder, "pc/dlv.txt"), join(folder, "kms")])).toEqual(names);
  expect(await listing([join(folder, "kms"), join(folder, "pc"), join(folder, "pc/dlv.txt")])).toEqual(names);
});

test("a path that is not there is refused before anything is read", async () => {
  const folder = folderOf({ "a.txt": "a" });
  expect(openBundle([join(folder, "a.txt"), join(folder, "b.txt")])).rejects.toThrow(
    "There is no file or folder",
  );
});

test("standard input is a file, and may be an archive", async () => {
  const input = (bytes: Uint8Array) => ({
    standardInput: async function* () {
      yield bytes.subarray(0, 10);
      yield bytes.subarray(10);
    },
  });
  expect(await listing(["-"], input(text("Name: Product")))).toEqual([`${STANDARD_INPUT} = Name: Product`]);
  expect(await listing(["-"], input(zipSync({ "a.txt": text("a") })))).toEqual([
    `${STANDARD_INPUT} of 1`,
    `${STANDARD_INPUT}/a.txt = a`,
  ]);
  const cut = { ...input(text("x".repeat(100))), limits: { ...LIMITS, held: 50 } };
  expect((await listing(["-"], cut))[0]).toStartWith(
    `${STANDARD_INPUT} = ${"x".repeat(50)} | Only its first`,
  );
});

test("links are not followed: neither out of the folder, nor in a circle", async () => {
  const outside = folderOf({ "secret.txt": "secret" });
  const folder = folderOf({ "a.txt": "a" });
  symlinkSync(folder, join(folder, "loop"));
  symlinkSync(join(outside, "secret.txt"), join(folder, "out"));
  symlinkSync("nothing", join(folder, "gone"));
  const lines = await listing([folder]);
  expect(lines.map((line) => line.replace(outside, "OUTSIDE"))).toEqual([
    "a.txt = a",
    "gone: It is a link that leads nowhere, to nothing.",
    "loop: It is a link to something else in this folder, which is read where it lies.",
    "out: It is a link that leads out of the folder, to OUTSIDE/secret.txt: give that, too, if it belongs here.",
  ]);
});

test("a link that is given itself is followed", async () => {
  const folder = folderOf({ "real/a.txt": "a" });
  symlinkSync(join(folder, "real"), join(folder, "link"));
  expect(await listing([join(folder, "link")])).toEqual(["a.txt = a"]);
});

test("a pipe is listed and not opened", async () => {
  const folder = folderOf({ "a.txt": "a" });
  await Bun.$`mkfifo ${join(folder, "pipe")}`;
  expect(await listing([folder])).toEqual(["a.txt = a", "pipe: It is a pipe, which is not opened."]);
});

test("a file that cannot be read is listed with the reason, and the others are read", async () => {
  const folder = folderOf({ "a.txt": "a", "closed.txt": "x" });
  const program = `
    process.setuid(65534);
    const { openBundle } = await import(${JSON.stringify(join(import.meta.dir, "bundle.ts"))});
    for await (const item of (await openBundle([${JSON.stringify(folder)}])).items)
      console.log(item.what, item.name ?? item.source.name, item.note ?? "");`;
  await Bun.$`chmod 755 ${folder} && chmod 600 ${join(folder, "closed.txt")} && chmod 644 ${join(folder, "a.txt")}`;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) await Bun.$`chmod 000 ${join(folder, "closed.txt")}`;
  const run = Bun.spawn([
    process.execPath,
    "-e",
    isRoot ? program : program.replace("process.setuid(65534);", ""),
  ]);
  expect(await new Response(run.stdout).text()).toBe(
    "file a.txt \nunread closed.txt It cannot be read: this account may not read it.\n",
  );
});

test.if(process.platform === "linux")("a file that breaks off while it is read says so", async () => {
  const lines = await listing(["/proc/self/mem"]);
  expect(lines[0]).toStartWith("mem: It cannot be read");
});

test("names in code page 932, on disk and in archives, are readable", async () => {
  const name = Buffer.from([0x83, 0x7d, 0x83, 0x5c, 0x2e, 0x74, 0x78, 0x74]);
  const folder = makeFolder();
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), name]), "on disk");
  expect(await listing([folder])).toEqual(["マソ.txt = on disk"]);
  expect(await membersOf([{ name, bytes: text("in a ZIP") }])).toEqual(["マソ.txt = in a ZIP"]);
});

const names: [sentence: string, name: string, listed: string][] = [
  ["backslashes of Windows part folders", "kms01\\dlv.txt", "kms01/dlv.txt = x"],
  ["a name in UTF-8", "証拠/dlv.txt", "証拠/dlv.txt = x"],
  [
    "a name that climbs out",
    "../../etc/passwd",
    "etc/passwd = x | Its name leads out of the archive: ../../etc/passwd",
  ],
  ["an absolute name", "/etc/passwd", "etc/passwd = x | Its name leads out of the archive: /etc/passwd"],
  ["a drive", "C:\\Windows\\x", "Windows/x = x | Its name leads out of the archive: C:\\Windows\\x"],
  [
    "a share",
    "\\\\server\\share\\x",
    "server/share/x = x | Its name leads out of the archive: \\\\server\\share\\x",
  ],
  ["nothing but dots", "..", "unnamed = x | Its name leads out of the archive: .."],
  ["control characters", "a\u001b[31m\n.txt", "a\ufffd[31m\ufffd.txt = x"],
];

test.each(names)("in an archive, %s", async (_, name, listed) => {
  expect(await membersOf([{ name, bytes: text("x") }])).toEqual([listed]);
});

const odd: [sentence: string, member: Member, listed: string][] = [
  ["stored", { name: "a", bytes: text("x"), method: 0 }, "a = x"],
  ["with its sizes behind it", { name: "a", bytes: text("x"), flags: 8 }, "a = x"],
  ["with the sizes of ZIP64", { name: "a", bytes: text("x"), isLong: true }, "a = x"],
  [
    "encrypted",
    { name: "a", bytes: text("x"), flags: 1 },
    "a: It is encrypted: unpack it with its password and give the folder.",
  ],
  [
    "compressed in another way",
    { name: "a", bytes: text("x"), method: 9 },
    "a: It is compressed with Deflate64: unpack the archive and give the folder.",
  ],
  ["a link", { name: "a", bytes: text("/etc"), mode: 0xa1ff }, "a: It is a link, which is not followed."],
  [
    "with a wrong checksum",
    { name: "a", bytes: text("x"), stated: { crc: 1 } },
    "a = x | Its checksum differs: it is damaged.",
  ],
  [
    "larger than it says",
    { name: "a", bytes: text("xyz"), stated: { size: 2 } },
    "a = xy | More than the 2 bytes that the archive states come out; the rest is not read.",
  ],
  [
    "smaller than it says",
    { name: "a", bytes: text("xyz"), stated: { size: 9 } },
    "a = xyz | It is cut off: 3 of 9 bytes are there.",
  ],
  [
    "not where the directory says",
    { name: "a long name", bytes: text("xyz"), stated: { at: 3 } },
    "a long name: The archive is damaged: it is not where the directory says.",
  ],
];

test.each(odd)("a member %s", async (_, member, listed) => {
  const good = { name: "z", bytes: text("good") };
  const lines = await membersOf([member, good]);
  expect(lines).toEqual([listed, "z = good"]);
});

test("a member whose bytes are damaged is read up to there", async () => {
  const bytes = zipBytes([
    { name: "a", bytes: text("x".repeat(9)), method: 8 },
    { name: "b", bytes: text("b") },
  ]);
  bytes.fill(0xff, 31, 33);
  const folder = folderOf({ "a.zip": bytes });
  expect((await listing([folder])).slice(1)).toEqual([
    "a.zip/a =  | Its compressed bytes are damaged or cut off; 0 bytes could be read.",
    "a.zip/b = b",
  ]);
});

test("of two members with one name both are listed", async () => {
  const members = [
    { name: "a", bytes: text("1") },
    { name: "./a", bytes: text("2") },
  ];
  expect(await membersOf(members)).toEqual(["a = 1", "a (2) = 2"]);
});

test("of an archive that is cut off the whole members are read, also those without sizes before them", async () => {
  const members = ["a", "b", "c"].map((name) => ({
    name,
    bytes: text(name.repeat(50)),
    flags: name === "b" ? 8 : 0,
  }));
  const whole = zipBytes(members);
  const end = whole.indexOf("PK\u0001\u0002");
  const folder = folderOf({ "a.zip": whole.subarray(0, end - 2) });
  expect(await listing([folder])).toEqual([
    "a.zip of 3 | The archive is cut off or damaged at its end; what is left of it is read.",
    `a.zip/a = ${"a".repeat(50)}`,
    `a.zip/b = ${"b".repeat(50)}`,
    expect.stringMatching(/^a\.zip\/c = c{0,50} \| Its compressed bytes are damaged or cut off/),
  ]);
});

test("an archive with a comment that looks like its end is read", async () => {
  const folder = folderOf({
    "a.zip": zipBytes([{ name: "a", bytes: text("x") }], "PK\u0005\u0006".padEnd(60, "\0")),
  });
  expect(await listing([folder])).toEqual(["a.zip of 1", "a.zip/a = x"]);
});

test("archives in archives are read three deep, stored or compressed", async () => {
  const nested = (depth: number): Uint8Array =>
    depth === 0
      ? text("deep")
      : zipSync({
          [depth === 1 ? "x.txt" : `${depth - 1}.zip`]: [
            nested(depth - 1),
            { level: depth % 2 === 0 ? 0 : 6 },
          ],
        });
  const folder = folderOf({ "3.zip": nested(3), "9/4.zip": nested(4) });
  expect(await listing([folder])).toEqual([
    "3.zip of 1",
    "3.zip/2.zip of 1",
    "3.zip/2.zip/1.zip of 1",
    "3.zip/2.zip/1.zip/x.txt = deep",
    "9/4.zip of 1",
    "9/4.zip/3.zip of 1",
    "9/4.zip/3.zip/2.zip of 1",
    "9/4.zip/3.zip/2.zip/1.zip: It is an archive in 3 others; unpack it and give the folder.",
  ]);
});

test("gzip files are read, of several members, cut off, and with an archive in them", async () => {
  const folder = folderOf({
    "a.csv.gz": Buffer.concat([gzipSync("one "), gzipSync("two")]),
    "b.gz": gzipSync("x".repeat(999)).subarray(0, -4),
    "c.gz": gzipSync(zipSync({ "d.txt": text("d") })),
  });
  const [first, second, ...rest] = await listing([folder]);
  expect(first).toBe("a.csv.gz = one two");
  expect(second).toMatch(/^b\.gz = x+ \| Its compressed bytes are damaged or cut off/);
  expect(rest).toEqual(["c.gz of 1", "c.gz/d.txt = d"]);
});

test("an Office document is no archive of evidence", async () => {
  const folder = folderOf({
    "memo.docx": zipSync({ "[Content_Types].xml": text("<x/>"), "word/a.xml": text("<x/>") }),
  });
  expect(await listing([folder])).toEqual([
    "memo.docx: It is an Office document: save its text as a text file.",
  ]);
});

test("what is beyond the limits is listed and not read, and what lies beside it is", async () => {
  const limits = { ...LIMITS, members: 2, unpacked: 100, ratioFrom: 40, ratio: 3 };
  const bomb = [
    { name: "a", bytes: text("a".repeat(5000)) },
    { name: "b", bytes: text("b") },
  ];
  const [first, second] = await membersOf(bomb, { limits: { ...limits, unpacked: 100_000 } });
  expect(first).toEndWith("| It unpacks to more than 3 times its size, as bombs do; the rest is not read.");
  expect(second).toBe("b = b");
  const [large] = await membersOf([{ name: "a", bytes: text("0123456789".repeat(20)), method: 0 }], {
    limits,
  });
  expect(large).toEndWith("| The archives unpack to more than 100 bytes; the rest is not read.");
  const folder = folderOf({ "a.zip": zipBytes(["a", "b", "c"].map((name) => ({ name }))) });
  expect((await listing([folder], { limits }))[0]).toBe(
    "a.zip of 2 | It has more than 2 members; the rest is not read.",
  );
  expect(await listing([folderOf({ a: "a", b: "b", c: "c" })], { limits })).toEqual([
    "a = a",
    "b = b",
    "c: There are more than 2 files; the rest is not read.",
  ]);
});

test("reading the same member again costs nothing of the limit", async () => {
  const limits = { ...LIMITS, unpacked: 120 };
  const folder = folderOf({ "a.zip": zipBytes([{ name: "a", bytes: text("0123456789".repeat(10)) }]) });
  for await (const item of (await openBundle([folder], { limits })).items) {
    if (item.what !== "file") continue;
    for (let again = 0; again < 3; again++) {
      let size = 0;
      for await (const piece of item.source.bytes()) size += piece.length;
      expect(size).toBe(100);
    }
    expect(item.notes).toEqual([]);
  }
});

test("members whose bytes overlap are not read", async () => {
  const kernel = { name: "c", bytes: text("kernel") };
  const members = [
    { name: "a", bytes: text("1"), method: 0, stated: { packed: 90, size: 90 } },
    { name: "b", bytes: text("2"), method: 0, stated: { packed: 50, size: 50 } },
    kernel,
  ];
  expect(await membersOf(members)).toEqual([
    "a: It overlaps with another member, as bombs do.",
    "b: It overlaps with another member, as bombs do.",
    "c = kernel",
  ]);
});

test("whatever bytes of an archive are changed, lost or repeated, it is read to an end", async () => {
  const whole = zipBytes([
    { name: "a.txt", bytes: text("first ".repeat(40)) },
    { name: "b.txt", bytes: text("second"), method: 0, isLong: true },
    { name: "c.zip", bytes: zipSync({ "d.txt": text("third") }), flags: 8 },
  ]);
  const change = fc.record({
    at: fc.nat({ max: whole.length - 1 }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    cut: fc.nat({ max: whole.length }),
  });
  const folder = makeFolder();
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      let bytes = Buffer.from(whole);
      for (const { at, bytes: other, cut } of changes) {
        bytes.set(other.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length));
        if (cut % 3 === 0) bytes = bytes.subarray(0, cut);
      }
      writeFileSync(join(folder, "a.zip"), bytes);
      expect((await listing([folder])).length).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});
