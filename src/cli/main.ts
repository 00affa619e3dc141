#!/usr/bin/env bun
import { runMuster } from "./program.ts";

// Whoever read the output has read enough, as `muster events | head` has: no reason to tell of an error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

process.exitCode = await runMuster(process.argv.slice(2));
