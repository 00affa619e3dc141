import type { Cause, Language, Owner } from "../src/doctor/cause.ts";
import { CAUSES } from "../src/doctor/causes/index.ts";
import { LABELS } from "../src/doctor/report/labels.ts";

// Writes docs/causes.md and docs/causes.ja.md from the causes themselves.

/** What the page says of itself, and of each cause beside the cause's own words. */
interface PageWords {
  readonly file: string;
  readonly head: string;
  /** The families of ids, in the order in which the page has them. */
  readonly families: Readonly<Record<string, string>>;
  readonly id: string;
  readonly name: string;
  readonly says: string;
  readonly breaks: string;
  readonly of: string;
  readonly cure: string;
  readonly owner: (owner: Owner) => string;
}

const OTHER_PAGE = { en: "[日本語](causes.ja.md)", ja: "[English](causes.md)" };

const WORDS: Readonly<Record<Language, PageWords>> = {
  en: {
    file: "causes.md",
    head: `# Causes

Every cause that [\`muster doctor\`](doctor.md) knows, as \`muster doctor explain ID\` prints it. An id never changes its
meaning. A cause is put forward only by its own signs in the evidence; each one names what it is taken for, and the test
that tells them apart.`,
    families: {
      D: "Discovery and DNS",
      N: "Network",
      H: "Host, host key and count",
      C: "Client",
      A: "Azure",
      W: "AWS",
      G: "Google Cloud",
      R: "Key servers of unknown origin",
      M: "Muster's own",
    },
    id: "Id",
    name: "Name",
    says: "Title",
    breaks: "Breaks",
    of: "In",
    cure: "Cured by",
    owner: (owner) => LABELS.en.owners[owner],
  },
  ja: {
    file: "causes.ja.md",
    head: `# 原因の一覧

[\`muster doctor\`](doctor.md) が知っているすべての原因です。\`muster doctor explain ID --lang ja\` でも同じ内容を表示できます。ID の意味が変わることはありません。どの原因も、証拠の中にその原因自身の兆候があるときだけ挙げられます。間違えやすい原因と、それを見分ける方法も示します。`,
    families: {
      D: "検出と DNS",
      N: "ネットワーク",
      H: "ホスト、ホスト キー、現在の数",
      C: "クライアント",
      A: "Azure",
      W: "AWS",
      G: "Google Cloud",
      R: "出所の不明な KMS",
      M: "Muster 固有",
    },
    id: "ID",
    name: "名前",
    says: "内容",
    breaks: "切れる箇所",
    of: "対象",
    cure: "対処の担当",
    owner: (owner) => LABELS.ja.owners[owner],
  },
};

const SYSTEMS = { kms: "Microsoft KMS", muster: "Muster" };

/** The page of all causes in one language, as Markdown. */
export function causesDocs(language: Language, causes: readonly Cause[] = CAUSES): string {
  const words = WORDS[language];
  const families = Object.entries(words.families).flatMap(([letter, title]) => {
    const members = causes.filter(({ id }) => id.startsWith(letter)).toSorted(byNumber);
    return members.length === 0 ? [] : [{ title, members }];
  });
  return `${[
    `<!-- Written by scripts/causes-docs.ts from src/doctor/causes/; change it there. -->`,
    OTHER_PAGE[language],
    words.head,
    ...families.map(({ title, members }) => list(title, members, language)),
    ...families.flatMap(({ title, members }) => [
      `## ${title}`,
      ...members.map((cause) => section(cause, language, causes)),
    ]),
  ].join("\n\n")}\n`;
}

function byNumber(one: Cause, two: Cause): number {
  return Number(one.id.slice(1)) - Number(two.id.slice(1));
}

function list(title: string, members: readonly Cause[], language: Language): string {
  const { id, name, says } = WORDS[language];
  const rows = members.map(
    (cause) => `| ${linkTo(cause)} | \`${cause.name}\` | ${cell(cause.words[language].title)} |`,
  );
  return [`**${title}**`, "", `| ${id} | ${name} | ${says} |`, "|---|---|---|", ...rows].join("\n");
}

function section(cause: Cause, language: Language, causes: readonly Cause[]): string {
  const { breaks, of, cure, owner } = WORDS[language];
  const labels = LABELS[language];
  const { title, about, remedy } = cause.words[language];
  const lookalikes = cause.lookalikes.map(({ id, test }) => {
    const other = causes.find((each) => each.id === id);
    const name = other === undefined ? id : `${linkTo(other)} *${text(other.words[language].title)}*`;
    return `- ${name}<br>${text(test[language])}`;
  });
  return [
    `### ${cause.id} ${cause.name}`,
    `**${text(title)}**`,
    text(about),
    [
      `- ${breaks}: ${labels.links[cause.link]}`,
      `- ${of}: ${cause.systems.map((system) => SYSTEMS[system]).join(", ")}`,
      `- ${cure}: ${owner(cause.owner)}`,
      ...(remedy.cost === "" ? [] : [`- ${labels.cost}: ${text(remedy.cost)}`]),
    ].join("\n"),
    ...(lookalikes.length === 0
      ? []
      : [`${labels.lookalikes}${language === "ja" ? "と見分け方" : ""}:`, lookalikes.join("\n")]),
    `${labels.links_}: ${cause.links.map((link) => `[${link.split("/").filter(Boolean).at(-1)}](${link})`).join(", ")}`,
  ].join("\n\n");
}

function linkTo({ id, name }: Cause): string {
  return `[${id}](#${`${id} ${name}`.toLowerCase().replaceAll(" ", "-")})`;
}

/** A sentence of a cause; what stands between backquotes is code already, and nothing else may be taken for Markdown. */
function text(sentence: string): string {
  return sentence
    .split("`")
    .map((part, at) => (at % 2 === 1 ? part : part.replace(/[*_<>[\]\\]/g, "\\$&")))
    .join("`");
}

function cell(sentence: string): string {
  return text(sentence).replaceAll("|", "\\|");
}

if (import.meta.main) {
  for (const language of ["en", "ja"] as const) {
    await Bun.write(new URL(`../docs/${WORDS[language].file}`, import.meta.url), causesDocs(language));
  }
}
