import type { en } from "../en/shell.ts";

export const ja: typeof en = {
  console: "Muster コンソール",
  skip: "本文へ移動",
  pages: "ページ",
  overview: "概要",
  machines: "マシン",
  findings: "診断",
  events: "イベント",
  settings: "設定",
  keys: "キー",
  language: "言語",
  theme: "配色",
  themes: { system: "配色: システム", light: "配色: ライト", dark: "配色: ダーク" },
  signOut: "サインアウト",
  version: (version) => `Muster ${version}`,

  signInTitle: "サインイン",
  signInLead:
    "Muster ホストのコンソールです。1 回だけ使えるリンクでサインインするのが簡単です。リンクはホストで次のコマンドを実行すると表示されます:",
  token: "トークン",
  tokenHint:
    "ホストのフォルダーにある admin-token ファイルの内容 (1 行) です。入力したトークンはどこにも保存されません。",
  signIn: "サインイン",
  sessionEnded:
    "セッションが終了しました (12 時間の経過、30 分間の未使用、またはホストの再起動)。もう一度サインインしてください。",
  linkRefused:
    "このリンクではサインインできません。使用済みか、期限切れか、ホストが再起動されています。新しいリンクは次のコマンドで表示できます:",
  wrongToken:
    "このホストのトークンではありません。ホストのフォルダーにある admin-token ファイルの内容 (1 行) を貼り付けてください。",
  tooMany: (seconds) => `このアドレスからの試行回数が多すぎます。${seconds} 秒後にもう一度お試しください。`,
  tokenMissing: "トークンを貼り付けてください。",

  lost: "ホストが応答していません。表示内容は古い可能性があります。再接続は自動的に行われます。",
  tryNow: "今すぐ再試行",
  tryAgain: "再試行",
  failed: "処理できませんでした。",
  unreachable: "ホストが応答していません。実行中かどうかを確認してください: muster host status",
  defectTitle: "ページを表示できませんでした",
  defect: "コンソールの不具合です。ホストの動作には影響しません。再試行するか、別のページを開いてください。",
  notFoundTitle: "ページが見つかりません",
  notFound: "アドレスが間違っているか、対象がなくなっています。",
  toOverview: "概要へ移動",
  loading: "読み込み中…",

  close: "閉じる",
  cancel: "キャンセル",
  copy: "コピー",
  copied: "コピーしました",
  copyThis: (text) => `${text} をコピー`,
  search: "検索",
  previous: "前へ",
  next: "次へ",
  leafing: "一覧のページ",
  never: "なし",
  notBuilt: "このページはまだありません。",
};
