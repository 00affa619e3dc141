import type { EvtxRecord } from "./record.ts";

/** Which events to read; what is left out is every event. The rest is skipped before its payload is decoded. */
export interface EvtxFilter {
  /** Provider names or event source names, in any case. */
  readonly providers?: readonly string[];
  /** Event ids. */
  readonly ids?: readonly number[];
  /** Is told of each event that was left out. */
  readonly onLeftOut?: () => void;
}

/** A filter ready to be asked. */
export class Filter {
  private readonly providers: ReadonlySet<string> | undefined;
  private readonly ids: ReadonlySet<number> | undefined;
  /** To be told of each event that was left out. */
  readonly onLeftOut: (() => void) | undefined;

  constructor(filter: EvtxFilter) {
    this.providers = filter.providers && new Set(filter.providers.map((name) => name.toLowerCase()));
    this.ids = filter.ids && new Set(filter.ids);
    this.onLeftOut = filter.onLeftOut;
  }

  /** Whether events of all providers are wanted. */
  get everySource(): boolean {
    return this.providers === undefined;
  }

  /** Whether events of this provider, by either of its names, are wanted. */
  source(provider: string | undefined, eventSource: string | undefined): boolean {
    if (this.providers === undefined) return true;
    return [provider, eventSource].some(
      (name) => name !== undefined && this.providers?.has(name.toLowerCase()),
    );
  }

  /** Whether events of this id are wanted. */
  id(id: number): boolean {
    return this.ids === undefined || this.ids.has(id);
  }

  /** Whether this event is wanted. */
  event(event: EvtxRecord): boolean {
    return this.id(event.id) && this.source(event.provider, event.eventSource);
  }
}
