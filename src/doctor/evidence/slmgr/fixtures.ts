/** Transcripts for tests, of machines that are not. */

export const CLIENT = `Software licensing service version: 10.0.22631.4890

Name: Windows(R), Enterprise edition
Description: Windows(R) Operating System, VOLUME_KMSCLIENT channel
Activation ID: 73111121-5638-40f6-bc11-f1d7b0d64300
Application ID: 55c92734-d682-4d71-983e-d6ec3f16059f
Extended PID: 03612-03319-000-000000-03-1033-22631.0000-0412025
Product Key Channel: Volume:GVLK
Installation ID: 110022003300440055006600770088009900110022003300440055006600778
Partial Product Key: 2YT43
License Status: Licensed
Volume activation expiration: 201603 minute(s) (141 day(s))
Remaining Windows rearm count: 998
Remaining SKU rearm count: 1001
Trusted time: 3/21/2025 8:04:57 PM
Configured Activation Type: All

Most recent activation information:
Key Management Service client information
    Client Machine ID (CMID): 0b7e3a5c-11d2-4f0e-9a77-6c1d2e3f4a5b
    Registered KMS machine name: KMS-A.tailspin.example:1690
    KMS machine IP address: 10.61.0.9
    KMS machine extended PID: 03612-00206-111-222333-03-1033-20348.0000-0092024
    Activation interval: 120 minutes
    Renewal interval: 10080 minutes
    KMS host caching is disabled`;

export const WAITING = `Software licensing service version: 10.0.19041.5438

Name: Windows(R), Professional edition
Description: Windows(R) Operating System, VOLUME_KMSCLIENT channel
Activation ID: 2de67392-b7a7-462a-b1ca-108dd189f588
Application ID: 55c92734-d682-4d71-983e-d6ec3f16059f
Extended PID: 03612-03311-000-000000-03-1033-19045.0000-0102025
Product Key Channel: Volume:GVLK
Installation ID: 220033004400550066007700880099001100220033004400550066007788991
Partial Product Key: T83GX
License Status: Notification
Notification Reason: 0xC004F009 (grace time expired).
Remaining Windows rearm count: 3
Remaining SKU rearm count: 1001
Trusted time: 22/03/2025 08:04:57
Configured Activation Type: KMS
Please use slmgr.vbs /ato to activate and update KMS client information in order to update values.`;

export const HOST = `Software licensing service version: 10.0.20348.3207

Name: Windows(R), ServerStandard edition
Description: Windows(R) Operating System, VOLUME_KMS_WS22 channel
Activation ID: 5d5d5d5d-0a0b-4c4c-8d8d-1234567890ab
Application ID: 55c92734-d682-4d71-983e-d6ec3f16059f
Extended PID: 03612-00206-111-222333-03-1033-20348.0000-0092024
Product Key Channel: Volume:CSVLK
Installation ID: 330044005500660077008800990011002200330044005500660077889900112
Use License URL: https://activation-v2.sls.microsoft.com/SLActivateProduct/SLActivateProduct.asmx?configextension=Retail
Validation URL: https://validation-v2.sls.microsoft.com/SLWGA/slwga.asmx
Partial Product Key: 9QRVW
License Status: Licensed
Remaining Windows rearm count: 1001
Remaining SKU rearm count: 1001
Trusted time: 3/21/2025 8:04:57 AM

Key Management Service is enabled on this machine
    Current count: 23
    Listening on Port: 1690
    DNS publishing disabled
    KMS priority: Low

Key Management Service cumulative requests received from clients
    Total requests received: 4711
    Failed requests received: 12
    Requests with License Status Unlicensed: 1
    Requests with License Status Licensed: 4321
    Requests with License Status Initial grace period: 2
    Requests with License Status License expired or Hardware out of tolerance: 345
    Requests with License Status Non-genuine grace period: 4
    Requests with License Status Notification: 38`;

/** The labels of `text` replaced by words of no language; sentences and headings too. */
export function inNoLanguage(text: string): string {
  return text
    .split("\n")
    .map((line, at) => {
      const words = /^(\s*)([^:]*)(:?)(.*)$/.exec(line);
      if (words === null || line.trim() === "") return line;
      const [, indent = "", label = "", colon = "", value = ""] = words;
      const kept = label.match(/CMID|DNS|KMS|IP|PID|slmgr\.vbs \/ato/g)?.join(" ") ?? "";
      const unit = value
        .replace(/minute\(s\) \((\d+) day\(s\)\)/, "quam ($1 dwas)")
        .replace("minutes", "quam")
        .replace(/^ (?:Licensed|Notification|Low|All)$/, " Wobu");
      return `${indent}Zq${at} ${kept} wobu${colon}${unit}`;
    })
    .join("\n");
}

export const JAPANESE = `ソフトウェア ライセンス サービスのバージョン: 10.0.26100.3915

名前: Windows(R), Professional edition
説明: Windows(R) Operating System, VOLUME_KMSCLIENT channel
ライセンス認証 ID: 2de67392-b7a7-462a-b1ca-108dd189f588
アプリケーション ID: 55c92734-d682-4d71-983e-d6ec3f16059f
拡張 PID: 03612-03311-000-000000-03-1041-26100.0000-0612025
プロダクト キー チャネル: Volume:GVLK
インストール ID: 440055006600770088009900110022003300440055006600778899001122334
プロダクト キーの一部: T83GX
ライセンスの状態: ライセンスされています
ボリューム ライセンス認証の有効期限: 200160 分 (139 日)
残り Windows rearm 回数: 1001
残り SKU rearm 回数: 1001
信頼された時刻: 2025/06/03 16:40:12
構成済みのライセンス認証の種類: すべて

最新のライセンス認証情報:
キー管理サービス クライアント情報
    クライアント コンピューター ID (CMID): 9f8e7d6c-5b4a-4938-8271-605f4e3d2c1b
    DNS の KMS コンピューター名: kms02.mikazuki.example:1688
    KMS machine IP address: 172.20.3.8
    KMS コンピューターの拡張 PID: 03612-00206-444-555666-03-1041-17763.0000-0312023
    ライセンス認証の間隔: 120 分
    更新の間隔: 10080 分
    KMS ホスト キャッシュは有効です`;

export const OSPP = `---Processing--------------------------
---------------------------------------
PRODUCT ID: 00339-10000-00000-AA555
SKU ID: d450596f-894d-49e0-966a-fd39ed4c4c64
LICENSE NAME: Office 16, Office16ProPlusVL_KMS_Client edition
LICENSE DESCRIPTION: Office 16, VOLUME_KMSCLIENT channel
BETA EXPIRATION: 01/01/1601
LICENSE STATUS:  ---LICENSED---
ERROR CODE: 0x4004F040 (for information purposes only as the status is licensed)
ERROR DESCRIPTION: The owner should look at the rights.
REMAINING GRACE: 12 days  (16999 minute(s) before expiring)
Last 5 characters of installed product key: WFG99
Activation Type Configuration: ALL
        KMS machine name from DNS: kms-a.tailspin.example:1688
        Activation Interval: 120 minutes
        Renewal Interval: 10080 minutes
        KMS host caching: Disabled
---------------------------------------
SKU ID: 6bf301c1-b94a-43e9-ba31-d494598c47fb
LICENSE NAME: Office 16, Office16VisioProVL_KMS_Client edition
LICENSE DESCRIPTION: Office 16, VOLUME_KMSCLIENT channel
LICENSE STATUS:  ---OOB_GRACE---
ERROR CODE: 0x4004F00C
REMAINING GRACE: 3 days  (4711 minute(s) before expiring)
Last 5 characters of installed product key: RTGKV
---------------------------------------
---------------------------------------
---Exiting-----------------------------`;
