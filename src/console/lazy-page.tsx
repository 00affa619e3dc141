import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { ApiError } from "./api.ts";
import { noteSilence, watchConnection } from "./connection.ts";
import { Failure } from "./parts/failure.tsx";
import { Loading } from "./parts/loading.tsx";

/** A page whose script is loaded when it is first shown. */
export function lazyPage(load: () => Promise<{ readonly default: ComponentType }>): ComponentType {
  let loaded: ComponentType | undefined;
  return function LazyPage() {
    const { path } = useLocation();
    const [Page, setPage] = useState<ComponentType | undefined>(() => loaded);
    const [isMissing, setIsMissing] = useState(false);
    useEffect(() => {
      if (Page) return;
      load().then(
        ({ default: page }) => {
          loaded = page;
          setPage(() => page);
        },
        () => {
          setIsMissing(true);
          noteSilence();
        },
      );
    }, [Page]);
    // A browser keeps in mind that a script could not be had; and the host may be another version by now, whose scripts
    // have other names. Both begin anew with the page.
    useEffect(() => {
      if (!isMissing) return;
      return watchConnection((isLost) => {
        if (!isLost) location.reload();
      });
    }, [isMissing]);
    // Another path of the same page is a new one, with nothing of the one before.
    if (Page) return <Page key={path} />;
    return isMissing ? <Failure error={UNREACHABLE} onRetry={() => location.reload()} /> : <Loading />;
  };
}

const UNREACHABLE = new ApiError({ name: "UNREACHABLE", status: 0, code: "", detail: "" });
