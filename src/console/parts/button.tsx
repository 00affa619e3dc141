import type { ButtonHTMLAttributes, ComponentChildren } from "preact";

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "type" | "class"> {
  /** `primary` is the one thing to do, `danger` loses something. */
  readonly kind?: "plain" | "primary" | "danger";
  readonly type?: "button" | "submit";
  /** It is at work: not to be pressed again. */
  readonly isBusy?: boolean;
  readonly children: ComponentChildren;
}

/** A button. While it is busy it keeps the focus, and presses do nothing. */
export function Button({ kind = "plain", type = "button", isBusy = false, onClick, ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      class={`button ${kind}`}
      aria-disabled={isBusy || undefined}
      aria-busy={isBusy || undefined}
      onClick={(event) => {
        if (isBusy) event.preventDefault();
        else onClick?.(event);
      }}
    />
  );
}
