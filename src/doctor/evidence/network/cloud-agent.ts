import type { TextFormat } from "../format.ts";
import type { TextLine } from "../text.ts";
import { Found } from "./found.ts";
import { documentsOf } from "./json.ts";
import { statement } from "./statement.ts";
import { type Stretch, stretchesOf } from "./stretch.ts";

/**
 * Reads what the launch agents of AWS and Google say of activation, and `gcloud … describe` of an instance or a subnet.
 * Statements `aws-agent` and `gcp-agent` (`activation` is `byol`, `no-contact`, `unsupported` or `failed`),
 * `gcp-instance` (`external-address` is the address or `none`) and `gcp-subnet` (`private-google-access` is `on` or `off`).
 */
export const cloudAgent: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    for (const stretch of stretchesOf(text)) {
      for (const line of stretch.lines) logged(line, stretch, found);
      for (const { value, lines } of documentsOf(stretch.lines)) described(value, lines, stretch, found);
    }
    return found.lines;
  },
};

const SAYINGS: readonly (readonly [RegExp, "aws-agent" | "gcp-agent", string])[] = [
  // EC2Config, and EC2Launch after it.
  [/Ec2WindowsActivate.{0,80}skipped activation.{0,80}BYOL/i, "aws-agent", "byol"],
  [/activateWindows.{0,160}\bBYOL\b|\bBYOL\b.{0,160}activateWindows/i, "aws-agent", "byol"],
  [/(?:Ec2WindowsActivate|activateWindows).{0,160}(?:fail|error|unable)/i, "aws-agent", "failed"],
  // activate_instance.ps1 of Google's guest agent.
  [/BYOL workflow, skipping GCE activation/i, "gcp-agent", "byol"],
  [/BYOL license \d+ found/i, "gcp-agent", "byol"],
  [/activations are currently not supported on GCE/i, "gcp-agent", "unsupported"],
  [/Could not contact activation server/i, "gcp-agent", "no-contact"],
];

function logged(line: TextLine, stretch: Stretch, found: Found): void {
  if (!/activat/i.test(line.text) && !line.text.includes("BYOL")) return;
  const said = SAYINGS.find(([pattern]) => pattern.test(line.text));
  if (said === undefined) return;
  const [, what, value] = said;
  statement(found, "services", stretch.names, line, { what, name: "activation", value });
}

function described(value: unknown, lines: readonly TextLine[], stretch: Stretch, found: Found): void {
  const whole = recordOf(value);
  if (!String(whole.kind ?? "").startsWith("compute#")) return;
  const at = (word: string) => lines.find(({ text }) => text.includes(word)) ?? lines[0];
  if (whole.kind === "compute#instance") {
    const name = String(whole.name ?? "");
    const configurations = listOf(whole.networkInterfaces).flatMap((each) =>
      listOf(recordOf(each).accessConfigs),
    );
    const address = configurations
      .map((each) => recordOf(each).natIP)
      .find((each) => typeof each === "string");
    const line = at(address === undefined ? '"networkInterfaces"' : '"natIP"');
    const names = name === "" ? stretch.names : [name];
    const said = typeof address === "string" ? address : "none";
    if (line !== undefined)
      statement(found, "services", names, line, {
        what: "gcp-instance",
        name: "external-address",
        value: said,
      });
  } else if (whole.kind === "compute#subnetwork") {
    const line = at('"privateIpGoogleAccess"');
    const said = whole.privateIpGoogleAccess === true ? "on" : "off";
    if (line !== undefined)
      statement(found, "services", stretch.names, line, {
        what: "gcp-subnet",
        name: "private-google-access",
        value: said,
      });
  } else return;
  for (const { number } of lines) found.lines.add(number);
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, 100) : [];
}
