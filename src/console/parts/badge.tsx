import type { ComponentChildren } from "preact";

/** What a state means for a person; each has a shape of its own, so that nothing is told by colour only. */
export type BadgeKind = "good" | "warn" | "bad" | "info" | "off";

const SHAPES: Record<BadgeKind, string> = {
  good: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1ZM4.5 8.2l2.5 2.5 4.6-5",
  warn: "M8 1.5 15.2 14.5H.8ZM8 6v4M8 12v.6",
  bad: "M5 1h6l4 4v6l-4 4H5l-4-4V5ZM5.3 5.3l5.4 5.4M10.7 5.3l-5.4 5.4",
  info: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1ZM8 7v5M8 4v.6",
  off: "M2 8a6 6 0 1 1 12 0 6 6 0 1 1-12 0",
};

/** A word and a shape for a state. */
export function Badge({ kind, children }: { kind: BadgeKind; children: ComponentChildren }) {
  return (
    <span class={`badge ${kind}`}>
      <Shape kind={kind} />
      {children}
    </span>
  );
}

/** The shape alone, beside words that say the same. */
export function Shape({ kind }: { kind: BadgeKind }) {
  return (
    <svg class={`shape ${kind}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={SHAPES[kind]} />
    </svg>
  );
}
