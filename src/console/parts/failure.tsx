import { ApiError } from "../api.ts";
import { Shape } from "./badge.tsx";
import { Button } from "./button.tsx";
import { useShellWords } from "./words.ts";

interface FailureProps {
  /** What was thrown: an ApiError says what to do itself. */
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** What went wrong, in the API's own words. */
export function Failure({ error, onRetry }: FailureProps) {
  const words = useShellWords();
  const known = error instanceof ApiError ? error : undefined;
  const text = known?.status === 0 ? words.unreachable : (known?.message ?? words.defect);
  return (
    <div class="notice bad" role="alert">
      <Shape kind="bad" />
      <div>
        <p>
          <strong>{words.failed}</strong> {text} {known?.code && <code>{known.code}</code>}
        </p>
        {onRetry && <Button onClick={onRetry}>{words.tryAgain}</Button>}
      </div>
    </div>
  );
}
