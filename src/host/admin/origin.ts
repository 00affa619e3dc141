import { problem } from "../../protocol/problems.ts";

/**
 * Throws ACCESS_DENIED unless a page of this listener made the request: browsers say where a page is from, and no page can
 * say otherwise. The Host header was checked before, so what it names is this listener. Schemes are not compared: before
 * the listener there may be a proxy with TLS.
 */
export function checkOrigin(request: Request): void {
  const origin = request.headers.get("origin") ?? "";
  const site = request.headers.get("sec-fetch-site") ?? "same-origin";
  const isOwn = URL.canParse(origin) && new URL(origin).host === request.headers.get("host")?.toLowerCase();
  if (isOwn && site === "same-origin") return;
  throw problem(
    "ACCESS_DENIED",
    "This was not asked by a page of this console; do it there, or send the token as Authorization: Bearer TOKEN.",
  );
}

/**
 * Throws ACCESS_DENIED when a browser says that a page of another site, or of another port, made the request. `none` is a
 * person who typed the address or took a bookmark; programs that are no browsers do not say (W3C Fetch Metadata, 2.4).
 */
export function checkSite(request: Request): void {
  const site = request.headers.get("sec-fetch-site") ?? "none";
  if (site === "same-origin" || site === "none") return;
  throw problem(
    "ACCESS_DENIED",
    "A page of another site asked for this; open the console itself, or send the token as Authorization: Bearer TOKEN.",
  );
}
