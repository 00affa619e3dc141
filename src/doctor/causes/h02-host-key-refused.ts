import type { Case } from "../case/case.ts";
import type { Host } from "../case/host.ts";
import { keyReportOf, ownCodes, servicesOf, turnedAway } from "../case/host-key.ts";
import { quotes } from "../case/places.ts";
import { defineCause, type Judgement, notEvaluated, ruledOut, seen } from "../cause.ts";
import { hresult, list } from "../words.ts";

interface Facts {
  readonly host: string;
  readonly code: number;
  readonly clients: readonly string[];
  /** Of Muster: the host's own licence is well, and all its seats are taken. */
  readonly seats: boolean;
}

const CODES_PAGE =
  "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-activation-error-codes";

/** Invalid or blocked, as the host itself or as the vendor's service says it. */
const REFUSED: ReadonlySet<number> = new Set([0xc004f050, 0xc004f051, 0xc004c003, 0xc004c001, 0xc004c004]);
const LIMIT: ReadonlySet<number> = new Set([0xc004c008]);
/** Muster's answer to a client when all seats of the host licence are taken. */
const SEATS_TAKEN = 0xc004c020;
/** Name not resolved, timeout, no connection, aborted, certificate, proxy: the vendor's service was not reached. */
const UNREACHED: ReadonlySet<number> = new Set([
  0x80072ee7, 0x80072ee2, 0x80072efd, 0x80072efe, 0x80072f8f, 0x80072f0d, 0x80072f05, 0x80072f06, 0x8004fe33,
  0x80072f78, 0x8007274c, 0x8007274d, 0x80072751, 0x80072746, 0x80072af9,
]);

const AFTERWARDS = {
  en: (host: string, system: string) =>
    `\`${system === "muster" ? "muster host status" : "slmgr /dlv"}\` on ${host} shows that it is activated.`,
  ja: (host: string, system: string) =>
    `${host} の \`${system === "muster" ? "muster host status" : "slmgr /dlv"}\` で、認証済みであることを確認します。`,
};

/** The sign: the host's own key is refused as invalid or blocked when it is installed or activated. */
export const hostKeyRefused = defineCause<Facts>({
  id: "H02",
  name: "host-key-invalid-or-blocked",
  link: "host",
  owner: "licensing",
  systems: ["kms", "muster"],
  links: [CODES_PAGE],
  explains: ["H01", "H16", "H22", "C28"],
  lookalikes: [
    {
      id: "H05",
      test: {
        en: "A good key that is newer than the host's system is refused with 0xC004F050 too, until the host is updated: look at its build.",
        ja: "ホストのシステムより新しいキーは、正しくても更新するまで 0xC004F050 で拒否されます。ビルドを確認します。",
      },
    },
    {
      id: "H03",
      test: {
        en: "0xC004C008 is a good key whose activations are used up.",
        ja: "0xC004C008 は、キーは正しいものの認証回数を使い切った場合のコードです。",
      },
    },
  ],
  judge: (the) => judgeOwn(the, REFUSED),
  words: {
    en: {
      title: "The host key is invalid or blocked",
      why: ({ host, code, clients }) =>
        `${host} was to activate its own host key and was refused with ${hresult(code)}${clients.length > 0 ? `; ${list(clients)} can get nothing from it` : ""}.`,
      about:
        "A host key is refused when it is mistyped, made for another edition or version, blocked after it became public, or newer than the system that it is typed into. As long as the host is not activated, clients are answered 0xC004F041.",
      remedy: {
        steps: ({ code }, system) => [
          code === 0xc004f050
            ? "Type the key again, with hyphens that are hyphens: text programs turn them into dashes."
            : "Look up in the licensing portal whether the key is valid, and which version it is for.",
          "If it is right, update the host: older systems take newer host keys only with an update.",
          system === "muster"
            ? "Ask the vendor for another host key."
            : "Otherwise ask the licensing centre for another host key.",
        ],
        cost: "",
        undo: () => "Install the old key again.",
        verify: ({ host }, system) => AFTERWARDS.en(host, system),
      },
    },
    ja: {
      title: "ホスト キーが無効、またはブロックされています",
      why: ({ host, code, clients }) =>
        `${host} は自分のホスト キーを認証しようとして ${hresult(code)} で拒否されました${clients.length > 0 ? `。${list(clients)} はこのホストから認証を受けられません` : ""}。`,
      about:
        "ホスト キーは、入力の誤り、別のエディションやバージョンのキー、流出後のブロック、入力先のシステムより新しいキー、などの理由で拒否されます。ホストが認証されない間、クライアントには 0xC004F041 が返ります。",
      remedy: {
        steps: ({ code }, system) => [
          code === 0xc004f050
            ? "キーを入力し直します。文書からの貼り付けでハイフンがダッシュに変わっていないか確認します。"
            : "ライセンスのポータルで、キーが有効か、どのバージョン用かを確認します。",
          "キーが正しければ、ホストを更新します。古いシステムで新しいホスト キーを使うには更新プログラムが必要です。",
          system === "muster"
            ? "ベンダーに別のホスト キーを依頼します。"
            : "それ以外の場合は、ライセンス窓口に別のホスト キーを依頼します。",
        ],
        cost: "",
        undo: () => "元のキーを入れ直します。",
        verify: ({ host }, system) => AFTERWARDS.ja(host, system),
      },
    },
  },
  commands: (_, system) =>
    system === "muster"
      ? ["muster host activate HOST-KEY --online VENDOR-URL"]
      : ["cscript //nologo slmgr.vbs /ipk YOUR-HOST-KEY", "cscript //nologo slmgr.vbs /ato"],
});

/**
 * The sign: 0xC004C008 when the host activates its own key; of Muster also 0xC004C020 to clients, when all seats of its
 * licence are taken.
 */
export const activationLimit = defineCause<Facts>({
  id: "H03",
  name: "host-key-activation-limit",
  link: "host",
  owner: "licensing",
  systems: ["kms", "muster"],
  links: [CODES_PAGE, "https://learn.microsoft.com/windows-server/get-started/kms-activation-planning"],
  explains: ["H01", "H16", "H22", "C28"],
  lookalikes: [
    {
      id: "H20",
      test: {
        en: "Count the machines that hold the host key: typed into clients, it is used up by them.",
        ja: "ホスト キーが入っているマシンを数えます。クライアントに入力されていると、そこで回数が使われます。",
      },
    },
    {
      id: "H02",
      test: {
        en: "0xC004F050, 0xC004F051 and 0xC004C003 refuse the key itself.",
        ja: "0xC004F050、0xC004F051、0xC004C003 は、キーそのものの拒否です。",
      },
    },
  ],
  judge: (the) => seatsTaken(the) ?? judgeOwn(the, LIMIT),
  words: {
    en: {
      title: "The host's key is used up",
      why: ({ host, code, clients, seats }) =>
        seats
          ? `${host} answers ${list(clients)} with 0xC004C020: all seats of its licence are taken.`
          : `${host} was to activate its own host key, and was answered ${hresult(code)}: the key has been activated as often as it may be.`,
      about:
        "One host key activates six hosts, each up to ten times. It is used up by hosts that are rebuilt often, and above all when the host key is typed into clients, each of which then becomes a host. Only the vendor can grant more. A licence of Muster may also hold a number of seats, for machines at one time.",
      remedy: {
        steps: ({ seats }, system) => [
          seats
            ? "Find machines that hold a seat and are gone: a seat is free again when their lease ends, or when they are forgotten."
            : "Find machines that hold the host key without being meant as hosts, and give them a client setup key.",
          system === "muster"
            ? seats
              ? "Ask the vendor for more seats."
              : "Ask the vendor to raise the limit of the key, or for another key."
            : "Call the licensing activation centre and ask for more activations; or activate this host by telephone (`slui 4`).",
        ],
        cost: "",
        undo: () => "Nothing to undo.",
        verify: ({ host }, system) => AFTERWARDS.en(host, system),
      },
    },
    ja: {
      title: "ホスト キーが上限に達しました",
      why: ({ host, code, clients, seats }) =>
        seats
          ? `${host} は ${list(clients)} に 0xC004C020 を返しています。ライセンスのシートがすべて使われています。`
          : `${host} は自分のホスト キーを認証しようとして ${hresult(code)} を受け取りました。このキーの認証回数は上限に達しています。`,
      about:
        "1 つのホスト キーで認証できるのは 6 台のホストまで、各 10 回までです。ホストを何度も作り直したり、特にホスト キーをクライアントに入力して次々とホストにしてしまうと、使い切ります。上限を増やせるのはベンダーだけです。Muster のライセンスには、同時に使えるマシンの数 (シート) が定められていることもあります。",
      remedy: {
        steps: ({ seats }, system) => [
          seats
            ? "シートを使ったまま使われなくなったマシンを探します。シートは、リースが終わるか、マシンを忘れさせると空きます。"
            : "ホストではないのにホスト キーが入っているマシンを探し、クライアント セットアップ キーに置き換えます。",
          system === "muster"
            ? seats
              ? "ベンダーにシートの追加を依頼します。"
              : "ベンダーに、キーの上限の引き上げか別のキーを依頼します。"
            : "ライセンス認証窓口に電話して回数の追加を依頼します。このホストは電話 (`slui 4`) でも認証できます。",
        ],
        cost: "",
        undo: () => "元に戻すものはありません。",
        verify: ({ host }, system) => AFTERWARDS.ja(host, system),
      },
    },
  },
  commands: (_, system) =>
    system === "muster"
      ? ["muster host status", "muster host activate HOST-KEY --online VENDOR-URL"]
      : ["cscript //nologo slmgr.vbs /dlv", "slui 4", "cscript //nologo slmgr.vbs /ato"],
});

/** The sign: the host's own activation fails with a code of the Internet. Clients need no Internet, and show none of this. */
export const hostOffline = defineCause<Facts>({
  id: "H15",
  name: "host-cannot-reach-vendor",
  link: "host",
  owner: "network",
  systems: ["kms", "muster"],
  links: [CODES_PAGE],
  explains: ["H01", "H16", "H22", "C28"],
  lookalikes: [
    {
      id: "C20",
      test: {
        en: "The same codes in 8208 or 8200 of a machine that is Licensed are noise: only the activation of the host key itself counts.",
        ja: "認証済みのマシンの 8208 や 8200 にある同じコードは無害です。ホスト キー自体の認証での失敗だけが問題です。",
      },
    },
    {
      id: "C01",
      test: {
        en: "On a machine with a multiple activation key (VOLUME_MAK) the same codes concern that machine alone.",
        ja: "マルチ ライセンス認証キー (VOLUME_MAK) のマシンでの同じコードは、そのマシンだけの問題です。",
      },
    },
  ],
  judge: (the) => judgeOwn(the, UNREACHED),
  words: {
    en: {
      title: "The host cannot reach the vendor to activate its own key",
      why: ({ host, code, clients }) =>
        `${host} failed to activate its own key with ${hresult(code)}, a code of its connection to the Internet${clients.length > 0 ? `; until then ${list(clients)} ${clients.length === 1 ? "is" : "are"} turned away` : ""}.`,
      about:
        "A host activates its key once with the vendor, over HTTPS or by telephone. A proxy that asks for a logon, a closed firewall or a wrong clock stops it. Clients need none of this: they speak to the host only.",
      remedy: {
        steps: (_, system) =>
          system === "muster"
            ? [
                "Let the host reach the vendor's server, or set the proxy that it is to use.",
                "Or activate it with a file: write the request, take it to the vendor, and bring the licence back.",
              ]
            : [
                "Let the host reach Microsoft's activation servers on TCP 443, past the proxy or with an exception from its logon.",
                "Or activate it by telephone, which needs no connection: `slui 4`.",
              ],
        cost: "",
        undo: () => "Close the way again afterwards: it is needed for the activation only.",
        verify: ({ host }, system) => AFTERWARDS.en(host, system),
      },
    },
    ja: {
      title: "ホストがベンダーに接続できず、自分のキーを認証できません",
      why: ({ host, code, clients }) =>
        `${host} は自分のキーの認証に ${hresult(code)} で失敗しました。これはインターネット接続のエラーです${clients.length > 0 ? `。それまで ${list(clients)} は拒否されます` : ""}。`,
      about:
        "ホストは、自分のキーをベンダーに対して 1 度だけ、HTTPS または電話で認証します。ログオンを求めるプロキシ、閉じたファイアウォール、誤った時計がその妨げになります。クライアントはホストとだけ通信するため、インターネット接続は不要です。",
      remedy: {
        steps: (_, system) =>
          system === "muster"
            ? [
                "ホストからベンダーのサーバーに接続できるようにするか、使うプロキシを設定します。",
                "またはファイルで認証します。要求をファイルに書き出してベンダーに渡し、ライセンスを受け取ります。",
              ]
            : [
                "ホストから Microsoft のライセンス認証サーバーの TCP 443 に接続できるようにします (プロキシの認証から除外するなど)。",
                "または、接続の要らない電話 (`slui 4`) で認証します。",
              ],
        cost: "",
        undo: () => "必要なのは認証のときだけなので、終わったら経路を再び閉じて構いません。",
        verify: ({ host }, system) => AFTERWARDS.ja(host, system),
      },
    },
  },
  commands: (_, system) =>
    system === "muster"
      ? ["muster host activate HOST-KEY --online VENDOR-URL", "muster host activate HOST-KEY -o host-request"]
      : ["netsh winhttp show proxy", "cscript //nologo slmgr.vbs /ato", "slui 4"],
});

/** What the three share: a host whose own key is not activated, and the code with which that failed. */
function judgeOwn(the: Case, codes: ReadonlySet<number>): Judgement<Facts> {
  for (const host of the.hosts) {
    const report = keyReportOf(host);
    const code = ownCodes(the, host).find(({ value }) => codes.has(value));
    if (code === undefined) continue;
    const isLicensed = report?.status?.value === 1;
    if (isLicensed && the.system === "kms") continue;
    const away = turnedAway(the, host);
    return seen({
      verdict: report?.status === undefined && the.system === "kms" ? "likely" : "confirmed",
      severity: isLicensed ? "warning" : away.length > 0 && !hasOther(the, host) ? "critical" : "error",
      facts: { host: host.label, code: code.value, clients: away.map(({ label }) => label), seats: false },
      evidence: quotes(
        code.at,
        report?.status?.at,
        report?.partialKey?.at,
        ...away.slice(0, 2).map(({ at }) => at),
      ),
      affects: away.length > 0 ? away.map(({ label }) => label) : [host.label],
    });
  }
  const licensed = the.hosts.map(keyReportOf).find((report) => report?.status?.value === 1)?.status;
  const isAll = the.hosts.every((host) => keyReportOf(host)?.status?.value !== 5);
  return licensed !== undefined && isAll
    ? ruledOut("The host's own key is activated.", "ホスト自身のキーは認証済みです。", licensed.at)
    : notEvaluated("host-dlv");
}

/** Clients of Muster that no seat was left for. */
function seatsTaken(the: Case): Judgement<Facts> | undefined {
  if (the.system !== "muster") return undefined;
  const full = servicesOf(the, new Set([SEATS_TAKEN])).filter(({ refused }) => refused.length > 0);
  const [first] = full;
  if (first === undefined) return undefined;
  const away = full.flatMap(({ refused }) => refused);
  const hurt = away.filter(({ client }) => client.state !== "activated");
  return seen({
    verdict: "confirmed",
    severity: hurt.length > 0 ? "error" : "warning",
    facts: {
      host: first.host?.label ?? "",
      code: SEATS_TAKEN,
      clients: away.map(({ label }) => label),
      seats: true,
    },
    evidence: quotes(...away.map(({ at }) => at)),
    affects: (hurt.length > 0 ? hurt : away).map(({ label }) => label),
  });
}

function hasOther({ hosts }: Case, host: Host): boolean {
  return hosts.some((other) => other !== host && other.isActivated);
}
