/** Languages by the number that Windows has for them (MS-LCID), as it stands in an extended PID. */
const BY_LCID: Readonly<Record<string, string>> = {
  1028: "zh",
  1029: "cs",
  1030: "da",
  1031: "de",
  1032: "el",
  1033: "en",
  1034: "es",
  1035: "fi",
  1036: "fr",
  1038: "hu",
  1040: "it",
  1041: "ja",
  1042: "ko",
  1043: "nl",
  1044: "nb",
  1045: "pl",
  1046: "pt",
  1049: "ru",
  1053: "sv",
  1055: "tr",
  2052: "zh",
  2057: "en",
  2070: "pt",
  3082: "es",
};

/** The language of labels in which no known one is: the system's own, by its extended PID; `""` when that is not known. */
function languageOfPid(pid: string): string {
  return BY_LCID[String(Number(pid.split("-")[5]))] ?? "";
}

/** The language of labels by how many were of each; English stands in where others have no word. `?` is none known. */
export function languageOf(labels: ReadonlyMap<string, number>, pid: string): string {
  const known = [...labels].filter(([language]) => language !== "?").sort((one, other) => other[1] - one[1]);
  const foreign = known.find(([language]) => language !== "en");
  if (foreign !== undefined) return foreign[0];
  if ((labels.get("?") ?? 0) > (labels.get("en") ?? 0)) {
    const language = languageOfPid(pid);
    return language === "en" ? "" : language;
  }
  return known.length > 0 ? "en" : "";
}
