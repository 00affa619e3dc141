/** Rules of the service: one renews what is licensed, the other activates what is not. */
export const RENEW = "502ff3ba-669a-4674-bbb1-601f34a3b968;Action=AutoActivateSilent";
export const ACTIVATE = "eeba1977-569e-4571-b639-7623d8bfecc0;Action=AutoActivate";
const WINDOWS = "55c92734-d682-4d71-983e-d6ec3f16059f";

/** What 8197 and 8198 tell of the rule that ran. */
export function ruleData(rule: string, product: string, trigger: string): string {
  return `RuleId=${rule};AppId=${WINDOWS};SkuId=${product};NotificationInterval=1440;Trigger=${trigger}`;
}

/** What 8230 tells of a product and its key. */
export function stateData(product: string, lastFive: string, status: number): string {
  const state = status === 1 ? "LICENSED" : "NOTIFICATION";
  const reason = status === 1 ? "0x00000000" : "0xc004f056";
  return `Security-SPP-Action-StateData (REG_SZ) =AppId=${WINDOWS};LastConsumptionReason=${reason};LastNotificationId=${status === 1 ? "VolumeRenewalRequired" : "VolumeUnlicensed"};LicenseState=SL_LICENSING_STATUS_${state};PartialProductKey=${lastFive};ProductKeyType=Volume:GVLK;SkuId=${product};ruleId=379cccfb-d4e0-48fe-b0f2-0136097be147;uxDifferentiator=VOLUME;volumeActivationOrder=normal`;
}

/** The data of 1003: every product that is there, most of them without a key. */
export function requestData(product: string, status: number): string[] {
  const without = ["0e7d7ea2-6c9b-4a4e-9c65-1f0c4f2a7b10", "17d8a6f3-2b0e-4bb7-9d5f-6a3c5e8e4c21"].map(
    (id, at) => `${at + 1}: ${id}, 1, 0 [(0 [0xC004F014, 0, 0], [(?)(?)(?)(?)(?)(?)(?)(?)])(1 )(2 )(3 )]`,
  );
  const own =
    status === 1
      ? "[(0 [0x00000000, 1, 0], [(?)( 1 0x00000000)(?)( 2 0x00000000 0 0 msft:rm/algorithm/volume/1.0 0x00000000 259200)(?)(?)( 10 0x00000000 msft:rm/algorithm/flags/1.0)(?)])(1 )(2 )(3 )]"
      : "[(0 [0xC004E003, 0, 0], [( 2 0xC004F056 0 0 msft:rm/algorithm/volume/1.0 0x00000000 0)( 1 0x00000000)(?)( 2 0xC004F056 0 0 msft:rm/algorithm/volume/1.0 0x00000000 0)(?)(?)(?)(?)])(1 )(2 )(3 )]";
  return [WINDOWS, `\r\n${without.join("\r\n")}\r\n3: ${product}, 1, 1 ${own}\r\n\r\n`];
}
