import type { ComponentChildren } from "preact";
import { type BadgeKind, Shape } from "./badge.tsx";

/** A sentence that is to be noticed, also by who hears the page: what was done, what to beware of. */
export function Notice({ kind, children }: { kind: BadgeKind; children: ComponentChildren }) {
  return (
    <div class={`notice ${kind}`} role="status">
      <Shape kind={kind} />
      <div>{children}</div>
    </div>
  );
}
