import { expect, test } from "bun:test";
import { causesIndex } from "../scripts/causes.ts";
import { causesDocs } from "../scripts/causes-docs.ts";
import { LANGUAGES } from "../src/doctor/cause.ts";
import { CAUSES } from "../src/doctor/causes/index.ts";

const textOf = (path: string) => Bun.file(new URL(`../${path}`, import.meta.url)).text();

test("src/doctor/causes/index.ts lists the causes beside it (else: bun scripts/causes.ts)", async () => {
  expect(await textOf("src/doctor/causes/index.ts")).toBe(causesIndex());
});

test.each([
  ["docs/causes.md", "en"],
  ["docs/causes.ja.md", "ja"],
] as const)("%s is what the causes say (else: bun scripts/causes-docs.ts)", async (path, language) => {
  expect(await textOf(path)).toBe(causesDocs(language));
});

test.each([...LANGUAGES])(
  "every cause has one place in the list and one section of its own: %s",
  (language) => {
    const lines = causesDocs(language).split("\n");
    expect(CAUSES.length).toBeGreaterThan(0);
    for (const { id, name, words } of CAUSES) {
      expect(lines.filter((line) => line.startsWith(`| [${id}](#`))).toHaveLength(1);
      const at = lines.indexOf(`### ${id} ${name}`);
      expect({ id, at: at > 0 }).toEqual({ id, at: true });
      expect(lines[at + 2]?.replaceAll("\\", "")).toBe(`**${words[language].title}**`);
    }
  },
);

test.each([...LANGUAGES])("every link within the page leads to a section: %s", (language) => {
  const page = causesDocs(language);
  const sections = new Set(
    [...page.matchAll(/^### (.+)$/gm)].map(([, title = ""]) => title.toLowerCase().replaceAll(" ", "-")),
  );
  const broken = [...page.matchAll(/\]\(#([^)]+)\)/g)].flatMap(([, to = ""]) =>
    sections.has(to) ? [] : [to],
  );
  expect(broken).toEqual([]);
});

test("the index has no id and no name twice, and look-alikes and consequences are other causes", () => {
  const ids = CAUSES.map(({ id }) => id);
  const names = CAUSES.map(({ name }) => name);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(names).size).toBe(names.length);
  const others = CAUSES.flatMap(({ lookalikes, explains }) => [
    ...lookalikes.map(({ id }) => id),
    ...explains,
  ]);
  expect(others.filter((id) => !ids.includes(id))).toEqual([]);
  expect(CAUSES.filter(({ id, lookalikes }) => lookalikes.some((other) => other.id === id))).toEqual([]);
});
