import { useState } from "preact/hooks";

/** A choice that is kept in this browser: `otherwise` until one is made. */
export function useKept<Choice extends string>(
  name: string,
  choices: readonly Choice[],
  otherwise: Choice,
): [Choice, (choice: Choice) => void] {
  const key = `muster.${name}`;
  const [choice, setChoice] = useState<Choice>(() => {
    const kept = read(key);
    return choices.find((each) => each === kept) ?? otherwise;
  });
  return [
    choice,
    (next) => {
      setChoice(next);
      write(key, next);
    },
  ];
}

// A browser that keeps nothing for this page throws.
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // It holds until the page is closed.
  }
}
