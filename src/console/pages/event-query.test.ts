import { expect, test } from "bun:test";
import { choiceAddress, eventsPath, readChoice } from "./event-query.ts";

const KINDS = [
  { id: 12288, side: "client", message: "", meaning: "", fields: [] },
  { id: 12290, side: "host", message: "", meaning: "", fields: [] },
  { id: 12294, side: "host", message: "", meaning: "", fields: [] },
  { id: 12400, side: "host", message: "", meaning: "", fields: [] },
] as const;
const NOW = Date.UTC(2026, 5, 30, 12);
const asked = (query: Record<string, string>) =>
  Object.fromEntries(new URL(eventsPath(readChoice(query), KINDS, NOW), "http://host").searchParams);

test.each([
  ["nothing chosen is the newest page of all", {}, { limit: "100" }],
  ["an id is asked for as it is", { kind: "12400" }, { limit: "100", id: "12400" }],
  ["all but requests are the host's other events", { kind: "other" }, { limit: "100", id: "12294,12400" }],
  ["a day ago is counted from now", { since: "day" }, { limit: "100", since: "2026-06-29T12:00:00.000Z" }],
  [
    "a search and an earlier page go together",
    { search: "pc-1", before: "70" },
    { limit: "100", search: "pc-1", before: "70" },
  ],
  [
    "of an earlier and a later page the earlier is asked for",
    { before: "70", after: "9" },
    { limit: "100", before: "70" },
  ],
  ["what is no choice is as if not there", { kind: "1229", since: "1999", before: "-1" }, { limit: "100" }],
])("%s", (_, query, expected) => {
  expect(asked(query as Record<string, string>)).toEqual(expected);
});

test("the address of a choice is read as that choice, and says nothing of what was not chosen", () => {
  const choice = { search: "a&b", kind: "other", since: "week", before: "12", after: "" } as const;
  const { search } = new URL(choiceAddress(choice), "http://host");
  expect(readChoice(Object.fromEntries(new URLSearchParams(search)))).toEqual(choice);
  expect(choiceAddress(readChoice({}))).toBe("/events");
});
