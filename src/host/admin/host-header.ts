import { isIP } from "node:net";
import { problem } from "../../protocol/problems.ts";

/**
 * Throws MISDIRECTED unless the Host header names this listener. A page of another site that lets its own name point
 * here (DNS rebinding) sends that name; an address, `localhost` and the host's own name cannot be such a name.
 */
export function checkHostHeader(request: Request, hostName: string): void {
  const header = request.headers.get("host") ?? "";
  const [, name = ""] = /^(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(header.toLowerCase()) ?? [];
  const bare = name.replace(/^\[(.*)\]$/, "$1");
  const isOwn = isIP(bare) !== 0 || bare === "localhost" || bare === hostName.toLowerCase();
  // A port that is none leaves the request without a URL.
  if (isOwn && URL.canParse(request.url)) return;
  throw problem(
    "MISDIRECTED",
    `This listener is asked for by its address, as localhost or as ${hostName}, not as '${header.slice(0, 100)}'.`,
  );
}
