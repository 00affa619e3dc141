#!/usr/bin/env bun
import { runMuster } from "./program.ts";

process.exitCode = await runMuster(process.argv.slice(2));
