/** The thread that signs leases. Its first message is the host's folder; each other one has claims, the JSON of one a line. */
import { type HostIdentity, openIdentity } from "../folder.ts";

declare const self: Worker;

let identity: HostIdentity | undefined;

self.onmessage = ({ data }: MessageEvent<string>) => {
  if (identity === undefined) {
    identity = openIdentity(data);
    self.postMessage("ready");
    return;
  }
  const { sign } = identity;
  const tokens = data.split("\n").map((claims) => sign("lease", claims));
  self.postMessage(tokens.join("\n"));
};
