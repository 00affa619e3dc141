import type { Cause, Language } from "../cause.ts";
import type { System } from "../evidence/model.ts";
import { LABELS } from "./labels.ts";
import { wrapped } from "./wrap.ts";

/** The page of one cause: what it is, what it is taken for, where to read on. */
export function explanation(cause: Cause, language: Language, width: number): string {
  const labels = LABELS[language];
  const words = cause.words[language];
  const systems: Readonly<Record<System, string>> = { kms: "Microsoft KMS", muster: "Muster" };
  const lookalikes = cause.lookalikes.flatMap(({ id, test }) => indented(`${id}: ${test[language]}`, width));
  return `${[
    ...wrapped(`${cause.id}  ${words.title}`, width),
    `${cause.name} · ${labels.links[cause.link]} · ${cause.systems.map((system) => systems[system]).join(", ")}`,
    "",
    ...wrapped(words.about, width),
    "",
    `${labels.by}: ${labels.owners[cause.owner]}`,
    ...(words.remedy.cost === "" ? [] : wrapped(`${labels.cost}: ${words.remedy.cost}`, width)),
    ...(lookalikes.length === 0 ? [] : ["", labels.lookalikes, ...lookalikes]),
    "",
    labels.links_,
    ...cause.links.map((link) => `  ${link}`),
  ].join("\n")}\n`;
}

function indented(text: string, width: number): string[] {
  return wrapped(text, width - 2).map((line) => `  ${line}`);
}
