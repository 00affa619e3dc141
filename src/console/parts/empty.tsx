import type { ComponentChildren } from "preact";
import { Copy } from "./copy.tsx";

interface EmptyProps {
  readonly title: string;
  /** What to do next. */
  readonly children?: ComponentChildren;
  /** The command that does it. */
  readonly command?: string;
}

/** In place of a list that has nothing in it. */
export function Empty({ title, children, command }: EmptyProps) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children !== undefined && <p>{children}</p>}
      {command !== undefined && <Copy text={command} />}
    </div>
  );
}
