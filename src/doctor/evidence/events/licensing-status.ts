/** What 1003 says of the product that is installed. */
export interface LicensingStatus {
  /** Lower case; `""` when no entry stands out. */
  readonly product: string;
  /** Minutes that a volume licence still runs; absent when it runs no more, or the product has none. */
  readonly minutesLeft?: number;
  /** Whether the entry is that of a volume licence. */
  readonly volume: boolean;
  /** The entry itself. */
  readonly entry: string;
}

const VOLUME = "msft:rm/algorithm/volume";
const PRODUCT = /\d+:\s*([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/gi;
const MINUTES = /msft:rm\/algorithm\/volume\/\S+ (0x[0-9a-f]{8}) (\d{1,9})/i;
/** No key of this product is installed: so it is with all the products a machine knows but one. */
const NO_KEY = /0xC004F014|0xC004F055/i;

/**
 * Reads the list of 1003, one entry for each product the machine knows, for the installed one: that which has a volume
 * licence, else the first that does not say that its key is missing.
 */
export function licensingStatus(list: string): LicensingStatus {
  const starts = [...list.matchAll(PRODUCT)];
  let chosen: LicensingStatus | undefined;
  for (const [at, start] of starts.entries()) {
    const entry = list.slice(start.index, starts[at + 1]?.index ?? list.length).trim();
    const volume = entry.includes(VOLUME);
    if (!volume && (chosen !== undefined || NO_KEY.test(entry) || !/0x/.test(entry))) continue;
    const minutes = MINUTES.exec(entry);
    const left = minutes !== null && Number(minutes[1]) === 0 ? Number(minutes[2]) : undefined;
    const product = (start[1] ?? "").toLowerCase();
    chosen = { product, volume, entry, ...(left === undefined ? {} : { minutesLeft: left }) };
    if (volume) break;
  }
  return chosen ?? { product: "", volume: false, entry: "" };
}
