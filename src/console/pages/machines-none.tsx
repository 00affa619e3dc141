import type { Keys } from "../api-types.ts";
import { useWords } from "../language.tsx";
import { Button } from "../parts/button.tsx";
import { Copy } from "../parts/copy.tsx";
import { Empty } from "../parts/empty.tsx";
import { en } from "../words/en/machines.ts";
import { ja } from "../words/ja/machines.ts";
import { isFiltered, type MachineChoice } from "./machine-query.ts";

interface NoMachinesProps {
  readonly choice: MachineChoice;
  readonly products: Keys["products"];
  readonly onClear: () => void;
}

/** Why there is no machine to be seen, and what to do. */
export function NoMachines({ choice, products, onClear }: NoMachinesProps) {
  const words = useWords({ en, ja });
  if (isFiltered(choice)) {
    return (
      <Empty title={words.none}>
        {words.noneHint} <Button onClick={onClear}>{words.clear}</Button>
      </Empty>
    );
  }
  const key = products.find(({ isLicensed }) => isLicensed)?.setupKeys.at(-1);
  return (
    <div class="machines-none">
      <Empty title={words.noneYet}>
        {words.noneYetHint}
        <span class="machines-commands">
          <Copy text={`muster ipk ${key ?? words.setupKey}`} />
          <Copy text="muster ato" />
        </span>
        <a href="/keys">{words.moreKeys}</a>
      </Empty>
    </div>
  );
}
