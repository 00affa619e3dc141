import type { Machine } from "../api-types.ts";
import { useWords } from "../language.tsx";
import { Badge, type BadgeKind } from "../parts/badge.tsx";
import { en } from "../words/en/machine.ts";
import { ja } from "../words/ja/machine.ts";

const KINDS: Record<Machine["state"], BadgeKind> = { licensed: "good", expired: "bad", unlicensed: "off" };

/** What the lease of a machine is, and whether it is late or has been ordered about. */
export function MachineState({ state, overdue, rearm }: Pick<Machine, "state" | "overdue" | "rearm">) {
  const words = useWords({ en, ja });
  return (
    <span class="machine-state">
      <Badge kind={KINDS[state]}>{words.states[state]}</Badge>
      {overdue && <Badge kind="warn">{words.overdue}</Badge>}
      {rearm && <Badge kind="info">{words.rearmOrdered}</Badge>}
    </span>
  );
}
