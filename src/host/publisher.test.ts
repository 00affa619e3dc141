import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { makeFolder } from "../../test/folders.ts";
import { publishedPath } from "./folder.ts";
import { recordsIn } from "./publisher.ts";

const RECORD = { priority: 0, weight: 5, port: 1688, target: "kms01.corp.example" };

test.each([
  ["cut short", '{"corp.example": [{"pri'],
  ["null", "null"],
  ["a number", "5"],
  ["a text", '"corp.example"'],
  ["a list", "[[1]]"],
  ["a record that is null", '{"corp.example": [null]}'],
  ["a record without a target", '{"corp.example": [{"priority": 0, "weight": 0, "port": 1688}]}'],
  ["a record whose port is none", `{"corp.example": [${JSON.stringify({ ...RECORD, port: "1688" })}]}`],
  ["records that are no list", `{"corp.example": ${JSON.stringify(RECORD)}}`],
])("a file of published records that is %s tells of no record, and is written anew", (_, text) => {
  const folder = makeFolder();
  writeFileSync(publishedPath(folder), text);
  expect(recordsIn(folder).read("corp.example")).toEqual([]);
  expect(
    recordsIn(folder)
      .domains()
      .filter((domain) => domain !== "corp.example"),
  ).toEqual([]);
  recordsIn(folder).write("corp.example", [RECORD]);
  expect(recordsIn(folder).read("corp.example")).toEqual([RECORD]);
});

test.each(["constructor", "__proto__"])("a domain may be called %s", (domain) => {
  const folder = makeFolder();
  expect(recordsIn(folder).read(domain)).toEqual([]);
  recordsIn(folder).write(domain, [RECORD]);
  expect(recordsIn(folder).read(domain)).toEqual([RECORD]);
  expect(recordsIn(folder).domains()).toEqual([domain]);
});
