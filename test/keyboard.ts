const NAMED: Record<string, { readonly code: number; readonly text?: string }> = {
  Tab: { code: 9 },
  Enter: { code: 13, text: "\r" },
  Escape: { code: 27 },
  Space: { code: 32, text: " " },
  ArrowUp: { code: 38 },
  ArrowDown: { code: 40 },
  ArrowLeft: { code: 37 },
  ArrowRight: { code: 39 },
  Home: { code: 36 },
  End: { code: 35 },
  Backspace: { code: 8 },
  Delete: { code: 46 },
};
const MODIFIERS: Record<string, number> = { Alt: 1, Control: 2, Meta: 4, Shift: 8 };

/** A key as the DevTools protocol (Input.dispatchKeyEvent) wants it, from `Tab`, `Shift+Tab` or `/`. */
export function keyOf(name: string): { readonly key: string; readonly text?: string | undefined } {
  const parts = name.length === 1 ? [name] : name.split("+");
  const last = parts.at(-1) ?? "";
  const modifiers = parts.slice(0, -1).reduce((sum, each) => sum + (MODIFIERS[each] ?? 0), 0);
  const { code, text } = NAMED[last] ?? { code: last.toUpperCase().charCodeAt(0), text: last };
  const key = last === "Space" ? " " : last;
  return {
    key,
    ...(NAMED[last] ? { code: last } : {}),
    windowsVirtualKeyCode: code,
    modifiers,
    ...(text === undefined ? {} : { text }),
  } as { key: string; text?: string };
}
