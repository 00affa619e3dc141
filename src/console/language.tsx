import { type ComponentChildren, createContext } from "preact";
import { useContext, useLayoutEffect, useMemo } from "preact/hooks";
import { type Format, formatIn } from "./format.ts";
import { useKept } from "./kept.ts";

const LANGUAGES = ["en", "ja"] as const;

/** A language that the console speaks. */
export type Language = (typeof LANGUAGES)[number];

interface LanguageChoice {
  readonly language: Language;
  readonly setLanguage: (language: Language) => void;
  readonly format: Format;
}

const context = createContext<LanguageChoice | undefined>(undefined);

export function LanguageProvider({ children }: { children: ComponentChildren }) {
  const [language, setLanguage] = useKept("language", LANGUAGES, languageOf(navigator.languages));
  const format = useMemo(() => formatIn(language), [language]);
  useLayoutEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return <context.Provider value={{ language, setLanguage, format }}>{children}</context.Provider>;
}

/** The first of a browser's languages that the console speaks, else English. */
export function languageOf(wanted: readonly string[]): Language {
  const heads = wanted.map((tag) => tag.toLowerCase().split("-")[0]);
  return (
    LANGUAGES.find((language) => language === heads.find((head) => head === "en" || head === "ja")) ?? "en"
  );
}

/** The language that was chosen, and how to choose another. */
export function useLanguage(): LanguageChoice {
  const value = useContext(context);
  if (value === undefined) throw new Error("this needs a LanguageProvider around it");
  return value;
}

/** The words of a page in the language that was chosen: `const words = useWords({ en, ja })`. */
export function useWords<Words>(words: { readonly en: Words; readonly ja: Words }): Words {
  return words[useLanguage().language];
}

/** Numbers and times as the chosen language writes them. */
export function useFormat(): Format {
  return useLanguage().format;
}
