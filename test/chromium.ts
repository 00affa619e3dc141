import { onTestFinished } from "bun:test";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { makeFolder } from "./folders.ts";
import { keyOf } from "./keyboard.ts";

/** How a page is looked at. */
export interface Look {
  readonly width: number;
  readonly scheme?: "light" | "dark";
  readonly media?: "screen" | "print";
}

/** A page of a browser, over the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/). */
export interface Page {
  /** Opens a file or a URL, and waits until it is there. */
  open(where: string): Promise<void>;
  /** Changes width, colours and medium. */
  look(at: Look): Promise<void>;
  /** The value of an expression in the page. */
  value<Value>(expression: string): Promise<Value>;
  /** The printed page. */
  pdf(): Promise<Uint8Array>;
  /** A picture of the whole page. */
  picture(): Promise<Uint8Array>;
  /** Waits until something can be seen: `text=Sign in` is the innermost element with this text or name, else a selector. */
  waitFor(target: string): Promise<void>;
  /** Waits until something is there no more, or cannot be seen. */
  waitForNo(target: string): Promise<void>;
  /** Clicks with the mouse on what `waitFor` finds. */
  click(target: string): Promise<void>;
  /** Presses a key, as `Tab`, `Shift+Tab`, `Enter`, `Escape` or `/`. */
  press(key: string): Promise<void>;
  /** Types into what has the focus. */
  type(text: string): Promise<void>;
  /** The text of an element as it can be seen. */
  text(selector: string): Promise<string>;
  /** Drops files on an element. */
  drop(
    selector: string,
    files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  ): Promise<void>;
  /** What the browser keeps for an address. */
  cookies(url: string): Promise<Cookie[]>;
  /** Gives a command of the protocol. */
  command(method: string, params?: object): Promise<unknown>;
  /** What axe-core finds wrong with the page for people with disabilities: rules, and where. */
  axe(): Promise<string[]>;
  /** Addresses of everything that it has asked for, itself included. */
  readonly requests: readonly string[];
  /** What the browser has complained of: breaches of the content security policy, errors. */
  readonly complaints: readonly string[];
}

/** A cookie as the browser keeps it. */
export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite?: string;
}

type Answer = { readonly id?: number; readonly result?: unknown; readonly error?: { message: string } };
type Told = {
  readonly method?: string;
  readonly params?: {
    readonly name?: string;
    readonly loaderId?: string;
    readonly request?: { readonly url: string };
    readonly entry?: { readonly text: string };
    readonly issue?: unknown;
  };
};

/** For so many milliseconds a page may take to show what is waited for. */
const PATIENCE = 60_000;

/** Starts Chromium without a window; it ends with the test, or when `atEnd` has what is to be done then. */
export async function openChromium({
  atEnd = onTestFinished,
  folder = makeFolder,
}: {
  readonly atEnd?: (end: () => Promise<void>) => void;
  /** Makes the folder of its profile. */
  readonly folder?: () => string;
} = {}): Promise<Page> {
  const call = await connect(await startChromium(folder, atEnd));
  const { targetId } = (await call("Target.createTarget", { url: "about:blank" })) as { targetId: string };
  const { sessionId } = (await call("Target.attachToTarget", { targetId, flatten: true })) as {
    sessionId: string;
  };
  const requests: string[] = [];
  const complaints: string[] = [];
  /** Of each document that is there with all that it loads. */
  const loaded = new Set<string>();
  const ask = (method: string, params: object = {}) => call(method, params, sessionId);
  call.tell(({ method, params }) => {
    if (method === "Network.requestWillBeSent") requests.push(params?.request?.url ?? "");
    else if (method === "Log.entryAdded") complaints.push(params?.entry?.text ?? "");
    else if (method === "Audits.issueAdded") complaints.push(JSON.stringify(params?.issue));
    else if (method === "Page.lifecycleEvent" && params?.name === "load") loaded.add(params.loaderId ?? "");
  });
  for (const domain of ["Page", "Network", "Log", "Runtime", "Audits"]) await ask(`${domain}.enable`);
  await ask("Page.setLifecycleEventsEnabled", { enabled: true });
  const value = async <Value>(expression: string) => {
    const params = { expression, returnByValue: true, awaitPromise: true };
    const { result, exceptionDetails } = (await ask("Runtime.evaluate", params)) as {
      result: { value: Value };
      exceptionDetails?: { exception?: { description?: string } };
    };
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description);
    return result.value;
  };
  const place = (target: string) =>
    value<{ x: number; y: number } | null>(`(${find})(${JSON.stringify(target)})`);
  const until = async <Found>(what: string, look: () => Promise<Found | undefined>): Promise<Found> => {
    for (const end = performance.now() + PATIENCE; performance.now() < end; await Bun.sleep(50)) {
      const found = await look();
      if (found !== undefined) return found;
    }
    const seen = await value<string>("document.body.innerText");
    throw new Error(`waited in vain ${what}; the page says: ${seen}`);
  };
  // While another page comes, nothing can be asked.
  const waitFor = (target: string) =>
    until(`for ${target}`, async () => (await place(target).catch(() => null)) ?? undefined);
  /** What a change of the page's size brings about, such as a plot drawn anew, is done with the frames that follow it. */
  const nextFrames = () =>
    value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))");
  const waitForRest = (target: string) =>
    until(`until ${target} rests`, async () => {
      const before = await waitFor(target);
      await nextFrames().catch(() => {});
      return Bun.deepEquals(await waitFor(target), before) ? before : undefined;
    });
  return {
    requests,
    complaints,
    command: ask,
    async open(where) {
      const url = /^https?:/.test(where) ? where : pathToFileURL(where).href;
      const { loaderId } = (await ask("Page.navigate", { url })) as { loaderId?: string };
      // Another fragment of the page that is there loads nothing.
      if (loaderId === undefined) return;
      while (!loaded.has(loaderId)) await Bun.sleep(5);
    },
    async waitFor(target) {
      await waitFor(target);
    },
    async waitForNo(target) {
      const isGone = async () => (await place(target).catch(() => ({}))) === null;
      await until(`until ${target} is gone`, async () => (await isGone()) || undefined);
    },
    async click(target) {
      const { x, y } = await waitForRest(target);
      for (const type of ["mousePressed", "mouseReleased"]) {
        await ask("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
      }
    },
    async press(key) {
      const event = keyOf(key);
      await ask("Input.dispatchKeyEvent", {
        type: event.text === undefined ? "rawKeyDown" : "keyDown",
        ...event,
      });
      await ask("Input.dispatchKeyEvent", { type: "keyUp", ...event, text: undefined });
    },
    async type(text) {
      await ask("Input.insertText", { text });
    },
    async text(selector) {
      await waitFor(selector);
      return value<string>(`document.querySelector(${JSON.stringify(selector)}).innerText`);
    },
    async drop(selector, files) {
      await waitFor(selector);
      const given = files.map(({ name, bytes }) => [name, Buffer.from(bytes).toString("base64")]);
      await value(`(${dropFiles})(${JSON.stringify(selector)}, ${JSON.stringify(given)})`);
    },
    async cookies(url) {
      const { cookies } = (await ask("Network.getCookies", { urls: [url] })) as { cookies: Cookie[] };
      return cookies;
    },
    async axe() {
      await ask("Runtime.evaluate", { expression: axeSource() });
      return value<string[]>(`axe.run().then(({ violations }) =>
        violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
          id + " at " + target + ": " + failureSummary)))`);
    },
    async look({ width, scheme = "light", media = "screen" }) {
      const size = { width, height: 800, deviceScaleFactor: 1, mobile: false };
      await ask("Emulation.setDeviceMetricsOverride", size);
      const features = [{ name: "prefers-color-scheme", value: scheme }];
      await ask("Emulation.setEmulatedMedia", { media, features });
      await until(
        `for a window of ${width} pixels`,
        async () => (await value("innerWidth")) === width || undefined,
      );
      await nextFrames();
    },
    value,
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

/** Runs in the page: where the middle of an element is, once it can be seen; null when it cannot. */
const find = `(target) => {
  const text = target.startsWith("text=") ? target.slice(5) : undefined;
  const ownText = (one) => [...one.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data).join("");
  const nameOf = (one) =>
    [one.innerText, one.getAttribute("aria-label"), ownText(one)].map((name) => (name ?? "").trim());
  const all = text === undefined
    ? [...document.querySelectorAll(target)]
    : [...document.body.querySelectorAll("*")].filter((one) => nameOf(one).includes(text)).reverse();
  for (const one of all) {
    if (!one.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    one.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
    const { left, top, width, height } = one.getBoundingClientRect();
    if (width > 0 && height > 0) return { x: left + width / 2, y: top + height / 2 };
  }
  return null;
}`;

/** Runs in the page: drops files, given as names and base64, as a person does. */
const dropFiles = `(selector, given) => {
  const dataTransfer = new DataTransfer();
  for (const [name, data] of given) dataTransfer.items.add(new File([Uint8Array.fromBase64(data)], name));
  const place = document.querySelector(selector);
  for (const type of ["dragenter", "dragover", "drop"]) {
    place.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
  }
}`;

function axeSource(): string {
  return readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
}

/** Gives the address at which the browser takes commands. */
async function startChromium(
  makeFolder: () => string,
  atEnd: (end: () => Promise<void>) => void,
): Promise<string> {
  // What is to be done at the end is done in this order: the browser writes into its folder until it has ended.
  let child: Bun.Subprocess<"ignore", "ignore", "pipe"> | undefined;
  atEnd(async () => {
    child?.kill();
    await child?.exited;
  });
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
  child = Bun.spawn(["chromium", ...options], { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
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
  });
}
