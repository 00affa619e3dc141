import { onTestFinished } from "bun:test";
import { pathToFileURL } from "node:url";
import { makeFolder } from "./folders.ts";

/** How a page is looked at. */
export interface Look {
  readonly width: number;
  readonly scheme?: "light" | "dark";
  readonly media?: "screen" | "print";
}

/** A page of a browser, over the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/). */
export interface Page {
  /** Opens a file, and waits until it is there. */
  open(path: string): Promise<void>;
  /** Changes width, colours and medium. */
  look(at: Look): Promise<void>;
  /** The value of an expression in the page. */
  value<Value>(expression: string): Promise<Value>;
  /** The printed page. */
  pdf(): Promise<Uint8Array>;
  /** A picture of the whole page. */
  picture(): Promise<Uint8Array>;
  /** Addresses of everything that it has asked for, itself included. */
  readonly requests: readonly string[];
  /** What the browser has complained of: breaches of the content security policy, errors. */
  readonly complaints: readonly string[];
}

type Answer = { readonly id?: number; readonly result?: unknown; readonly error?: { message: string } };
type Told = {
  readonly method?: string;
  readonly params?: {
    readonly request?: { readonly url: string };
    readonly entry?: { readonly text: string };
    readonly issue?: unknown;
  };
};

/** Starts Chromium without a window; it ends with the test. */
export async function openChromium(): Promise<Page> {
  const call = await connect(await startChromium());
  const { targetId } = (await call("Target.createTarget", { url: "about:blank" })) as { targetId: string };
  const { sessionId } = (await call("Target.attachToTarget", { targetId, flatten: true })) as {
    sessionId: string;
  };
  const requests: string[] = [];
  const complaints: string[] = [];
  const ask = (method: string, params: object = {}) => call(method, params, sessionId);
  call.tell(({ method, params }) => {
    if (method === "Network.requestWillBeSent") requests.push(params?.request?.url ?? "");
    else if (method === "Log.entryAdded") complaints.push(params?.entry?.text ?? "");
    else if (method === "Audits.issueAdded") complaints.push(JSON.stringify(params?.issue));
  });
  for (const domain of ["Page", "Network", "Log", "Runtime", "Audits"]) await ask(`${domain}.enable`);
  return {
    requests,
    complaints,
    async open(path) {
      const there = call.next("Page.loadEventFired");
      await ask("Page.navigate", { url: pathToFileURL(path).href });
      await there;
    },
    async look({ width, scheme = "light", media = "screen" }) {
      const size = { width, height: 800, deviceScaleFactor: 1, mobile: false };
      await ask("Emulation.setDeviceMetricsOverride", size);
      const features = [{ name: "prefers-color-scheme", value: scheme }];
      await ask("Emulation.setEmulatedMedia", { media, features });
    },
    async value<Value>(expression: string) {
      const params = { expression, returnByValue: true, awaitPromise: true };
      const { result, exceptionDetails } = (await ask("Runtime.evaluate", params)) as {
        result: { value: Value };
        exceptionDetails?: { exception?: { description?: string } };
      };
      if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description);
      return result.value;
    },
    async pdf() {
      await ask("Emulation.setEmulatedMedia", { media: "" });
      const { data } = (await ask("Page.printToPDF", { printBackground: true })) as { data: string };
      return Buffer.from(data, "base64");
    },
    async picture() {
      const { data } = (await ask("Page.captureScreenshot", { captureBeyondViewport: true })) as {
        data: string;
      };
      return Buffer.from(data, "base64");
    },
  };
}

/** Gives the address at which the browser takes commands. */
async function startChromium(): Promise<string> {
  const options = [
    "--headless",
    "--remote-debugging-port=0",
    `--user-data-dir=${makeFolder()}`,
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-dev-shm-usage",
    "--no-first-run",
    // Its sandbox does not start as root; the pages are our own.
    "--no-sandbox",
  ];
  const child = Bun.spawn(["chromium", ...options], { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  onTestFinished(async () => {
    child.kill();
    await child.exited;
  });
  let said = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stderr) {
    said += decoder.decode(chunk, { stream: true });
    const [, address] = /DevTools listening on (ws:\S+)/.exec(said) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error(`Chromium ended at once: ${said}`);
}

async function connect(address: string) {
  const socket = new WebSocket(address);
  const waiting = new Map<number, (answer: Answer) => void>();
  const listeners = new Set<(told: Told) => void>();
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as Answer & Told;
    if (message.id === undefined) for (const listener of [...listeners]) listener(message);
    else waiting.get(message.id)?.(message);
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  let last = 0;
  const call = async (method: string, params: object = {}, sessionId?: string): Promise<unknown> => {
    const id = ++last;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    waiting.set(id, resolve);
    socket.send(JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }));
    const { result, error } = await promise;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  };
  return Object.assign(call, {
    tell: (listener: (told: Told) => void) => void listeners.add(listener),
    next: (method: string) =>
      new Promise<void>((resolve) => {
        const listener = (told: Told) => {
          if (told.method !== method) return;
          listeners.delete(listener);
          resolve();
        };
        listeners.add(listener);
      }),
  });
}
