import { choiceAddress, type MachineChoice } from "./machine-query.ts";

/** Cursors lead forward only: those of the pages that one came by are kept for the way back, as long as the tab. */
const KEPT = "muster.machine-cursors";

interface Kept {
  /** The list that they are of. */
  readonly list: string;
  /** The cursor of each page from the second on. */
  readonly cursors: Readonly<Record<number, string>>;
}

let last = "/machines";

/** The list as it was left. */
export function listAddress(): string {
  return last;
}

/** Remembers the list, and the cursor of its page. */
export function keepList(choice: MachineChoice): void {
  last = choiceAddress(choice);
  if (choice.cursor === "") return;
  const list = listOf(choice);
  const before = readKept();
  const cursors = before?.list === list ? before.cursors : {};
  const kept: Kept = { list, cursors: { ...cursors, [choice.page]: choice.cursor } };
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(kept));
  } catch {
    // Without storage, the way back is the first page.
  }
}

/** The page before one; the first, when it is not known how one came. */
export function pageBefore(choice: MachineChoice): MachineChoice {
  const page = choice.page - 1;
  const kept = readKept();
  const cursor = kept?.list === listOf(choice) ? kept.cursors[page] : undefined;
  return cursor === undefined || page < 2 ? { ...choice, page: 1, cursor: "" } : { ...choice, page, cursor };
}

function listOf(choice: MachineChoice): string {
  return choiceAddress({ ...choice, page: 1, cursor: "" });
}

function readKept(): Kept | undefined {
  try {
    return (JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as Kept | null) ?? undefined;
  } catch {
    return undefined;
  }
}
