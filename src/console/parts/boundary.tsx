import { Component, type ComponentChildren } from "preact";
import { Button } from "./button.tsx";
import { Page } from "./page.tsx";
import { useShellWords } from "./words.ts";

interface BoundaryProps {
  /** The path of the page; another one is tried when this one has failed. */
  readonly path: string;
  readonly children: ComponentChildren;
}

/** Shows that a page has failed, in place of it; the rest of the console goes on. */
export class Boundary extends Component<BoundaryProps, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  override componentDidUpdate({ path }: BoundaryProps): void {
    if (path !== this.props.path && this.state.hasFailed) this.setState({ hasFailed: false });
  }

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ hasFailed: true });
  }

  override render() {
    if (!this.state.hasFailed) return this.props.children;
    return <Failed onRetry={() => this.setState({ hasFailed: false })} />;
  }
}

function Failed({ onRetry }: { onRetry: () => void }) {
  const words = useShellWords();
  return (
    <Page title={words.defectTitle}>
      <p>{words.defect}</p>
      <Button onClick={onRetry}>{words.tryAgain}</Button>
    </Page>
  );
}
