import type { Event as LoggedEvent } from "../api-types.ts";
import type { BadgeKind } from "../parts/badge.tsx";

const WARNINGS = new Set([12293, 12400, 12401, 12404, 12410, 12411]);
/** The count is too small: no fault of a host that is being filled. */
const WAITING = "0xC004F038";
const FINE = "0x00000000";

/** What an event means for who looks through many: whether to stop at it. */
export function kindOf({ id, fields }: Pick<LoggedEvent, "id" | "fields">): BadgeKind {
  if (WARNINGS.has(id)) return "warn";
  if (id !== 12290) return fields.code === undefined || fields.code === FINE ? "info" : "warn";
  return fields.code === FINE ? "good" : fields.code === WAITING ? "off" : "bad";
}
