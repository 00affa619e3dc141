/**
 * The path that a request names, without its query; empty when it names none. A request of HTTP/1.0 names no server, and
 * `Host` may hold anything, so that what the runtime gives as URL need not be one.
 */
export function requestPath({ url }: Pick<Request, "url">): string {
  return URL.parse(url, "http://host")?.pathname ?? "";
}
