import { useFormat } from "../language.tsx";
import { useNow } from "../use-now.ts";
import { useShellWords } from "./words.ts";

interface TimeProps {
  /** ISO 8601 or milliseconds since the epoch; null is never. */
  readonly at: string | number | null | undefined;
  /** `both` is the relative one beside the absolute one. */
  readonly as?: "both" | "relative" | "absolute";
}

/** A time in the browser's zone; in UTC under the pointer. */
export function Time({ at, as = "both" }: TimeProps) {
  const words = useShellWords();
  const format = useFormat();
  const now = useNow();
  if (at === null || at === undefined) return <span class="faint">{words.never}</span>;
  const iso = new Date(at).toISOString();
  return (
    <time dateTime={iso} title={`${iso.slice(0, 19).replace("T", " ")} UTC`} class="time">
      {as !== "relative" && <span>{format.time(at)}</span>}
      {as === "both" && " "}
      {as !== "absolute" && (
        <span class={as === "both" ? "faint" : undefined}>{format.relative(at, now)}</span>
      )}
    </time>
  );
}
