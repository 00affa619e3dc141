let forgotten: string | undefined;

/** Notes which machine was forgotten on its own page, for the list to say so. */
export function noteForgotten(name: string): void {
  forgotten = name;
}

/** The machine that was forgotten just now; once. */
export function takeForgotten(): string | undefined {
  const taken = forgotten;
  forgotten = undefined;
  return taken;
}
