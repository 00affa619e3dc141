/** What a line of slmgr can be. Those of the host's figures stand in the order in which they are printed. */
export type Field =
  | "serviceVersion"
  | "name"
  | "description"
  | "product"
  | "application"
  | "extendedPid"
  | "keyChannel"
  | "installationId"
  | "url"
  | "partialKey"
  | "notInUse"
  | "status"
  | "expiration"
  | "remaining"
  | "reason"
  | "evaluationEnd"
  | "rearms"
  | "skuRearms"
  | "trustedTime"
  | "activationType"
  | "toActivate"
  | "recent"
  | "clientHeading"
  | "cmid"
  | "lookupDomain"
  | "registered"
  | "discovered"
  | "autoDiscovery"
  | "hostAddress"
  | "hostExtendedPid"
  | "activationInterval"
  | "renewalInterval"
  | "caching"
  | "override"
  | "hostHeading"
  | "count"
  | "port"
  | "publishing"
  | "priority"
  | "totalsHeading"
  | "total"
  | "failed"
  | "asked0"
  | "asked1"
  | "asked2"
  | "asked3"
  | "asked4"
  | "asked5"
  | "activeDirectory"
  | "token"
  | "virtualMachine"
  | "other";

/** Fields that are whole sentences, or headings: nothing has to separate the label from what follows. */
const SENTENCES: ReadonlySet<Field> = new Set([
  "notInUse",
  "toActivate",
  "clientHeading",
  "recent",
  "caching",
  "override",
  "hostHeading",
  "publishing",
  "totalsHeading",
  "activeDirectory",
  "token",
  "virtualMachine",
]);

/** slmgr.vbs's own labels (Windows Server 2003 to 2025), and those of other languages as far as they are attested. */
const LABELS: Readonly<Record<string, Partial<Readonly<Record<Field, readonly string[]>>>>> = {
  en: {
    serviceVersion: ["Software licensing service version"],
    name: ["Name"],
    description: ["Description"],
    product: ["Activation ID"],
    application: ["Application ID"],
    extendedPid: ["Extended PID"],
    keyChannel: ["Product Key Channel"],
    installationId: ["Installation ID", "Offline Installation ID"],
    url: [
      "Processor Certificate URL",
      "Machine Certificate URL",
      "Use License URL",
      "Product Key Certificate URL",
      "Validation URL",
    ],
    partialKey: ["Partial Product Key"],
    notInUse: ["This license is not in use"],
    status: ["License Status"],
    expiration: [
      "Volume activation expiration",
      "Timebased activation expiration",
      "Automatic VM activation expiration",
    ],
    remaining: ["Time remaining"],
    reason: ["Notification Reason"],
    evaluationEnd: ["Evaluation End Date"],
    rearms: ["Remaining Windows rearm count", "Remaining App rearm count"],
    skuRearms: ["Remaining SKU rearm count"],
    trustedTime: ["Trusted time"],
    activationType: ["Configured Activation Type"],
    toActivate: ["Please use slmgr.vbs /ato to activate", "Please use muster ato to activate"],
    recent: ["Most recent activation information"],
    clientHeading: ["Key Management Service client information"],
    cmid: ["Client Machine ID (CMID)"],
    lookupDomain: ["Registered KMS SRV record lookup domain"],
    registered: ["Registered KMS machine name"],
    discovered: ["KMS machine name from DNS"],
    autoDiscovery: ["DNS auto-discovery"],
    hostAddress: ["KMS machine IP address"],
    hostExtendedPid: ["KMS machine extended PID"],
    activationInterval: ["Activation interval"],
    renewalInterval: ["Renewal interval"],
    caching: ["KMS host caching is"],
    override: ["Warning: /skms setting overrides"],
    hostHeading: ["Key Management Service is enabled on this"],
    count: ["Current count"],
    port: ["Listening on Port"],
    publishing: ["DNS publishing"],
    priority: ["KMS priority"],
    totalsHeading: ["Key Management Service cumulative requests received from clients"],
    total: ["Total requests received"],
    failed: ["Failed requests received"],
    asked0: ["Requests with License Status Unlicensed"],
    asked1: ["Requests with License Status Licensed"],
    asked2: ["Requests with License Status Initial grace period"],
    asked3: ["Requests with License Status License expired or Hardware out of tolerance"],
    asked4: ["Requests with License Status Non-genuine grace period"],
    asked5: ["Requests with License Status Notification"],
    activeDirectory: ["AD Activation client information"],
    token: ["Token-based Activation information"],
    virtualMachine: ["Automatic VM Activation client information"],
    other: [
      "Additional Information",
      "Activation Object name",
      "AO DN",
      "AO extended PID",
      "AO activation ID",
      "License ID (ILID)",
      "Version ID (ILvID)",
      "Grant Number",
      "Certificate Thumbprint",
      "Guest IAID",
      "Host machine name",
      "Activation time",
      "Host Digital PID2",
    ],
  },
  ja: {
    serviceVersion: ["ソフトウェア ライセンス サービスのバージョン"],
    name: ["名前"],
    description: ["説明"],
    product: ["ライセンス認証 ID", "アクティブ化 ID"],
    application: ["アプリケーション ID"],
    extendedPid: ["拡張 PID"],
    keyChannel: ["プロダクト キー チャネル", "プロダクト キーのチャネル"],
    installationId: ["インストール ID"],
    url: [
      "使用ライセンス URL",
      "検証 URL",
      "プロダクト キー証明書 URL",
      "プロセッサ証明書 URL",
      "コンピューター証明書 URL",
    ],
    partialKey: ["プロダクト キーの一部", "部分的なプロダクト キー"],
    notInUse: ["このライセンスは使用されていません", "このライセンスは使用中ではありません"],
    status: ["ライセンスの状態", "ライセンス状態", "ライセンス ステータス"],
    expiration: ["ボリューム ライセンス認証の有効期限", "ボリューム ライセンス認証の期限"],
    remaining: ["残り時間"],
    reason: ["通知の理由", "通知理由"],
    evaluationEnd: ["評価終了日"],
    rearms: ["残り Windows rearm 回数", "Windows の再猶予の残り回数", "残り App rearm 回数"],
    skuRearms: ["残り SKU rearm 回数", "SKU の再猶予の残り回数"],
    trustedTime: ["信頼された時刻", "信頼できる時刻", "信頼される時刻"],
    activationType: ["構成済みのライセンス認証の種類", "構成されているライセンス認証の種類"],
    toActivate: ["slmgr.vbs /ato を使用して"],
    recent: ["最新のライセンス認証情報", "最新のライセンス認証の情報"],
    clientHeading: ["キー管理サービス クライアント情報", "キー管理サービスのクライアント情報"],
    cmid: [
      "クライアント コンピューター ID (CMID)",
      "クライアント コンピュータ ID (CMID)",
      "クライアント マシン ID (CMID)",
    ],
    lookupDomain: ["登録済みの KMS SRV レコード参照ドメイン"],
    registered: ["登録済みの KMS コンピューター名", "登録されている KMS コンピューター名"],
    discovered: ["DNS の KMS コンピューター名", "DNS からの KMS コンピューター名"],
    autoDiscovery: ["DNS 自動検出", "DNS の自動検出"],
    hostAddress: ["KMS コンピューターの IP アドレス", "KMS コンピューター IP アドレス"],
    hostExtendedPid: ["KMS コンピューターの拡張 PID"],
    activationInterval: ["ライセンス認証の間隔", "ライセンス認証間隔"],
    renewalInterval: ["更新の間隔", "更新間隔"],
    caching: ["KMS ホスト キャッシュ", "KMS ホストのキャッシュ"],
    hostHeading: [
      "このコンピューターではキー管理サービスが有効です",
      "キー管理サービスはこのコンピューターで有効",
    ],
    count: ["現在の数", "現在のカウント"],
    port: ["リッスン先のポート", "リッスンするポート", "リッスン ポート"],
    publishing: ["DNS 発行は", "DNS の発行は", "DNS 公開は"],
    priority: ["KMS 優先度", "KMS の優先度"],
    totalsHeading: ["クライアントから受信したキー管理サービスの累積要求数"],
    total: ["受信した要求の合計", "受信した要求の総数"],
    failed: ["受信した失敗要求", "失敗した要求"],
    asked0: ["ライセンスの状態がライセンスなしの要求数"],
    asked1: ["ライセンスの状態がライセンス済みの要求数"],
    asked2: ["ライセンスの状態が初期猶予期間の要求数"],
    asked3: ["ライセンスの状態がライセンスの有効期限切れまたはハードウェアの許容範囲外の要求数"],
    asked4: ["ライセンスの状態が非正規の猶予期間の要求数"],
    asked5: ["ライセンスの状態が通知の要求数"],
  },
  zh: {
    serviceVersion: ["软件授权服务版本", "软件授权服务器版本", "軟體授權服務版本"],
    name: ["名称", "名稱"],
    description: ["描述"],
    product: ["激活 ID"],
    application: ["应用程序 ID", "應用程式 ID"],
    extendedPid: ["扩展 PID"],
    keyChannel: ["产品密钥通道"],
    installationId: ["安装 ID", "安裝識別碼"],
    partialKey: ["部分产品密钥"],
    status: ["许可证状态", "授權狀態"],
    expiration: ["批量激活过期"],
    rearms: ["剩余 Windows 重置计数"],
    skuRearms: ["剩余 SKU 重置计数"],
    trustedTime: ["信任时间"],
    activationType: ["已配置的激活类型"],
    recent: ["最新激活信息"],
    clientHeading: ["密钥管理服务客户端信息"],
    cmid: ["客户端计算机 ID (CMID)"],
    discovered: ["来自 DNS 的 KMS 计算机名称"],
    registered: ["已注册的 KMS 计算机名称"],
    hostAddress: ["KMS 计算机 IP 地址"],
    hostExtendedPid: ["KMS 计算机扩展的 PID"],
    activationInterval: ["激活时间间隔"],
    renewalInterval: ["续订间隔"],
    caching: ["已启用 KMS 主机缓存", "已禁用 KMS 主机缓存"],
  },
  es: {
    serviceVersion: ["Versión del Servicio de licencias de software"],
    name: ["Nombre"],
    description: ["Descripción"],
    product: ["Id. de activación"],
    application: ["Id. de aplicación"],
    extendedPid: ["PID extendido"],
    keyChannel: ["Canal de clave de producto"],
    installationId: ["Id. de instalación"],
    url: ["URL de la licencia de uso", "URL de validación"],
    partialKey: ["Clave de producto parcial"],
    status: ["Estado de la licencia", "Estado de licencia"],
    reason: ["Razón de la notificación", "Motivo de la notificación"],
    rearms: ["Recuento de rearmado de Windows restante"],
    skuRearms: ["Recuento de rearmados de SKU restantes", "Recuento de rearmado de SKU restante"],
    trustedTime: ["Hora de confianza"],
  },
  de: { description: ["Beschreibung"], status: ["Lizenzstatus"] },
  fr: { name: ["Nom"], status: ["État de la licence"] },
  ru: { partialKey: ["Частичный ключ продукта"], status: ["Состояние лицензии"] },
};

interface Label {
  readonly field: Field;
  readonly language: string;
  readonly folded: string;
}

/** A line whose label is known. */
export interface Labelled {
  readonly field: Field;
  readonly language: string;
  /** What follows the label and its colon. */
  readonly value: string;
  /** Whether a colon stands between the two. */
  readonly colon: boolean;
}

/** What characters count for in a label, as far as they were met; no more than all of a language's. */
const parts = new Map<string, readonly string[]>();
const REMEMBERED = 20_000;

const START = 2;
const byStart = new Map<string, Label[]>();
for (const [language, fields] of Object.entries(LABELS)) {
  for (const [field, labels] of Object.entries(fields) as [Field, readonly string[]][]) {
    for (const label of labels) {
      const { folded } = fold(label);
      const start = folded.slice(0, START);
      byStart.set(start, [...(byStart.get(start) ?? []), { field, language, folded }]);
    }
  }
}
for (const labels of byStart.values()) labels.sort((one, other) => other.folded.length - one.folded.length);

/** The label that a line begins with, whatever its blanks, case, and confusions of 1 and l, 0 and O. */
export function labelOf(line: string): Labelled | undefined {
  const text = line.trimStart();
  const labels = byStart.get(fold(text.slice(0, 40), START).folded);
  if (labels === undefined) return undefined;
  const { folded, ends } = fold(text.slice(0, 120));
  for (const { field, language, folded: label } of labels) {
    if (!folded.startsWith(label)) continue;
    const rest = text.slice(ends[label.length - 1]);
    const separator = /^[)\s]{0,4}[:：]\s*|^[)\s]{1,4}|^[)]?$/.exec(rest);
    if (!SENTENCES.has(field) && (separator === null || goesOn(rest, label.length < LONG_LABEL))) continue;
    const value = rest.slice(separator?.[0].length ?? 0).trim();
    return { field, language, value, colon: /[:：]/.test(separator?.[0] ?? "") };
  }
  return undefined;
}

/** A label this long is known without its colon. */
const LONG_LABEL = 12;

/** Whether a label goes on behind the words that are known: `Nom` is one by itself, and begins `Nom de l’ordinateur KMS :`. */
function goesOn(rest: string, isShort: boolean): boolean {
  if (/^[)\s]{0,4}(?:[:：]|$)/.test(rest)) return false;
  // Behind a blank, `kms01:1688` and `8:04:57` are values, and `de equipo KMS:` is the rest of a label.
  return isShort || /[:：](?![\d/\\])|^[)\s]*\S+\s.*\p{L}[)\s]*[:：]\d/u.test(rest);
}

/** Whether a label says all by itself, as a heading or a sentence. */
export function isSentence(field: Field): boolean {
  return SENTENCES.has(field);
}

/** Letters and digits alone, in lower case, with what OCR confuses made one; and where each ends in the text. */
function fold(text: string, most = 120): { folded: string; ends: readonly number[] } {
  let folded = "";
  const ends: number[] = [];
  let at = 0;
  for (const character of text) {
    if (folded.length >= most) break;
    at += character.length;
    for (const part of partsOf(character)) {
      folded += part;
      for (let unit = 0; unit < part.length; unit += 1) ends.push(at);
    }
  }
  return { folded, ends };
}

/** What one character counts for in a label. */
function partsOf(character: string): readonly string[] {
  const known = parts.get(character);
  if (known !== undefined) return known;
  const found = Array.from(character.normalize("NFKC").toLowerCase())
    .filter((part) => /[\p{L}\p{N}|]/u.test(part))
    .map((part) => (part === "1" || part === "i" || part === "|" ? "l" : part === "0" ? "o" : part));
  if (parts.size < REMEMBERED) parts.set(character, found);
  return found;
}
