import { useShellWords } from "./words.ts";

/** In place of what is on its way; it can be seen after 150 ms, so that what is quick does not flash. */
export function Loading({ lines = 3 }: { lines?: number }) {
  const words = useShellWords();
  return (
    <div class="loading" role="status">
      <span class="unseen">{words.loading}</span>
      {Array.from({ length: lines }, (_, at) => (
        <span key={at} class="bone" aria-hidden="true" />
      ))}
    </div>
  );
}
