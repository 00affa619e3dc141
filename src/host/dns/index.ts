/** The host in DNS: what the rest of Muster needs of publishing a host's SRV record. */
export { readTsigKeyFile } from "./key-file.ts";
export { publish, unpublish } from "./publish.ts";
export {
  type PublishedRecords,
  type PublishOutcome,
  startPublishing,
  withdraw,
} from "./publishing.ts";
export type { SrvRecord } from "./srv.ts";
export type { TsigKey } from "./tsig.ts";
