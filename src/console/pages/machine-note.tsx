import { useState } from "preact/hooks";
import { call } from "../api.ts";
import type { Machine } from "../api-types.ts";
import { useWords } from "../language.tsx";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Failure } from "../parts/failure.tsx";
import { Field } from "../parts/field.tsx";
import { useShellWords } from "../parts/words.ts";
import { en } from "../words/en/machine.ts";
import { ja } from "../words/ja/machine.ts";
import { machineAddress } from "./machine-query.ts";

/** As the API has it. */
const LONGEST = 1000;

interface MachineNoteProps {
  readonly machine: Machine;
  readonly onDone: (what: string) => void;
  readonly onClose: () => void;
}

/** What an administrator wants to remember of a machine. */
export function MachineNote({ machine, onDone, onClose }: MachineNoteProps) {
  const words = useWords({ en, ja });
  const { cancel } = useShellWords();
  const [note, setNote] = useState(machine.note);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const save = async () => {
    setIsBusy(true);
    try {
      await call(`/v1${machineAddress(machine)}`, { method: "PATCH", body: { note: note.trim() } });
      onDone(words.noted);
      onClose();
    } catch (thrown) {
      setError(thrown);
      setIsBusy(false);
    }
  };
  return (
    <Dialog title={words.noteTitle(machine.name)} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy) void save();
        }}
      >
        <Field label={words.note} hint={words.noteHint}>
          {(control) => (
            <textarea
              {...control}
              rows={4}
              maxLength={LONGEST}
              value={note}
              onInput={({ currentTarget }) => setNote(currentTarget.value)}
            />
          )}
        </Field>
        {error !== undefined && <Failure error={error} />}
        <div class="actions">
          <Button onClick={onClose}>{cancel}</Button>
          <Button type="submit" kind="primary" isBusy={isBusy}>
            {words.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
