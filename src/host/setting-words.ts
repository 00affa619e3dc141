import type { Language } from "../doctor/cause.ts";
import type { SettingName } from "./store.ts";

/** What each setting does, and what its values mean. */
export const SETTING_WORDS: Readonly<Record<SettingName, Readonly<Record<Language, string>>>> = {
  "activation-interval": {
    en: "How often, in minutes, a machine without a lease asks. It is told with each answer; default leaves it to each product.",
    ja: "リースのないマシンが要求する間隔 (分) です。応答のたびに通知されます。default では製品ごとの値を使います。",
  },
  "renewal-interval": {
    en: "How often, in minutes, a machine with a lease renews it. It is told with each answer; default leaves it to each product.",
    ja: "リースのあるマシンが更新する間隔 (分) です。応答のたびに通知されます。default では製品ごとの値を使います。",
  },
  port: {
    en: "The TCP port that clients reach the host at. The host moves to it at once, and publishes it in DNS.",
    ja: "クライアントがホストに接続する TCP ポートです。ホストはすぐに切り替わり、DNS にも公開します。",
  },
  "dns-publishing": {
    en: "Whether the host publishes itself in DNS, so that clients find it. off takes its records back.",
    ja: "クライアントが見つけられるように、ホストを DNS に公開するかどうかです。off ではレコードを削除します。",
  },
  priority: {
    en: "low lets everything else on the host's machine go first.",
    ja: "low では、ホストのマシン上のほかの処理を優先します。",
  },
  duplicates: {
    en: "What becomes of two machines with one CMID: report gives both a lease and logs event 12400, rearm also has the later one take a new CMID.",
    ja: "2 台のマシンが同じ CMID を使うときの動作です。report では両方にリースを発行してイベント 12400 を記録し、rearm では後のマシンに新しい CMID も取得させます。",
  },
  "event-log-size": {
    en: "How many megabytes of events are kept; the oldest go first.",
    ja: "保持するイベントの容量 (MB) です。古いものから削除されます。",
  },
  "retention-days": {
    en: "After how many days without a request a machine is forgotten. One that still counts or holds a lease never is.",
    ja: "要求がないマシンを削除するまでの日数です。数えられているマシンと、リースのあるマシンは削除されません。",
  },
};
