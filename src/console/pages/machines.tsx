import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { useFormat, useWords } from "../language.tsx";
import { Button } from "../parts/button.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { en } from "../words/en/machines.ts";
import { ja } from "../words/ja/machines.ts";
import { keepList } from "./machine-cursors.ts";
import { takeForgotten } from "./machine-forgotten.ts";
import { useProducts } from "./machine-products.ts";
import { choiceAddress, type MachineChoice, readChoice } from "./machine-query.ts";
import { MachineCsv } from "./machines-csv.tsx";
import { MachineFilters } from "./machines-filters.tsx";
import { ForgetMachines } from "./machines-forget.tsx";
import { MachineListing } from "./machines-listing.tsx";
import { useSelection } from "./machines-selection.tsx";
import { useMachines } from "./machines-use.ts";

/** The machines that the host knows: searched, filtered, sorted, leafed through. */
export default function Machines() {
  const words = useWords({ en, ja });
  const { number } = useFormat();
  const { path, query, route, url } = useLocation();
  const choice = readChoice(query);
  const known = useProducts();
  const { answered, list, total } = useMachines(choice);
  const selection = useSelection();
  const mayMove = useRef(false);
  const [isForgetting, setIsForgetting] = useState(false);
  const [files, setFiles] = useState(0);
  const [said, setSaid] = useState<string>();
  useEffect(() => {
    const name = takeForgotten();
    if (name !== undefined) setSaid(words.forgottenOne(name));
  }, []);

  const go = (next: MachineChoice, isSmall = false) => {
    route(choiceAddress(next), isSmall);
  };
  const address = choiceAddress(choice);
  // What is no choice is not left in the address: it says what is shown.
  useEffect(() => {
    if (path === "/machines" && url !== address) route(address, true);
  }, [url]);
  useEffect(() => keepList(choice), [address]);
  const choose = (change: Partial<MachineChoice>) => go({ ...choice, ...change, page: 1, cursor: "" });
  const clear = () => choose({ search: "", state: "", product: "", renewal: "" });
  return (
    <Page title={words.title} aside={<Button onClick={() => setFiles(files + 1)}>{words.download}</Button>}>
      {said !== undefined && (
        <Notice kind="good">
          {said} <a href="/events?kind=12405">{words.toEvents}</a>
        </Notice>
      )}
      {files > 0 && (
        <MachineCsv key={files} choice={choice} nameOf={known.nameOf} onClose={() => setFiles(0)} />
      )}
      <MachineFilters
        choice={choice}
        products={known.products}
        onChoose={choose}
        // What is typed letter by letter is one step of the way, not many.
        onSearch={(search) => go({ ...choice, search, page: 1, cursor: "" }, choice.search !== "")}
        onClear={clear}
      />
      <Loaded of={answered} lines={12}>
        {(data) => (
          <MachineListing
            {...known}
            data={data}
            list={list}
            total={total}
            mayMove={mayMove}
            isStale={answered.isStale}
            choice={choice}
            selection={selection}
            onForget={() => setIsForgetting(true)}
            onChoose={choose}
            onPage={go}
            onClear={clear}
          />
        )}
      </Loaded>
      {isForgetting && (
        <ForgetMachines
          machines={[...selection.machines.values()]}
          onForgotten={(machine) => selection.select([machine], false)}
          onDone={(count) => {
            setSaid(words.forgotten(count, number(count)));
            mayMove.current = true;
            answered.refresh();
          }}
          onClose={() => setIsForgetting(false)}
        />
      )}
    </Page>
  );
}
