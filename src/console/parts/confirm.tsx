import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { Failure } from "./failure.tsx";
import { useShellWords } from "./words.ts";

interface ConfirmProps {
  readonly title: string;
  /** What the button says that does it: a verb. */
  readonly action: string;
  readonly kind?: "primary" | "danger";
  /** Does it; what it throws is shown, and the dialog stays. */
  readonly onConfirm: () => Promise<unknown>;
  /** Called when it is done or given up. */
  readonly onClose: () => void;
  /** What will happen. */
  readonly children: ComponentChildren;
}

/** Asks before something is done. */
export function Confirm({ title, action, kind = "primary", onConfirm, onClose, children }: ConfirmProps) {
  const words = useShellWords();
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const confirm = async () => {
    setIsBusy(true);
    try {
      await onConfirm();
      onClose();
    } catch (thrown) {
      setError(thrown);
      setIsBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      {error !== undefined && <Failure error={error} />}
      <div class="actions">
        <Button onClick={onClose}>{words.cancel}</Button>
        <Button kind={kind} isBusy={isBusy} onClick={confirm}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
