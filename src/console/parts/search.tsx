import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useShellWords } from "./words.ts";

interface SearchProps {
  readonly label?: string;
  readonly value: string;
  /** Told at once, or a moment after the last of several keys. */
  readonly onSearch: (text: string) => void;
}

const PAUSE = 150;

/** A search field; the key / puts the focus in it. */
export function Search({ label, value, onSearch }: SearchProps) {
  const words = useShellWords();
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const lastKey = useRef(Number.NEGATIVE_INFINITY);
  const [text, setText] = useState(value);
  const told = useRef(value);
  useEffect(() => {
    // What comes back of what was typed is not newer than what has been typed since.
    if (value !== told.current) setText(value);
    told.current = value;
  }, [value]);
  // Before the field can be seen: what names the key must not come before it works.
  useLayoutEffect(() => {
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
      onInput={({ currentTarget, timeStamp }) => {
        const next = currentTarget.value;
        setText(next);
        clearTimeout(timer.current);
        const isQuick = timeStamp - lastKey.current < PAUSE;
        lastKey.current = timeStamp;
        const tell = () => {
          told.current = next;
          onSearch(next);
        };
        timer.current = setTimeout(tell, isQuick ? PAUSE : 0);
      }}
    />
  );
}
