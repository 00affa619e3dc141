/** Why a request over HTTP brought nothing that can be read; problems of the table where one fits whoever was asked. */
export type ConnectionFailure =
  | "CONNECTION_TIMED_OUT"
  | "CONNECTION_REFUSED"
  | "HOST_UNREACHABLE"
  | "HOST_NAME_NOT_RESOLVED"
  | "CONNECTION_LOST"
  | "not-trusted"
  | "no-tls"
  | "proxy"
  | "not-understood";

/** Sorts what `fetch` threw; `why` is the runtime's own code for it. */
export function failureOf(error: unknown): { readonly kind: ConnectionFailure; readonly why: string } {
  // Runtimes name the same failure differently: the code is on the error in Bun, on its cause in Node.
  const { name, code, cause } = error as { name?: string; code?: unknown; cause?: { code?: unknown } };
  const why = String(cause?.code ?? code ?? name ?? error);
  return { kind: name === "TimeoutError" ? "CONNECTION_TIMED_OUT" : kindOf(why), why };
}

function kindOf(code: string): ConnectionFailure {
  switch (code) {
    case "ECONNREFUSED":
    case "ConnectionRefused":
      return "CONNECTION_REFUSED";
    case "ETIMEDOUT":
    case "UND_ERR_CONNECT_TIMEOUT":
    case "UND_ERR_HEADERS_TIMEOUT":
    case "UND_ERR_BODY_TIMEOUT":
      return "CONNECTION_TIMED_OUT";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "HOST_NAME_NOT_RESOLVED";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EHOSTDOWN":
    case "ENETDOWN":
    case "EADDRNOTAVAIL":
    case "EINVAL":
    case "EACCES":
    case "EPERM":
    case "FailedToOpenSocket":
      return "HOST_UNREACHABLE";
    case "ECONNRESET":
    case "ECONNABORTED":
    case "EPIPE":
    case "ConnectionClosed":
    case "UND_ERR_SOCKET":
      return "CONNECTION_LOST";
    case "ERR_PROXY_TUNNEL":
      return "proxy";
    case "EPROTO":
    case "ERR_SSL_WRONG_VERSION_NUMBER":
    case "ERR_SSL_PACKET_LENGTH_TOO_LONG":
      return "no-tls";
    default:
      return /CERT|^UNABLE_TO_VERIFY|^INVALID_(CA|PURPOSE)|^PATH_LENGTH|^ERR_TLS/.test(code)
        ? "not-trusted"
        : "not-understood";
  }
}

/** What is wrong with a TLS certificate that is not trusted, by the runtime's code for it. */
export function certificateFault(why: string): string {
  switch (why) {
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return "is for another name";
    case "CERT_HAS_EXPIRED":
      return "has ended";
    case "CERT_NOT_YET_VALID":
      return "is not valid yet";
    default:
      return "comes from a certificate authority that is not trusted here";
  }
}

/** The body of a response, or undefined when it is larger than `most` bytes. */
export async function readText(response: Response, most: number): Promise<string | undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.length;
    if (size > most) {
      await reader.cancel().catch(() => undefined);
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** What a text says in JSON, or undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
