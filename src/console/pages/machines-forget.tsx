import { ApiError, call } from "../api.ts";
import type { Machine } from "../api-types.ts";
import { useFormat, useWords } from "../language.tsx";
import { Confirm } from "../parts/confirm.tsx";
import { en } from "../words/en/machines.ts";
import { ja } from "../words/ja/machines.ts";
import { machineAddress } from "./machine-query.ts";

/** So many names are listed, the others are counted. */
const LISTED = 20;

interface ForgetMachinesProps {
  readonly machines: readonly Machine[];
  /** Told each machine as it is forgotten. */
  readonly onForgotten: (machine: Machine) => void;
  readonly onDone: (machines: number) => void;
  readonly onClose: () => void;
}

/** Asks before machines are forgotten. */
export function ForgetMachines({ machines, onForgotten, onDone, onClose }: ForgetMachinesProps) {
  const words = useWords({ en, ja });
  const { number } = useFormat();
  const title = words.forgetThese(machines.length, number(machines.length));
  const names = machines.slice(0, LISTED).map(({ name }) => name);
  return (
    <Confirm
      title={title}
      action={words.forget}
      kind="danger"
      onConfirm={async () => {
        for (const machine of machines) {
          await forget(machine);
          onForgotten(machine);
        }
        onDone(machines.length);
      }}
      onClose={onClose}
    >
      <p>
        {names.join(", ")}
        {machines.length > LISTED && " …"}
      </p>
      <p>{words.forgetWhat}</p>
    </Confirm>
  );
}

/** One that somebody else has forgotten is forgotten. */
async function forget(machine: Machine): Promise<void> {
  try {
    await call(`/v1${machineAddress(machine)}`, { method: "DELETE" });
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
  }
}
