import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { Failure } from "./parts/failure.tsx";
import { Loading } from "./parts/loading.tsx";

/** A page whose script is loaded when it is first shown. */
export function lazyPage(load: () => Promise<{ readonly default: ComponentType }>): ComponentType {
  let loaded: ComponentType | undefined;
  return function LazyPage() {
    const { path } = useLocation();
    const [Page, setPage] = useState<ComponentType | undefined>(() => loaded);
    const [error, setError] = useState<unknown>();
    useEffect(() => {
      if (Page) return;
      load().then(({ default: page }) => {
        loaded = page;
        setPage(() => page);
      }, setError);
    }, [Page]);
    // Another path of the same page is a new one, with nothing of the one before.
    if (Page) return <Page key={path} />;
    // The host may be another version by now, whose parts have other names.
    return error === undefined ? <Loading /> : <Failure error={error} onRetry={() => location.reload()} />;
  };
}
