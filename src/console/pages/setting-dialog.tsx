import { useState } from "preact/hooks";
import { call } from "../api.ts";
import { useWords } from "../language.tsx";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Failure } from "../parts/failure.tsx";
import { Field, type FieldControl } from "../parts/field.tsx";
import { Notice } from "../parts/notice.tsx";
import { useShellWords } from "../parts/words.ts";
import { en } from "../words/en/settings.ts";
import { ja } from "../words/ja/settings.ts";
import { type Setting, shown } from "./setting-text.ts";

interface ChangeSettingProps {
  readonly setting: Setting;
  readonly onClose: () => void;
  /** Told the new value. */
  readonly onChanged: (to: string) => void;
}

/** Asks for a new value of a setting, and says what it does. */
export function ChangeSetting({ setting, onClose, onChanged }: ChangeSettingProps) {
  const { name, meaning, value, default: fallback, isDefault, least, most, restart } = setting;
  const words = useWords({ en, ja });
  const { cancel } = useShellWords();
  const [text, setText] = useState(value);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [isWrong, setIsWrong] = useState(false);
  const bounds = least === undefined || most === undefined ? undefined : ([least, most] as const);
  const isChosen = text === fallback && bounds !== undefined && !/^\d+$/.test(fallback);
  const save = async (to: string | null) => {
    const next = to?.trim() ?? fallback;
    if (to !== null && !isChosen && bounds !== undefined && !isWithin(next, bounds)) return setIsWrong(true);
    setIsBusy(true);
    try {
      await call("/v1/settings", { method: "PATCH", body: { [name]: isChosen ? null : to } });
      onChanged(next);
      onClose();
    } catch (thrown) {
      setError(thrown);
      setIsBusy(false);
    }
  };
  return (
    <Dialog title={words.labels[name] ?? name} onClose={onClose}>
      <p>{meaning}</p>
      {restart && <Notice kind="warn">{words.restart}</Notice>}
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy) void save(text);
        }}
      >
        <Field
          label={words.value}
          hint={bounds && words.between(...bounds)}
          error={isWrong && bounds ? words.must(...bounds) : undefined}
        >
          {(control) => <Control control={control} setting={setting} text={text} onText={setText} />}
        </Field>
        {error !== undefined && <Failure error={error} />}
        <div class="actions">
          {!isDefault && (
            <Button isBusy={isBusy} onClick={() => save(null)}>
              {words.toDefault(shown(words, name, fallback))}
            </Button>
          )}
          <Button onClick={onClose}>{cancel}</Button>
          <Button type="submit" kind="primary" isBusy={isBusy}>
            {words.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface ControlProps {
  readonly control: FieldControl;
  readonly setting: Setting;
  readonly text: string;
  readonly onText: (text: string) => void;
}

function Control({ control, setting: { choices, least, most, name }, text, onText }: ControlProps) {
  const words = useWords({ en, ja });
  if (choices === undefined) {
    return (
      <input
        {...control}
        type="text"
        inputMode="numeric"
        autoComplete="off"
        value={/^\d+$/.test(text) ? text : ""}
        placeholder={/^\d+$/.test(text) ? `${least}–${most}` : shown(words, name, text)}
        onInput={({ currentTarget }) => onText(currentTarget.value)}
      />
    );
  }
  return (
    <select {...control} value={text} onChange={({ currentTarget }) => onText(currentTarget.value)}>
      {choices.map((choice) => (
        <option key={choice} value={choice}>
          {shown(words, name, choice)}
        </option>
      ))}
    </select>
  );
}

function isWithin(text: string, [least, most]: readonly [number, number]): boolean {
  return /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
}
