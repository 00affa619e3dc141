import { useEffect } from "preact/hooks";
import { call } from "../api.ts";
import { useIsLost } from "../connection.ts";
import { Shape } from "./badge.tsx";
import { Button } from "./button.tsx";
import { useShellWords } from "./words.ts";

const ASK_EVERY = 2000;

/** Above the page, as long as the host does not answer; it asks by itself until it does. */
export function Lost() {
  const words = useShellWords();
  const isLost = useIsLost();
  useEffect(() => {
    if (!isLost) return;
    const timer = setInterval(ask, ASK_EVERY);
    return () => clearInterval(timer);
  }, [isLost]);
  return (
    <div role="alert">
      {isLost && (
        <div class="lost">
          <Shape kind="warn" />
          <p>{words.lost}</p>
          <Button onClick={ask}>{words.tryNow}</Button>
        </div>
      )}
    </div>
  );
}

/** Whatever it answers, it answers. */
function ask(): void {
  call("/healthz").catch(() => {});
}
