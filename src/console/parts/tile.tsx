import type { ComponentChildren } from "preact";
import { type BadgeKind, Shape } from "./badge.tsx";

interface TileProps {
  readonly label: string;
  /** The figure. */
  readonly value: ComponentChildren;
  /** What it is to be read against. */
  readonly note?: ComponentChildren;
  readonly kind?: BadgeKind;
  /** Where there is more of it. */
  readonly href?: string;
}

/** One figure, to be read across the room. Tiles stand in a `<div class="tiles">`. */
export function Tile({ label, value, note, kind, href }: TileProps) {
  return (
    <div class="tile">
      <p class="tile-label">{href === undefined ? label : <a href={href}>{label}</a>}</p>
      <p class="tile-value">
        {kind && <Shape kind={kind} />}
        {value}
      </p>
      {note !== undefined && <p class="tile-note">{note}</p>}
    </div>
  );
}
