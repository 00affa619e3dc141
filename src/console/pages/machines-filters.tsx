import type { Keys } from "../api-types.ts";
import { useWords } from "../language.tsx";
import { Button } from "../parts/button.tsx";
import { Search } from "../parts/search.tsx";
import { en } from "../words/en/machines.ts";
import { ja } from "../words/ja/machines.ts";
import { isFiltered, type MachineChoice, RENEWALS, STATES } from "./machine-query.ts";

interface MachineFiltersProps {
  readonly choice: MachineChoice;
  readonly products: Keys["products"];
  readonly onChoose: (change: Partial<MachineChoice>) => void;
  /** Told each text that was typed. */
  readonly onSearch: (search: string) => void;
  readonly onClear: () => void;
}

/** Which machines are to be seen. */
export function MachineFilters({ choice, products, onChoose, onSearch, onClear }: MachineFiltersProps) {
  const words = useWords({ en, ja });
  return (
    <search class="machines-filters">
      <Search label={words.search} value={choice.search} onSearch={onSearch} />
      <Choice
        label={words.state}
        value={choice.state}
        all={words.allStates}
        options={STATES.map((state) => [state, words.states[state]])}
        onChoose={(state) => onChoose({ state: state as MachineChoice["state"] })}
      />
      <Choice
        label={words.renewal}
        value={choice.renewal}
        all={words.anyRenewal}
        options={RENEWALS.map((renewal) => [renewal, words.renewals[renewal]])}
        onChoose={(renewal) => onChoose({ renewal: renewal as MachineChoice["renewal"] })}
      />
      {(products.length > 1 || choice.product !== "") && (
        <Choice
          label={words.product}
          value={choice.product}
          all={words.allProducts}
          options={products.map(({ id, name }) => [id, name])}
          onChoose={(product) => onChoose({ product })}
        />
      )}
      {isFiltered(choice) && <Button onClick={onClear}>{words.clear}</Button>}
    </search>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  /** What no choice is called. */
  readonly all: string;
  readonly options: readonly (readonly [value: string, name: string])[];
  readonly onChoose: (value: string) => void;
}

function Choice({ label, value, all, options, onChoose }: ChoiceProps) {
  return (
    <select
      aria-label={label}
      name={label}
      value={value}
      onChange={({ currentTarget }) => onChoose(currentTarget.value)}
    >
      <option value="">{all}</option>
      {options.map(([each, name]) => (
        <option key={each} value={each}>
          {name}
        </option>
      ))}
    </select>
  );
}
