import type { ComponentChildren } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { useKept } from "../kept.ts";
import { type Language, useLanguage } from "../language.tsx";
import { useSession } from "../session.tsx";
import { Button } from "./button.tsx";
import { Failure } from "./failure.tsx";
import { Lost } from "./lost.tsx";
import { useShellWords } from "./words.ts";

const PAGES = [
  ["/", "overview"],
  ["/machines", "machines"],
  ["/findings", "findings"],
  ["/events", "events"],
  ["/settings", "settings"],
  ["/keys", "keys"],
] as const;
const THEMES = ["system", "light", "dark"] as const;

/** The frame of the console: whose it is, where one can go, and how one wants it. */
export function Shell({ children }: { children: ComponentChildren }) {
  const words = useShellWords();
  const { status, session, signOut } = useSession();
  const [error, setError] = useState<unknown>();
  return (
    <>
      {/* A link would change the address. */}
      <button type="button" class="button skip" onClick={() => document.getElementById("content")?.focus()}>
        {words.skip}
      </button>
      <header class="top">
        <p class="whose">
          <strong>{session?.name ?? words.console}</strong>
          {session && <span class="faint">{words.version(session.version)}</span>}
        </p>
        <div class="choices">
          <LanguageChoice />
          <ThemeChoice />
          {status === "in" && (
            <Button onClick={() => signOut().then(() => setError(undefined), setError)}>
              {words.signOut}
            </Button>
          )}
        </div>
        {status === "in" && <Navigation />}
      </header>
      <Lost />
      <main id="content" tabIndex={-1}>
        {error !== undefined && <Failure error={error} />}
        {children}
      </main>
    </>
  );
}

function Navigation() {
  const words = useShellWords();
  const { path } = useLocation();
  return (
    <nav class="pages" aria-label={words.pages}>
      {PAGES.map(([href, name]) => {
        const isHere = href === "/" ? path === href : path === href || path.startsWith(`${href}/`);
        return (
          <a key={href} href={href} aria-current={isHere ? "page" : undefined}>
            {words[name]}
          </a>
        );
      })}
    </nav>
  );
}

function LanguageChoice() {
  const words = useShellWords();
  const { language, setLanguage } = useLanguage();
  return (
    <select
      name="language"
      aria-label={words.language}
      value={language}
      onChange={({ currentTarget }) => setLanguage(currentTarget.value as Language)}
    >
      <option value="en" lang="en">
        English
      </option>
      <option value="ja" lang="ja">
        日本語
      </option>
    </select>
  );
}

function ThemeChoice() {
  const words = useShellWords();
  const [theme, setTheme] = useKept("theme", THEMES, "system");
  useLayoutEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return (
    <select
      name="theme"
      aria-label={words.theme}
      value={theme}
      onChange={({ currentTarget }) => setTheme(currentTarget.value as (typeof THEMES)[number])}
    >
      {THEMES.map((each) => (
        <option key={each} value={each}>
          {words.themes[each]}
        </option>
      ))}
    </select>
  );
}
