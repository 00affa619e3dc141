import { useWords } from "../language.tsx";
import { Page } from "../parts/page.tsx";
import { useShellWords } from "../parts/words.ts";
import { en } from "../words/en/machine.ts";
import { ja } from "../words/ja/machine.ts";

export default function Machine() {
  const words = useWords({ en, ja });
  const { notBuilt } = useShellWords();
  return (
    <Page title={words.title}>
      <p>{notBuilt}</p>
    </Page>
  );
}
