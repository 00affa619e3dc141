import { createLogUpdate } from "log-update";
import type { Progress } from "../doctor/evidence/gather.ts";
import { visible } from "../doctor/evidence/visible.ts";

/** Nothing is shown before, so that short reads stay quiet; milliseconds. */
const QUIET = 500;
const EVERY = 100;
const MEBIBYTE = 1 << 20;

/** A line on a terminal that tells how far reading has come; nothing where nobody watches. `done` removes it. */
export function readingProgress(): { onProgress(done: Progress): void; done(): void } {
  const { stderr } = process;
  if (!stderr.isTTY) return { onProgress: () => {}, done: () => {} };
  const update = createLogUpdate(stderr);
  let next = performance.now() + QUIET;
  let isShown = false;
  return {
    onProgress(progress) {
      const now = performance.now();
      if (now < next) return;
      next = now + EVERY;
      isShown = true;
      update(progressLine(progress, stderr.columns));
    },
    done() {
      if (!isShown) return;
      update.clear();
      // Gives the cursor back.
      update.done();
    },
  };
}

function progressLine({ files, bytes, total, name }: Progress, columns: number): string {
  const percent = total > 0 ? Math.min(100, Math.floor((100 * bytes) / total)) : 100;
  const figures = `${percent} % of ${Math.ceil(total / MEBIBYTE)} MiB, ${files} ${files === 1 ? "file" : "files"} read, now `;
  const room = Math.max(10, columns - figures.length - 1);
  const shown = visible(name);
  return figures + (shown.length > room ? `…${shown.slice(1 - room)}` : shown);
}
