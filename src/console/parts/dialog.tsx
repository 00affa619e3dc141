import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { useShellWords } from "./words.ts";

interface DialogProps {
  readonly title: string;
  /** Called by Escape and by the button that closes it; leave it out of the page then. */
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A dialog over the page, open as long as it is in it. The focus goes back to where it was. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const words = useShellWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const before = document.activeElement;
    const { current } = dialog;
    current?.showModal();
    // A dialog that is taken out of the page does not give the focus back itself; what had it may be gone by then.
    return () => {
      current?.close();
      const after = before?.isConnected ? before : document.querySelector("h1");
      if (after instanceof HTMLElement) after.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div class="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" class="button quiet" aria-label={words.close} onClick={onClose}>
          <span aria-hidden="true">×</span>
        </button>
      </div>
      {children}
    </dialog>
  );
}
