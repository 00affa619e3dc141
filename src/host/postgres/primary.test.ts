import { expect, test } from "bun:test";
import { latest } from "./primary.ts";

const server = (name: string, system: string, timeline: number) => ({ name, life: { system, timeline } });

test.each([
  ["the only one", [server("a", "1", 1)], undefined, "a"],
  ["the one that took over, wherever it stands", [server("a", "1", 1), server("b", "1", 2)], undefined, "b"],
  ["and from that one again", [server("a", "1", 3), server("b", "1", 2)], undefined, "a"],
  [
    "none that another one took over from, as was seen",
    [server("a", "1", 1)],
    { system: "1", timeline: 2 },
    undefined,
  ],
  ["the one that was seen last", [server("b", "1", 2)], { system: "1", timeline: 2 }, "b"],
  ["another database in its place", [server("a", "9", 1)], { system: "1", timeline: 2 }, "a"],
  [
    "the first where servers do not tell",
    [server("a", "", 1), server("b", "", 2)],
    { system: "", timeline: 3 },
    "a",
  ],
  ["nobody where there is nobody", [], undefined, undefined],
])("of servers that take writes is taken: %s", (_, open, known, chosen) => {
  expect(latest(open, known)?.name).toBe(chosen);
});
