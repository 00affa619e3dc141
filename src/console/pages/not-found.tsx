import { Page } from "../parts/page.tsx";
import { useShellWords } from "../parts/words.ts";

/** At an address that leads to no page. */
export function NotFound() {
  const words = useShellWords();
  return (
    <Page title={words.notFoundTitle}>
      <p>{words.notFound}</p>
      <p>
        <a href="/">{words.toOverview}</a>
      </p>
    </Page>
  );
}
