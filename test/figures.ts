/** How many tests passed and failed. */
export interface Figures {
  readonly passed: number;
  readonly failed: number;
}

/**
 * The figures that `bun test` prints at its end. Its JUnit report is no source: it leaves out files that could not be
 * loaded. A skipped or postponed test counts as failed, and so does a run that ended early, badly or without a test.
 */
export function readFigures(output: string, exitCode: number): Figures {
  const lines = output.split(/\r?\n/);
  const end = lines.findLastIndex((line) => /^Ran \d+ tests? across \d+ files?\./.test(line));
  const start = lines.lastIndexOf("", end) + 1;
  const counts: Record<string, number> = {};
  for (const line of end < 0 ? [] : lines.slice(start, end)) {
    const [, count, kind] = /^ *(\d+) (pass|skip|todo|fail|error)s?$/.exec(line) ?? [];
    if (kind !== undefined) counts[kind] = Number(count);
  }
  const { pass = 0, skip = 0, todo = 0, fail = 0, error = 0 } = counts;
  const failed = Math.max(fail, error) + skip + todo;
  const isBad = exitCode !== 0 || pass === 0;
  return { passed: pass, failed: failed === 0 && isBad ? 1 : failed };
}
