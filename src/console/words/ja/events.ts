import type { en } from "../en/events.ts";

export const ja: typeof en = {
  title: "イベント",
  caption: "イベント (新しい順)",
  search: "名前、CMID、テキスト",
  kind: "イベント",
  allKinds: "すべてのイベント",
  butRequests: "要求 (12290) 以外",
  since: "期間",
  sinces: { any: "すべて", hour: "過去 1 時間", day: "過去 1 日", week: "過去 1 週間", month: "過去 30 日" },
  follow: "追跡",
  following: "新しいイベントが自動的に先頭に表示されます。",
  followLost: "イベントの受信が途切れました。自動的に再開します。",
  time: "日時",
  event: "イベント",
  what: "内容",
  writer: "ホスト",
  raw: "イベント ビューアーでの表示",
  shown: (number) => `${number} 件のイベント`,
  none: "該当するイベントはありません",
  noneHint: "フィルターを解除するか、期間を広げてください。",
  noneYet: "まだ何も記録されていません",
  noneYetHint:
    "クライアントが要求すると、イベント 12290 が記録されます。すぐに要求させるには、次を実行します。",
  clear: "フィルターを解除",
  elsewhere: "ターミナルでも表示できます (イベント ビューアー用の XML も出力できます)。",
};
