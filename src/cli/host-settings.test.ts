import { expect, test } from "bun:test";
import { makeFolder } from "../../test/folders.ts";
import { muster } from "../../test/muster.ts";
import { NOW } from "../../test/requests.ts";
import { deploy } from "../fleet/deployment.ts";

async function makeHost(): Promise<string> {
  return (await deploy(makeFolder(), { hostName: "kms01", now: NOW })).hostFolder;
}

test("muster host settings shows all, changes one with event 12402, and takes it back", async () => {
  const data = await makeHost();
  const all = await muster("host", "settings", "--data", data);
  expect(all.out).toMatch(/^retention-days +365 +365 +a number of days from 1 to 36500$/m);
  const changed = await muster("host", "settings", "retention-days", "90", "--data", data);
  expect([changed.exit, changed.out, changed.err]).toEqual([0, "retention-days: 365 before, 90 now.\n", ""]);
  const one = await muster("host", "settings", "retention-days", "--data", data, "--json");
  expect(JSON.parse(one.out)).toMatchObject([{ name: "retention-days", value: "90", default: "365" }]);
  await muster("host", "settings", "retention-days", "default", "--data", data);
  const events = await muster("events", "--id", "12402", "--data", data, "--json");
  const fields = events.out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).fields);
  expect(fields).toMatchObject([
    { name: "retention-days", from: "365", to: "90" },
    { name: "retention-days", from: "90", to: "365" },
  ]);
});

test.each([
  [["colour", "red"], "There is no setting colour"],
  [["colour"], "There is no setting colour"],
  [["retention-days", "0"], "retention-days must be a number of days from 1 to 36500"],
])("muster host settings %p ends with 2 and says what there is", async (args, words) => {
  const { exit, out, err } = await muster("host", "settings", ...args, "--data", await makeHost());
  expect([exit, out]).toEqual([2, ""]);
  expect(err).toContain(words);
});
