import type { ComponentChildren } from "preact";
import { Button } from "./button.tsx";
import { useShellWords } from "./words.ts";

interface PagerProps {
  /** Undefined when there is no page before. */
  readonly onPrevious: (() => void) | undefined;
  /** Undefined when there is no page after. */
  readonly onNext: (() => void) | undefined;
  /** What is shown, such as `1–50 of 1,204`. */
  readonly children?: ComponentChildren;
}

/** Leafs through a list that the API gives in pages. */
export function Pager({ onPrevious, onNext, children }: PagerProps) {
  const words = useShellWords();
  return (
    <nav class="pager" aria-label={words.leafing}>
      <Button disabled={!onPrevious} onClick={() => onPrevious?.()}>
        {words.previous}
      </Button>
      <span>{children}</span>
      <Button disabled={!onNext} onClick={() => onNext?.()}>
        {words.next}
      </Button>
    </nav>
  );
}
