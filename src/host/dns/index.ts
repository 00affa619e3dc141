/** The host in DNS: what the rest of Muster needs of publishing a host's SRV record. */
export { readTsigKeyFile } from "./key-file.ts";
export { publish, type UpdateDone, type UpdateRoute, unpublish } from "./publish.ts";
export {
  type PublishedRecords,
  type PublishingSettings,
  type PublishOutcome,
  startPublishing,
  withdraw,
} from "./publishing.ts";
export { SERVICE, type SrvRecord } from "./srv.ts";
export type { TsigKey } from "./tsig.ts";
