import type { Text } from "./cause.ts";
import type { System } from "./evidence/model.ts";

/** A piece of evidence that can be asked for. */
export interface Wanted {
  readonly what: Text;
  /** What it would decide. */
  readonly why: Text;
  /** How to fetch it. */
  command(system: System): string;
}

const SLMGR = "cscript //nologo C:\\Windows\\System32\\slmgr.vbs";

/** All evidence that causes may ask for, in the order of a request's way: the cheapest discriminator first. */
export const WANTED = {
  "client-dlv": {
    what: { en: "`slmgr /dlv` of the client, whole", ja: "クライアントの `slmgr /dlv` の全文" },
    why: {
      en: "Shows the channel of its key, its license status, its CMID and the host that it is told to ask.",
      ja: "キーのチャネル、ライセンスの状態、CMID、問い合わせ先のホストが分かります。",
    },
    command: (system) => (system === "muster" ? "muster dlv" : `${SLMGR} /dlv`),
  },
  "client-events": {
    what: {
      en: "the client's events 12288 and 12289 (Application log)",
      ja: "クライアントのイベント 12288 と 12289 (Application ログ)",
    },
    why: {
      en: "0xC004F074 only says that every host failed; field 1 of 12288 says why, and whether a request left at all.",
      ja: "0xC004F074 は「すべてのホストで失敗した」としか言いません。12288 の 1 番目の値が本当の理由を示し、要求が送られたかどうかも分かります。",
    },
    command: (system) =>
      system === "muster"
        ? "muster events --role client --xml > client-events.xml"
        : `wevtutil epl Application client.evtx /q:"*[System[Provider[@Name='Microsoft-Windows-Security-SPP']]]"`,
  },
  srv: {
    what: {
      en: "the SRV record as the client's DNS answers it",
      ja: "クライアントの DNS が返す SRV レコード",
    },
    why: {
      en: "Shows whether _vlmcs._tcp (Muster: _muster._tcp) exists in the client's own suffix, and which hosts it names.",
      ja: "クライアント自身のサフィックスに _vlmcs._tcp (Muster では _muster._tcp) があるか、どのホストを指しているかが分かります。",
    },
    command: (system) =>
      system === "muster" ? "dig SRV _muster._tcp.YOUR.DOMAIN" : "nslookup -type=srv _vlmcs._tcp.YOUR.DOMAIN",
  },
  "port-test": {
    what: {
      en: "a test of TCP 1688 from the client to the host",
      ja: "クライアントからホストへの TCP 1688 の接続テスト",
    },
    why: {
      en: "Tells a closed way (timeout) from a stopped service (refused at once) and from a host that answers.",
      ja: "経路の遮断 (タイムアウト)、サービスの停止 (即時の拒否)、正常な応答を区別できます。",
    },
    command: (system) => (system === "muster" ? "nc -vz HOST 1688" : "Test-NetConnection HOST -Port 1688"),
  },
  "host-dlv": {
    what: { en: "`slmgr /dlv` of the host", ja: "ホストの `slmgr /dlv`" },
    why: {
      en: "Shows whether the host is activated, by which key, its current count, its port and its failed requests.",
      ja: "ホストがライセンス認証済みか、そのキー、現在の数、ポート、失敗した要求数が分かります。",
    },
    command: (system) => (system === "muster" ? "muster dlv --role host" : `${SLMGR} /dlv`),
  },
  "host-log": {
    what: {
      en: "the host's log of 12290 (Key Management Service)",
      ja: "ホストの 12290 のログ (Key Management Service)",
    },
    why: {
      en: "Shows whether a request arrived, what the host answered, and how many CMIDs stand behind how many names.",
      ja: "要求が届いたか、ホストが何と答えたか、いくつの名前の背後にいくつの CMID があるかが分かります。",
    },
    command: (system) =>
      system === "muster"
        ? "muster events --role host --id 12290 --xml > host.xml"
        : `wevtutil epl "Key Management Service" kms.evtx`,
  },
  "host-application-log": {
    what: {
      en: "the host's Application log (12293, 12294)",
      ja: "ホストの Application ログ (12293、12294)",
    },
    why: {
      en: "Shows whether the host published itself in DNS.",
      ja: "ホストが DNS に自分を登録できたかどうかが分かります。",
    },
    command: (system) =>
      system === "muster"
        ? "muster events --role host --xml > host.xml"
        : `wevtutil epl Application host.evtx /q:"*[System[Provider[@Name='Microsoft-Windows-Security-SPP']]]"`,
  },
  address: {
    what: { en: "the host's A and AAAA records", ja: "ホストの A レコードと AAAA レコード" },
    why: {
      en: "A name that does not resolve, or resolves to another machine, looks like a dead host.",
      ja: "解決できない名前や別のマシンに解決される名前は、停止したホストのように見えます。",
    },
    command: (system) => (system === "muster" ? "dig A HOST; dig AAAA HOST" : "nslookup HOST"),
  },
  clock: {
    what: { en: "the clocks of client and host compared", ja: "クライアントとホストの時計の比較" },
    why: {
      en: "A difference of more than 4 hours in UTC is refused, whatever the time zone.",
      ja: "UTC で 4 時間を超える差があると、タイム ゾーンに関係なく拒否されます。",
    },
    command: (system) =>
      system === "muster" ? "chronyc tracking" : "w32tm /stripchart /computer:HOST /samples:3 /dataonly",
  },
  ipconfig: {
    what: { en: "`ipconfig /all` of the client", ja: "クライアントの `ipconfig /all`" },
    why: {
      en: "The suffixes are the domains in which the client looks for the SRV record.",
      ja: "サフィックスが、クライアントが SRV レコードを探すドメインです。",
    },
    command: (system) => (system === "muster" ? "resolvectl status" : "ipconfig /all"),
  },
  resolve: {
    what: {
      en: "the SRV record as the DNS client of that machine finds it",
      ja: "そのマシンの DNS クライアントが返す SRV レコード",
    },
    why: {
      en: "Asks with the machine's own suffixes and rules, as the service does; nslookup does not.",
      ja: "nslookup とは違い、サービスと同じく、マシン自身のサフィックスと規則で問い合わせます。",
    },
    command: (system) =>
      system === "muster"
        ? "resolvectl query --type=SRV _muster._tcp.YOUR.DOMAIN"
        : "Resolve-DnsName -Type SRV _vlmcs._tcp",
  },
  registry: {
    what: {
      en: "the client's registry settings for activation",
      ja: "クライアントのライセンス認証のレジストリ設定",
    },
    why: {
      en: "Holds the fixed host name, the lookup domain and SkipRearm, also where slmgr does not print them.",
      ja: "slmgr が表示しない場合でも、固定したホスト名、検索ドメイン、SkipRearm が分かります。",
    },
    command: () =>
      'reg export "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform" spp.reg',
  },
  panther: {
    what: { en: "sysprep's log of the image (Panther)", ja: "イメージの sysprep のログ (Panther)" },
    why: {
      en: "Shows whether the image was generalized, and whether SkipRearm kept it from getting a new CMID.",
      ja: "イメージが一般化されたか、SkipRearm が新しい CMID の生成を妨げたかが分かります。",
    },
    command: () => "type C:\\Windows\\System32\\Sysprep\\Panther\\setupact.log",
  },
  routes: {
    what: {
      en: "the routes of the machine, and of its network in a cloud",
      ja: "マシンのルートと、クラウドのネットワークのルート",
    },
    why: {
      en: "Shows through which gateway packets to the host leave.",
      ja: "ホスト宛てのパケットがどのゲートウェイから出るかが分かります。",
    },
    command: (system) => (system === "muster" ? "ip route" : "route print & tracert -d -h 5 HOST"),
  },
  "other-hosts": {
    what: { en: "`/dlv` and the 12290 log of the other hosts", ja: "ほかのホストの `/dlv` と 12290 のログ" },
    why: {
      en: "Each host counts for itself; only the CMIDs of all hosts together tell whether the count is split.",
      ja: "ホストはそれぞれ別々に数えます。すべてのホストの CMID を合わせて初めて、数が分散しているかが分かります。",
    },
    command: (system) =>
      system === "muster" ? "muster dlv --role host" : `wevtutil epl "Key Management Service" kms2.evtx`,
  },
  "later-dlv": {
    what: {
      en: "`slmgr /dlv` of the same client, a week later",
      ja: "同じクライアントの 1 週間後の `slmgr /dlv`",
    },
    why: {
      en: "Minutes that go on falling over more than a renewal interval prove that renewals fail.",
      ja: "更新間隔を超えて残り時間が減り続ければ、更新の失敗が確定します。",
    },
    command: (system) => (system === "muster" ? "muster dlv" : `${SLMGR} /dlv`),
  },
  edition: {
    what: {
      en: "the edition of Windows that is installed",
      ja: "インストールされている Windows のエディション",
    },
    why: {
      en: "A setup key fits one edition only, and an evaluation takes none.",
      ja: "セットアップ キーは 1 つのエディションにしか合わず、評価版には使えません。",
    },
    command: () => "DISM /Online /Get-CurrentEdition",
  },
  service: {
    what: { en: "the state of the licensing service", ja: "ライセンス サービスの状態" },
    why: {
      en: "Shows whether it runs, and how it is set to start.",
      ja: "実行中かどうか、スタートアップの種類が分かります。",
    },
    command: (system) => (system === "muster" ? "muster host status" : "sc qc sppsvc & sc query sppsvc"),
  },
  "effective-routes": {
    what: {
      en: "the effective routes of the VM's network interface",
      ja: "VM のネットワーク インターフェイスの有効なルート",
    },
    why: {
      en: "Shows whether requests to the cloud's KMS go straight out or through somebody's gateway.",
      ja: "クラウドの KMS への要求が直接外部に出るか、別のゲートウェイを通るかが分かります。",
    },
    command: () => "az network nic show-effective-route-table -g GROUP -n NIC -o table",
  },
  outbound: {
    what: {
      en: "the way out of the VM's subnet: public address, NAT gateway, load balancer",
      ja: "VM のサブネットから外部への経路: パブリック IP、NAT ゲートウェイ、ロード バランサー",
    },
    why: {
      en: "Without one of them nothing of that VM reaches the Internet, and so no KMS of the cloud.",
      ja: "どれもなければ VM からインターネットに出られず、クラウドの KMS にも届きません。",
    },
    command: () => "Test-NetConnection www.microsoft.com -Port 443",
  },
  "firewall-rules": {
    what: { en: "the rules of the firewall on the way", ja: "経路上のファイアウォールの規則" },
    why: {
      en: "Shows whether TCP 1688 is let through to all addresses of the KMS, and by which kind of rule.",
      ja: "KMS のすべてのアドレスへの TCP 1688 が、どの種類の規則で許可されているかが分かります。",
    },
    command: () =>
      "az network firewall policy rule-collection-group list -g GROUP --policy-name POLICY -o json",
  },
  metadata: {
    what: { en: "a test of the metadata service from the VM", ja: "VM からのメタデータ サービスのテスト" },
    why: {
      en: "Azure Edition proves by it that it runs in Azure; the KMS does not.",
      ja: "Azure Edition は、これによって Azure 上で動作していることを証明します。KMS では証明できません。",
    },
    command: () => "Test-NetConnection 169.254.169.254 -Port 80",
  },
  "cloud-agent": {
    what: {
      en: "the log of the cloud's launch agent on the instance",
      ja: "インスタンス上のクラウドの起動エージェントのログ",
    },
    why: {
      en: "Shows whether the agent set the KMS host and tried, or left it alone because the licenses are your own.",
      ja: "エージェントが KMS ホストを設定して試行したか、ライセンス持ち込みのため何もしなかったかが分かります。",
    },
    command: () =>
      'type "C:\\ProgramData\\Amazon\\EC2Launch\\log\\agent.log" & powershell -File "C:\\Program Files\\Google\\Compute Engine\\sysprep\\activate_instance.ps1"',
  },
  "gcp-network": {
    what: {
      en: "the instance's external address, its subnet and the VPC's routes and egress rules",
      ja: "インスタンスの外部 IP アドレス、サブネット、VPC のルートと下り (外向き) 規則",
    },
    why: {
      en: "Without an external address the subnet needs Private Google Access, and 35.190.247.13 a route and an egress rule.",
      ja: "外部 IP アドレスがなければサブネットの限定公開の Google アクセスが必要で、35.190.247.13 へのルートと下り規則も必要です。",
    },
    command: () =>
      "gcloud compute instances describe INSTANCE --format=json & gcloud compute networks subnets describe SUBNET --format=json",
  },
  "host-firewall": {
    what: { en: "the firewall rules of the host itself", ja: "ホスト自身のファイアウォールの規則" },
    why: {
      en: "The rule for the port is there and not enabled unless somebody did so.",
      ja: "ポート用の規則は用意されていますが、誰かが有効にするまでは無効です。",
    },
    command: (system) =>
      system === "muster"
        ? "sudo nft list ruleset"
        : "Get-NetFirewallRule -Name SPPSVC-In-TCP | Format-List Name, Enabled, Direction, Action",
  },
  "client-firewall": {
    what: {
      en: "the client's own outbound firewall rules",
      ja: "クライアント自身の送信のファイアウォール規則",
    },
    why: {
      en: "Where outgoing connections are locked down, activation needs a rule of its own.",
      ja: "送信が制限されている場合、ライセンス認証にも許可の規則が必要です。",
    },
    command: (system) =>
      system === "muster"
        ? "sudo nft list ruleset"
        : "Get-NetFirewallProfile | Format-Table Name, DefaultOutboundAction & Get-NetFirewallRule -Direction Outbound -Enabled True",
  },
} as const satisfies Record<string, Wanted>;

export type WantedId = keyof typeof WANTED;
