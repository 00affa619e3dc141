import { useEffect, useRef, useState } from "preact/hooks";
import { useShellWords } from "./words.ts";

interface SearchProps {
  readonly label?: string;
  readonly value: string;
  /** Told a moment after the last key. */
  readonly onSearch: (text: string) => void;
}

const PAUSE = 150;

/** A search field; the key / puts the focus in it. */
export function Search({ label, value, onSearch }: SearchProps) {
  const words = useShellWords();
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTyping = (event.target as Element).closest("input, textarea, select, dialog") !== null;
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("keydown", onKey);
      clearTimeout(timer.current);
    };
  }, []);
  return (
    <input
      ref={input}
      type="search"
      name="search"
      class="search"
      aria-label={label ?? words.search}
      placeholder={`${label ?? words.search}  /`}
      value={text}
      onInput={({ currentTarget }) => {
        const next = currentTarget.value;
        setText(next);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => onSearch(next), PAUSE);
      }}
    />
  );
}
