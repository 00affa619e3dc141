import { useState } from "preact/hooks";
import { call } from "../api.ts";
import type { Machine } from "../api-types.ts";
import { useWords } from "../language.tsx";
import { Button } from "../parts/button.tsx";
import { Confirm } from "../parts/confirm.tsx";
import { Failure } from "../parts/failure.tsx";
import { en } from "../words/en/machine.ts";
import { ja } from "../words/ja/machine.ts";
import { MachineNote } from "./machine-note.tsx";
import { machineAddress } from "./machine-query.ts";

interface MachineActionsProps {
  readonly machine: Machine;
  /** Told what was done, in a sentence. */
  readonly onDone: (what: string) => void;
  readonly onForgotten: () => void;
}

/** What an administrator can do about a machine. */
export function MachineActions({ machine, onDone, onForgotten }: MachineActionsProps) {
  const words = useWords({ en, ja });
  const [asked, setAsked] = useState<"forget" | "rearm" | "note">();
  const [error, setError] = useState<unknown>();
  const [isBusy, setIsBusy] = useState(false);
  const path = `/v1${machineAddress(machine)}`;
  const close = () => setAsked(undefined);
  const order = (rearm: boolean) => call<Machine>(path, { method: "PATCH", body: { rearm } });
  const takeBack = async () => {
    setIsBusy(true);
    setError(undefined);
    try {
      await order(false);
      onDone(words.takenBack);
    } catch (thrown) {
      setError(thrown);
    }
    setIsBusy(false);
  };
  return (
    <>
      <div class="machine-actions">
        <Button onClick={() => setAsked("note")}>{words.editNote}</Button>
        {machine.rearm ? (
          <Button isBusy={isBusy} onClick={takeBack}>
            {words.takeBack}
          </Button>
        ) : (
          <Button onClick={() => setAsked("rearm")}>{words.rearm}</Button>
        )}
        <Button kind="danger" onClick={() => setAsked("forget")}>
          {words.forget}
        </Button>
      </div>
      {error !== undefined && <Failure error={error} />}
      {asked === "note" && <MachineNote machine={machine} onDone={onDone} onClose={close} />}
      {asked === "rearm" && (
        <Confirm
          title={words.rearmTitle(machine.name)}
          action={words.rearm}
          onConfirm={async () => {
            await order(true);
            onDone(words.rearmed);
          }}
          onClose={close}
        >
          <Consequences lines={words.rearmWhat} />
        </Confirm>
      )}
      {asked === "forget" && (
        <Confirm
          title={words.forgetTitle(machine.name)}
          action={words.forget}
          kind="danger"
          onConfirm={async () => {
            await call(path, { method: "DELETE" });
            onForgotten();
          }}
          onClose={close}
        >
          <Consequences lines={words.forgetWhat} />
        </Confirm>
      )}
    </>
  );
}

function Consequences({ lines }: { lines: readonly string[] }) {
  return (
    <ul class="machine-consequences">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
