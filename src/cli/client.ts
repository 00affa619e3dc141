import type { Command } from "commander";

export function addTo(_program: Command): void {}
