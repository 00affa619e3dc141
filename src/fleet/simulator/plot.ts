const LEVELS = "▁▂▃▄▅▆▇█";

/**
 * Numbers as a line of bars, at most `width` of them; where there are more numbers, each bar is the largest of those
 * it stands for, so that no peak is lost. 0 is a blank.
 */
export function plotLine(numbers: readonly number[], width: number): string {
  const highest = Math.max(0, ...numbers);
  const bars = Math.min(width, numbers.length);
  return Array.from({ length: bars }, (_, at) => {
    const from = Math.floor((at * numbers.length) / bars);
    const to = Math.floor(((at + 1) * numbers.length) / bars);
    const value = Math.max(...numbers.slice(from, to));
    return value <= 0 ? " " : LEVELS.charAt(Math.ceil((value / highest) * LEVELS.length) - 1);
  }).join("");
}
