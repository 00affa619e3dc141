import { PROBLEMS } from "../src/protocol/problems.ts";

const HEAD = `<!-- Written by scripts/error-docs.ts from src/protocol/problems.ts; change it there. -->

# Problems

Whatever goes wrong in Muster is one of these. A command prints one sentence that says what to do, with the code in
brackets, and ends with the exit code. A host answers with the HTTP status and problem details
([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)) that hold \`code\`, \`name\` and that sentence as \`detail\`. The codes are
HRESULTs, Microsoft's own where one fits; they also stand in events. A name never changes its meaning.

| Exit code | Meaning |
|---|---|
| 0 | Fine. |
| 1 | Something is wrong with what was asked about. |
| 2 | Wrong usage or bad input. |
| 3 | Not enough evidence (\`muster doctor\`). |
| 70 | A defect in Muster itself; please report it. |

| Name | Code | HTTP status | Exit code | Meaning |
|---|---|---|---|---|
`;

/** The page docs/errors.md: the table of problems as Markdown. */
export function errorDocs(): string {
  const rows = Object.entries(PROBLEMS).map(
    ([name, { code, status, exit, title }]) =>
      `| \`${name}\` | \`${code}\` | ${status} | ${exit} | ${title} |\n`,
  );
  return HEAD + rows.join("");
}

if (import.meta.main) await Bun.write(new URL("../docs/errors.md", import.meta.url), errorDocs());
