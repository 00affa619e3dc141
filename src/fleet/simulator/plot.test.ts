import { expect, test } from "bun:test";
import fc from "fast-check";
import { plotLine } from "./plot.ts";

test.each([
  [[1, 2, 3, 4, 5, 6, 7, 8], 8, "▁▂▃▄▅▆▇█"],
  [[0, 8, 0], 3, " █ "],
  [[5, 5, 5], 60, "███"],
  [[0, 0, 9, 0, 3, 3], 3, " █▃"],
  [[0, 0], 2, "  "],
  [[], 10, ""],
])("%p in %p columns is %p", (numbers, width, line) => expect(plotLine(numbers, width)).toBe(line));

test("a line is never wider than it may be, and always has the peak in it", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(1000), { minLength: 1 }),
      fc.integer({ min: 1, max: 80 }),
      (numbers, width) => {
        const line = plotLine(numbers, width);
        expect(line.length).toBe(Math.min(width, numbers.length));
        expect(line.includes("█")).toBe(Math.max(...numbers) > 0);
      },
    ),
  );
});
