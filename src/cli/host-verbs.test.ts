import { beforeEach, describe, expect, test } from "bun:test";
import { makeFolder } from "../../test/folders.ts";
import { muster } from "../../test/muster.ts";
import { deploy } from "../fleet/deployment.ts";

/** Each test runs several processes, on a machine that others may keep busy. */
const LIMIT = 300_000;
let folder: string;

beforeEach(async () => {
  folder = (await deploy(makeFolder(), { hostName: "kms01", now: Date.now() })).hostFolder;
});

/** Each verb: its words, what it says, what undoes it and what that says. */
const VERBS: [args: string[], says: string, undo: string[], undone: string][] = [
  [
    ["sai", "60"],
    "The activation interval is now 60 minutes; it was that of each product. A running host tells each client with its next answer. Undo: muster sai default\n",
    ["sai", "default"],
    "The activation interval is now that of each product; it was 60 minutes. A running host tells each client with its next answer. Undo: muster sai 60\n",
  ],
  [
    ["sri", "43200"],
    "The renewal interval is now 43200 minutes; it was that of each product. A running host tells each client with its next answer. Undo: muster sri default\n",
    ["sri", "default"],
    "The renewal interval is now that of each product; it was 43200 minutes. A running host tells each client with its next answer. Undo: muster sri 43200\n",
  ],
  [
    ["sprt", "1700"],
    "The port is now 1700; it was 1688. The host does not run; it takes this port when it starts. Undo: muster sprt 1688\n",
    ["sprt", "1688"],
    "The port is now 1688; it was 1700. The host does not run; it takes this port when it starts. Undo: muster sprt 1700\n",
  ],
  [
    ["cdns"],
    "DNS publishing is now off; it was on. A running host follows within a second. Undo: muster sdns\n",
    ["sdns"],
    "DNS publishing is now on; it was off. A running host follows within a second. Undo: muster cdns\n",
  ],
  [
    ["cpri"],
    "The priority is now low; it was normal. A running host follows within a second. Undo: muster spri\n",
    ["spri"],
    "The priority is now normal; it was low. A running host follows within a second. Undo: muster cpri\n",
  ],
];

describe.each(VERBS)("muster %p", (args, says, undo, undone) => {
  test(
    "says what it changed and how to undo it, and that undoes it",
    async () => {
      const data = ["--data", folder];
      expect(await muster(...args, ...data)).toEqual({ exit: 0, out: says, err: "" });
      expect((await muster(...args, ...data)).out).toEndWith(
        args[0] === "sprt"
          ? "The host does not run; it takes this port when it starts.\n"
          : "already; nothing was changed.\n",
      );
      expect(await muster(...undo, ...data)).toEqual({ exit: 0, out: undone, err: "" });
    },
    LIMIT,
  );

  test(
    "is refused in one sentence where there is no host",
    async () => {
      const nowhere = makeFolder();
      const [name] = args;
      expect(await muster(...args, "--data", nowhere)).toEqual({
        exit: 2,
        out: "",
        err: `muster: muster ${name} changes a host, and there is none in ${nowhere}; run it on the host's machine, or name the host's folder with --data. (0x80070002)\n`,
      });
    },
    LIMIT,
  );
});

test(
  "scripts get one line of JSON, and the log tells of each change and who made it",
  async () => {
    const { out } = await muster("sai", "60", "--data", folder, "--json");
    expect(JSON.parse(out)).toEqual({
      name: "activation-interval",
      from: "default",
      to: "60",
      undo: "muster sai default",
    });
    const events = await muster("events", "--id", "12402", "--data", folder, "--json");
    const { fields, message, side } = JSON.parse(events.out);
    expect([side, message]).toEqual(["host", "A setting of the host was changed."]);
    expect(fields).toMatchObject({ name: "activation-interval", from: "default", to: "60" });
    expect(fields.by).not.toBe("unknown");
  },
  LIMIT,
);

test(
  "what is no value is refused with exit code 2 and changes nothing",
  async () => {
    const cases = [
      [["sai", "14"], "activation-interval must be a number of minutes from 15 to 43200, not '14'."],
      [["sri", "43201"], "renewal-interval must be a number of minutes from 15 to 43200, not '43201'."],
      [["sprt", "65536"], "port must be a port from 0 to 65535, not '65536'."],
      [["sprt", "kms"], "port must be a port from 0 to 65535, not 'kms'."],
      [["sai"], "missing required argument 'minutes'"],
    ] as const;
    const outcomes = await Promise.all(cases.map(([args]) => muster(...args, "--data", folder)));
    for (const [at, { exit, out, err }] of outcomes.entries()) {
      expect({ exit, out }).toEqual({ exit: 2, out: "" });
      expect(err).toStartWith(`muster: ${cases[at]?.[1]}`);
    }
    expect((await muster("events", "--id", "12402", "--data", folder)).out).toBe("No events.\n");
  },
  LIMIT,
);

test(
  "the help of each verb says what it changes and how to undo it",
  async () => {
    const names = ["sai", "sri", "sprt", "sdns", "cdns", "spri", "cpri"];
    const helps = await Promise.all(names.map((name) => muster(name, "--help")));
    for (const [at, { exit, out }] of helps.entries()) {
      expect([names[at], exit]).toEqual([names[at], 0]);
      expect(out).toMatch(/\nChanges: \S.*\nUndo: muster \w+/);
      expect(out).toContain("--json");
      expect(out).toContain("--data <dir>");
    }
  },
  LIMIT,
);
