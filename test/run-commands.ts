import { runMuster } from "../src/cli/program.ts";

/** Runs the command lines on standard input, and prints how each ended as a line of JSON. */

const write = process.stdout.write.bind(process.stdout);
let out = "";
let err = "";
process.stdout.write = ((text: string) => {
  out += text;
  return true;
}) as typeof process.stdout.write;
process.stderr.write = ((text: string) => {
  err += text;
  return true;
}) as typeof process.stderr.write;

for (const args of JSON.parse(await Bun.stdin.text()) as string[][]) {
  out = "";
  err = "";
  process.exitCode = 0;
  const exit = await runMuster(args);
  write(`${JSON.stringify({ exit, out, err })}\n`);
}
process.exitCode = 0;
