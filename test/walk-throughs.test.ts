import { expect, test } from "bun:test";
import { walk } from "./walk.ts";

test.each([
  ["docs/isv.md", 15],
  ["docs/air-gap.md", 18],
  ["docs/phone.md", 7],
  ["docs/operations.md", 18],
  ["docs/doctor.md", 6],
  ["docs/console.md", 10],
])(
  "%s does what it says",
  async (page, fewest) => {
    expect(await walk(page)).toBeGreaterThanOrEqual(fewest);
  },
  300_000,
);
