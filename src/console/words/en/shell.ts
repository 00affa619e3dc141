/** Words of the frame and of the parts that all pages share. */
export const en = {
  console: "Muster console",
  skip: "Skip to content",
  pages: "Pages",
  overview: "Overview",
  machines: "Machines",
  findings: "Findings",
  events: "Events",
  settings: "Settings",
  keys: "Keys",
  language: "Language",
  theme: "Theme",
  themes: { system: "System theme", light: "Light theme", dark: "Dark theme" },
  signOut: "Sign out",
  version: (version: string) => `Muster ${version}`,

  signInTitle: "Sign in",
  signInLead:
    "This is the console of a Muster host. The quickest way in is a link that works once; the host prints it with",
  token: "Token",
  tokenHint:
    "It is the only line of the file admin-token in the host's folder. It stays in this field and is kept nowhere.",
  signIn: "Sign in",
  sessionEnded:
    "The session has ended: after 12 hours, 30 minutes without use, or a restart of the host. Sign in again.",
  linkRefused:
    "This link does not sign in any more: it has been used, is too old, or the host was restarted. A new one is printed by",
  wrongToken:
    "This is not the token of this host. It is the only line of the file admin-token in the host's folder.",
  tooMany: (seconds: number) => `Too many attempts from this address. Try again in ${seconds} seconds.`,
  tokenMissing: "Paste the token first.",

  lost: "The host does not answer. What you see may be old; this page asks again by itself.",
  tryNow: "Try now",
  tryAgain: "Try again",
  failed: "This did not work.",
  unreachable: "The host does not answer. See whether it runs: muster host status",
  defectTitle: "This page has failed",
  defect: "This is a defect of the console; the host goes on. Try again, or go to another page.",
  notFoundTitle: "There is no such page",
  notFound: "The address is mistyped, or what it led to is gone.",
  toOverview: "Go to the overview",
  loading: "Loading…",

  close: "Close",
  cancel: "Cancel",
  copy: "Copy",
  copied: "Copied",
  copyThis: (text: string) => `Copy ${text}`,
  search: "Search",
  previous: "Previous",
  next: "Next",
  leafing: "Pages of the list",
  never: "never",
  notBuilt: "This page is not there yet.",
};
