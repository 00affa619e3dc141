/** What `lower(column) LIKE` takes to find a part of a text; in the collation "C" only the letters of ASCII are folded. */
export function likePattern(search: string): string {
  const folded = search.replaceAll("\0", "").replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return `%${folded.replace(/[\\%_]/g, "\\$&")}%`;
}
