import { onTestFinished } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new empty folder that is gone after the test. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-test-"));
  // An afterEach here would hold only in the test file that loads this module first.
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
