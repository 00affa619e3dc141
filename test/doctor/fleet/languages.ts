import { MINUTE } from "./world.ts";

/** The words of `slmgr` in one language. */
export interface Language {
  readonly name: string;
  readonly lcid: number;
  readonly version: string;
  readonly description: string;
  readonly activationId: string;
  readonly applicationId: string;
  readonly extendedPid: string;
  readonly keyChannel: string;
  readonly installationId: string;
  readonly partialKey: string;
  readonly status: string;
  readonly statuses: Readonly<Record<0 | 1 | 2 | 5, string>>;
  readonly expiration: (minutes: number) => string;
  readonly remaining: (minutes: number) => string;
  readonly reason: (code: string) => string;
  readonly evaluation: string;
  readonly windowsRearms: string;
  readonly skuRearms: string;
  readonly trusted: string;
  readonly time: (local: number) => string;
  readonly activationType: string;
  readonly types: Readonly<Record<0 | 1 | 2 | 3, string>>;
  readonly toActivate: string;
  readonly recent: string;
  readonly clientBlock: string;
  readonly cmid: string;
  readonly discovered: string;
  readonly undiscovered: string;
  readonly registered: string;
  readonly hostAddress: string;
  readonly hostPid: string;
  readonly activationInterval: (minutes: number) => string;
  readonly renewalInterval: (minutes: number) => string;
  readonly caching: string;
  readonly isHost: string;
  readonly count: string;
  readonly port: string;
  readonly publishing: (isOn: boolean) => string;
  readonly priority: string;
  readonly cumulative: string;
  readonly total: string;
  readonly failed: string;
  /** Unlicensed, licensed, initial grace, expired, non-genuine, notification. */
  readonly requestsWith: readonly string[];
  readonly activating: (name: string, product: string) => string;
  readonly activated: string;
  readonly error: (code: string) => string;
}

/** A time as its country writes it; `local` in milliseconds as if it were UTC. */
export const TIMES: Readonly<Record<"us" | "uk" | "ja" | "de", (local: number) => string>> = {
  us: (local) => {
    const { year, month, day, hour, clock } = parts(local);
    return `${month}/${day}/${year} ${hour % 12 || 12}:${clock} ${hour < 12 ? "AM" : "PM"}`;
  },
  uk: (local) => {
    const { year, month, day, hour, clock } = parts(local);
    return `${two(day)}/${two(month)}/${year} ${two(hour)}:${clock}`;
  },
  ja: (local) => {
    const { year, month, day, hour, clock } = parts(local);
    return `${year}/${two(month)}/${two(day)} ${hour}:${clock}`;
  },
  de: (local) => {
    const { year, month, day, hour, clock } = parts(local);
    return `${two(day)}.${two(month)}.${year} ${two(hour)}:${clock}`;
  },
};

function parts(local: number) {
  const date = new Date(Math.floor(local / 1000) * 1000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    clock: `${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`,
  };
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

const days = (minutes: number) => Math.ceil((minutes * MINUTE) / (24 * 60 * MINUTE));

const ENGLISH: Language & { name: string } = {
  name: "Name",
  lcid: 1033,
  version: "Software licensing service version",
  description: "Description",
  activationId: "Activation ID",
  applicationId: "Application ID",
  extendedPid: "Extended PID",
  keyChannel: "Product Key Channel",
  installationId: "Installation ID",
  partialKey: "Partial Product Key",
  status: "License Status",
  statuses: { 0: "Unlicensed", 1: "Licensed", 2: "Initial grace period", 5: "Notification" },
  expiration: (minutes) => `Volume activation expiration: ${minutes} minute(s) (${days(minutes)} day(s))`,
  remaining: (minutes) => `Time remaining: ${minutes} minute(s) (${days(minutes)} day(s))`,
  reason: (code) => `Notification Reason: ${code}.`,
  evaluation: "Evaluation End Date",
  windowsRearms: "Remaining Windows rearm count",
  skuRearms: "Remaining SKU rearm count",
  trusted: "Trusted time",
  time: TIMES.us,
  activationType: "Configured Activation Type",
  types: { 0: "All", 1: "AD", 2: "KMS", 3: "Token" },
  toActivate:
    "Please use slmgr.vbs /ato to activate and update KMS client information in order to update values.",
  recent: "Most recent activation information:",
  clientBlock: "Key Management Service client information",
  cmid: "Client Machine ID (CMID)",
  discovered: "KMS machine name from DNS",
  undiscovered: "DNS auto-discovery: KMS name not available",
  registered: "Registered KMS machine name",
  hostAddress: "KMS machine IP address",
  hostPid: "KMS machine extended PID",
  activationInterval: (minutes) => `Activation interval: ${minutes} minutes`,
  renewalInterval: (minutes) => `Renewal interval: ${minutes} minutes`,
  caching: "KMS host caching is enabled",
  isHost: "Key Management Service is enabled on this machine",
  count: "Current count",
  port: "Listening on Port",
  publishing: (isOn) => `DNS publishing ${isOn ? "enabled" : "disabled"}`,
  priority: "KMS priority: Normal",
  cumulative: "Key Management Service cumulative requests received from clients",
  total: "Total requests received",
  failed: "Failed requests received",
  requestsWith: [
    "Requests with License Status Unlicensed",
    "Requests with License Status Licensed",
    "Requests with License Status Initial grace period",
    "Requests with License Status License expired or Hardware out of tolerance",
    "Requests with License Status Non-genuine grace period",
    "Requests with License Status Notification",
  ],
  activating: (name, product) => `Activating ${name} (${product}) ...`,
  activated: "Product activated successfully.",
  error: (code) =>
    `Error: ${code} The Software Licensing Service reported that the computer could not be activated.`,
};

const JAPANESE: Language = {
  ...ENGLISH,
  name: "名前",
  lcid: 1041,
  version: "ソフトウェア ライセンス サービスのバージョン",
  description: "説明",
  activationId: "ライセンス認証 ID",
  applicationId: "アプリケーション ID",
  extendedPid: "拡張 PID",
  keyChannel: "プロダクト キー チャネル",
  installationId: "インストール ID",
  partialKey: "プロダクト キーの一部",
  status: "ライセンスの状態",
  statuses: { 0: "ライセンスなし", 1: "ライセンス済み", 2: "初期猶予期間", 5: "通知" },
  expiration: (minutes) => `ボリューム ライセンス認証の有効期限: ${minutes} 分 (${days(minutes)} 日)`,
  remaining: (minutes) => `残り時間: ${minutes} 分 (${days(minutes)} 日)`,
  reason: (code) => `通知の理由: ${code}。`,
  evaluation: "評価終了日",
  windowsRearms: "残り Windows rearm 回数",
  skuRearms: "残り SKU rearm 回数",
  trusted: "信頼された時刻",
  time: TIMES.ja,
  activationType: "構成済みのライセンス認証の種類",
  types: { 0: "すべて", 1: "AD", 2: "KMS", 3: "トークン" },
  toActivate: "slmgr.vbs /ato を使用してライセンス認証を行い、KMS クライアント情報の値を更新してください。",
  recent: "最新のライセンス認証情報:",
  clientBlock: "キー管理サービス クライアント情報",
  cmid: "クライアント コンピューター ID (CMID)",
  discovered: "DNS の KMS コンピューター名",
  undiscovered: "DNS 自動検出: KMS 名を利用できません",
  registered: "登録済みの KMS コンピューター名",
  hostAddress: "KMS コンピューターの IP アドレス",
  hostPid: "KMS コンピューターの拡張 PID",
  activationInterval: (minutes) => `ライセンス認証の間隔: ${minutes} 分`,
  renewalInterval: (minutes) => `更新の間隔: ${minutes} 分`,
  caching: "KMS ホスト キャッシュは有効です",
  isHost: "このコンピューターではキー管理サービスが有効です",
  count: "現在の数",
  port: "リッスン先のポート",
  publishing: (isOn) => `DNS 発行は${isOn ? "有効" : "無効"}です`,
  priority: "KMS 優先度: 標準",
  cumulative: "クライアントから受信したキー管理サービスの累積要求数",
  total: "受信した要求の合計",
  failed: "受信した失敗要求",
  requestsWith: [
    "ライセンスの状態がライセンスなしの要求数",
    "ライセンスの状態がライセンス済みの要求数",
    "ライセンスの状態が初期猶予期間の要求数",
    "ライセンスの状態がライセンスの有効期限切れまたはハードウェアの許容範囲外の要求数",
    "ライセンスの状態が非正規の猶予期間の要求数",
    "ライセンスの状態が通知の要求数",
  ],
  activating: (name, product) => `${name} (${product}) をライセンス認証しています...`,
  activated: "製品は正常にライセンス認証されました。",
  error: (code) =>
    `エラー: ${code} ソフトウェア ライセンス サービスから、コンピューターをライセンス認証できなかったと報告されました。`,
};

/** Japanese as other versions of Windows print it: other words, and some lines left in English. */
const OTHER_JAPANESE: Language = {
  ...JAPANESE,
  statuses: {
    0: "ライセンスされていません",
    1: "ライセンスされています",
    2: "初期猶予期間",
    5: "通知モード",
  },
  windowsRearms: ENGLISH.windowsRearms,
  skuRearms: ENGLISH.skuRearms,
  activationType: ENGLISH.activationType,
  types: ENGLISH.types,
  recent: ENGLISH.recent,
  hostAddress: ENGLISH.hostAddress,
  count: "現在のカウント",
  publishing: ENGLISH.publishing,
  priority: ENGLISH.priority,
};

/** A language that nobody taught the doctor: what it understands, it understands by values and places. */
const UNKNOWN: Language = {
  ...ENGLISH,
  name: "Nim",
  lcid: 1079,
  version: "Softvarkas licenza servo versjo",
  description: "Priskrib",
  activationId: "Aktivo ID",
  applicationId: "Aplikajo ID",
  extendedPid: "Longa PID",
  keyChannel: "Slosilo kanalo",
  installationId: "Instalo ID",
  partialKey: "Parto slosilo",
  status: "Licenzo stato",
  statuses: { 0: "Sen Zo", 1: "Havas Zo", 2: "Unua Tempo", 5: "Avizo" },
  expiration: (minutes) => `Voluma fino: ${minutes} minutoj (${days(minutes)} tagoj)`,
  remaining: (minutes) => `Restas: ${minutes} minutoj (${days(minutes)} tagoj)`,
  reason: (code) => `Avizo kialo: ${code}.`,
  evaluation: "Provo fino",
  windowsRearms: "Restas Windows rearm",
  skuRearms: "Restas SKU rearm",
  trusted: "Fidata tempo",
  time: TIMES.de,
  activationType: "Aktivo speco",
  types: { 0: "Cio", 1: "AD", 2: "KMS", 3: "Zetono" },
  toActivate: "Bonvolu uzi slmgr.vbs /ato por aktivi kaj renovigi la KMS valorojn.",
  recent: "Lasta aktivo:",
  clientBlock: "Slosila servo klienta informo",
  cmid: "Klienta ID (CMID)",
  discovered: "KMS nomo de DNS",
  undiscovered: "DNS serco: neniu KMS nomo",
  registered: "Registrita KMS nomo",
  hostAddress: "KMS IP adreso",
  hostPid: "KMS longa PID",
  activationInterval: (minutes) => `Aktivo intervalo: ${minutes} minutoj`,
  renewalInterval: (minutes) => `Renovigo intervalo: ${minutes} minutoj`,
  caching: "KMS memoro estas tie",
  isHost: "Slosila servo funkcias tie ci",
  count: "Nuna nombro",
  port: "Haveno",
  publishing: (isOn) => `DNS publikigo ${isOn ? "estas" : "mankas"}`,
  priority: "KMS rango: Meza",
  cumulative: "Sumoj de petoj al la slosila servo",
  total: "Cioj petoj",
  failed: "Malsukcesaj petoj",
  requestsWith: [
    "Petoj Sen Zo",
    "Petoj Havas Zo",
    "Petoj Unua Tempo",
    "Petoj Fino",
    "Petoj Falsa",
    "Petoj Avizo",
  ],
  activating: (name, product) => `Aktivas ${name} (${product}) ...`,
  activated: "Aktivo sukcesis.",
  error: (code) => `Eraro: ${code} La aktivo malsukcesis.`,
};

export const LANGUAGES: Readonly<Record<"en" | "ja" | "ja2" | "xx", Language>> = {
  en: ENGLISH,
  ja: JAPANESE,
  ja2: OTHER_JAPANESE,
  xx: UNKNOWN,
};
