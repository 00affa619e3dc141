import type { Machine, MachinePage } from "../api-types.ts";
import { useWords } from "../language.tsx";
import { Badge } from "../parts/badge.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Time } from "../parts/time.tsx";
import { useApi } from "../use-api.ts";
import { en } from "../words/en/machine.ts";
import { ja } from "../words/ja/machine.ts";
import { EVERYTHING, keyOf, machineAddress, machinesPath } from "./machine-query.ts";
import { MachineState } from "./machine-state.tsx";

/** Of a name that so many have, or that is part of so many, the search tells more. */
const MOST = 200;

/** Other machines of the same name: for who looks for clones. */
export function MachineOthers({ machine }: { machine: Machine }) {
  const words = useWords({ en, ja });
  const { name, fingerprint } = machine;
  const found = useApi<MachinePage>(
    name === "" ? undefined : machinesPath({ ...EVERYTHING, search: name }, MOST),
  );
  return (
    <section class="machine-section">
      <h2>{words.others}</h2>
      <Loaded of={found} lines={1}>
        {({ machines, next }) => {
          const others = machines.filter(
            (other) =>
              keyOf(other) !== keyOf(machine) &&
              (other.name.toLowerCase() === name.toLowerCase() || other.fingerprint === fingerprint),
          );
          return (
            <>
              <p class={others.length === 0 ? "faint" : undefined}>
                {others.length === 0 ? words.noOthers : words.othersLead}
              </p>
              <ul class="machine-others">
                {others.map((other) => (
                  <li key={keyOf(other)}>
                    <a href={machineAddress(other)}>
                      {other.name} <code>{other.cmid.slice(0, 8)}</code>
                    </a>
                    <MachineState {...other} />
                    <Badge kind={other.fingerprint === fingerprint ? "warn" : "off"}>
                      {other.fingerprint === fingerprint ? words.sameHardware : words.otherHardware}
                    </Badge>
                    <span class="faint">
                      {other.address} · <Time at={other.lastSeen} as="relative" />
                    </span>
                  </li>
                ))}
              </ul>
              {(others.length > 0 || next !== undefined) && (
                <a href={`/machines?search=${encodeURIComponent(name)}`}>{words.allOfName(name)}</a>
              )}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}
