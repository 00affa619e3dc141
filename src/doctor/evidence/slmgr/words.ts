import type { Status } from "../model.ts";

/** Words for a license status, most particular first: those that deny stand before those that affirm. */
const STATUS: readonly (readonly [RegExp, Status])[] = [
  [/non[-_ ]?genuine|非正規|非正版|nicht original|non authenti|no original|неподлинн/i, 4],
  [/initial|oob[_ ]?grace|初期|初始|anfängl|erstmalig|inicial|iniziale|начальн|первоначальн/i, 2],
  [/additional|oot[_ ]?grace|追加|附加|额外|額外|zusätzl|supplémentaire|adicional|aggiuntiv|дополнит/i, 3],
  [/extended|延長|拡張|延长|扩展|延伸|erweitert|étendu|prolong|ampliado|estes[ao]|расширен/i, 6],
  [/notif|通知|benachrichtig|melding|уведомл|powiadom|알림/i, 5],
  [/unlicen[sc]ed|ライセンス(?:なし|がありません|されていません|未取得)|ライセンスのない/i, 0],
  [
    /未(?:授权|授權|获得|取得|许可|許可)|(?:nicht|un|ohne) ?li[cz]en|sans licence|sin licencia|não licenc/i,
    0,
  ],
  [
    /senza licenza|без лиценз|не лиценз|nielicenc|zonder licentie|bez licenc|lisanssız|라이선스 없음|허가되지/i,
    0,
  ],
  [
    /licensed|ライセンス(?:済|され|取得)|已(?:授权|授權|获得|取得|许可|許可)|lizenziert|(?:avec|sous) licence/i,
    1,
  ],
  [
    /con licen[cz]|licenciado|лицензи|licencjonowan|gelicentieerd|met licentie|lisanslı|라이선스 있음|허가됨/i,
    1,
  ],
];

/** The license status that a value names, in a language that is known here. */
export function statusNamed(text: string): Status | undefined {
  return STATUS.find(([words]) => words.test(text.slice(0, 200)))?.[1];
}

const DISABLED =
  /disabled|\boff\b|無効|禁用|停用|deaktiviert|deshabilitad|desactivad|désactivé|отключ|disabilitat|disattivat|desabilitad|desativad|사용 안|wyłącz|devre dışı|uitgeschakeld|zakázán|inaktiverad/i;
const ENABLED =
  /enabled|\bon\b|有効|启用|啟用|aktiviert|habilitad|activad|activé|включ|abilitat|attivat|ativad|사용|włącz|etkin|ingeschakeld|povolen|aktiverad/i;

/** Whether a sentence says that something is switched on; undefined in a language that is not known here. */
export function isEnabled(text: string): boolean | undefined {
  if (DISABLED.test(text)) return false;
  return ENABLED.test(text) ? true : undefined;
}

const LOW = /\blow\b|低|niedrig|baja|faible|basse|низк|bassa|baixa|낮|nisk|düşük|laag|nízk|låg/i;
const NORMAL = /normal|標準|通常|正常|一般|обычн|нормальн|보통/i;

/** Whether a sentence or value says that a host's priority is low; undefined in a language that is not known here. */
export function isLow(text: string): boolean | undefined {
  if (LOW.test(text)) return true;
  return NORMAL.test(text) ? false : undefined;
}

const TYPES: readonly (readonly [RegExp, 0 | 1 | 2 | 3])[] = [
  [/^(?:all|すべて|全て|全部|alle|tod[oa]s?|tous|toutes?|tutt[io]|все|모두)$/i, 0],
  [/^(?:ad|active directory)$/i, 1],
  [/^kms$/i, 2],
  [/^(?:token|トークン|令牌|jeton|токен)$/i, 3],
];

/** Configured Activation Type: 0 all, 1 AD, 2 KMS, 3 token. */
export function activationTypeNamed(text: string): 0 | 1 | 2 | 3 | undefined {
  return TYPES.find(([words]) => words.test(text.trim()))?.[1];
}

/** Whether a sentence after an attempt says that it went well. */
export function saysSuccess(text: string): boolean {
  return /success|erfolgreich|réussi|avec succès|correctamente|con éxito|êxito|正常に|成功|успешн|riuscit|correttamente|geslaagd|pomyślnie|성공/i.test(
    text,
  );
}

/** Whether a sentence of `/xpr` says that the activation has no end. */
export function saysPermanent(text: string): boolean {
  return /permanent|永続|恒久|永久|dauerhaft|definitiv|постоянн|bezterminow|영구/i.test(text);
}
