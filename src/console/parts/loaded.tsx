import type { ComponentChildren } from "preact";
import { ApiError } from "../api.ts";
import type { Answered } from "../use-api.ts";
import { Failure } from "./failure.tsx";
import { Loading } from "./loading.tsx";

interface LoadedProps<Data> {
  readonly of: Answered<Data>;
  /** How many lines to show while it loads. */
  readonly lines?: number;
  readonly children: (data: Data) => ComponentChildren;
}

/** What was asked by useApi in its states: loading, failed, there. What is there stays when a later call fails. */
export function Loaded<Data>({ of: { data, error, refresh }, lines = 3, children }: LoadedProps<Data>) {
  if (data === undefined) {
    return error === undefined ? <Loading lines={lines} /> : <Failure error={error} onRetry={refresh} />;
  }
  // That nothing answers is said above the page.
  const isSaid = error instanceof ApiError && error.status === 0;
  return (
    <>
      {error !== undefined && !isSaid && <Failure error={error} onRetry={refresh} />}
      {children(data)}
    </>
  );
}
