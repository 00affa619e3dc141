import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import { type CloudAsker, cloudAskersOf, cloudOf, isUntold, routesOf } from "../case/cloud.ts";
import { cloudHostOf } from "../case/cloud-hosts.ts";
import { isHurt, isOf, mayAsk, NAME_NOT_FOUND, pinOf, stoppedAt } from "../case/discovery.ts";
import { quotes } from "../case/places.ts";
import { toldIn } from "../case/told.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { Statement } from "../evidence/model.ts";
import type { Place } from "../evidence/place.ts";
import { list } from "../words.ts";

const EC2LAUNCH = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configure-launch-agents.html";
const TROUBLES = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/common-messages.html";

/**
 * The signs: an instance of AWS that has no routes to AWS's KMS, or is told no host and finds none, or whose launch agent is
 * off. The agent sets routes and host; v1 does it at the first boot only, EC2Config repaired it at every one.
 */
export const awsAgent = defineCause({
  id: "W02",
  name: "aws-launch-agent-absent-or-off",
  link: "client",
  owner: "cloud",
  systems: ["kms"],
  links: [EC2LAUNCH, TROUBLES],
  explains: ["D01", "D03", "D04", "D12", "N02", "N07", "N10", "N11", "C28", "C22"],
  lookalikes: [
    {
      id: "W01",
      test: {
        en: "Look for 169.254.169.250 in `route print`: routes that are there and wrong come from the image.",
        ja: "`route print` で 169.254.169.250 を探します。ルートがあって誤っている場合は、イメージに由来します。",
      },
    },
    {
      id: "W03",
      test: {
        en: "Read the agent's log: where it found licenses of your own it leaves activation alone.",
        ja: "エージェントのログを確認します。持ち込みライセンスを検出した場合、エージェントは認証を行いません。",
      },
    },
  ],

  judge(the) {
    const own = instancesIn(the).filter((client) => isHurt(client) && byolOf(the, client) === undefined);
    const askers = cloudAskersOf(the, "aws");
    const found = own.flatMap((client) => agentFault(the, client, askers) ?? []);
    const [first] = found.toSorted((one, two) => Number(two.isShown) - Number(one.isShown));
    if (first === undefined) {
      const routed = own.flatMap((client) => kmsRoutes(the, client))[0];
      return routed === undefined
        ? notEvaluated("routes", "cloud-agent")
        : ruledOut(
            `The agent has set the route to ${routed.prefix}.`,
            `エージェントは ${routed.prefix} へのルートを設定しています。`,
            routed.at,
          );
    }
    const same = found.filter(({ kind }) => kind === first.kind);
    const labels = same.map(({ client }) => client.label);
    return seen({
      verdict: first.isShown ? "confirmed" : "likely",
      severity: "error",
      facts: { clients: labels, kind: first.kind, agent: first.agent },
      evidence: quotes(...same.flatMap(({ places }) => places)),
      affects: labels,
      wants: first.isShown ? [] : ["routes", "cloud-agent"],
    });
  },

  words: {
    en: {
      title: "The launch agent of AWS has not set up activation",
      why: ({ clients, kind, agent }) =>
        kind === "no-route"
          ? `${list(clients)} ${clients.length > 1 ? "get" : "gets"} no answer from AWS's KMS, and the route table has no route to 169.254.169.250 or .251.`
          : kind === "agent"
            ? `The agent of ${list(clients)} (${agent}) is not at work.`
            : `${list(clients)} ${clients.length > 1 ? "run" : "runs"} in AWS, ${clients.length > 1 ? "are" : "is"} told no KMS host, and DNS names none: the agent sets 169.254.169.250 as the host.`,
      about:
        "On Amazon's images a launch agent writes the routes to AWS's KMS, names the host and activates. An imported image has no agent, an old one may be switched off, and EC2Launch v1 acts at first boot only: routes that are lost later are not repaired. Then nothing is tried, or requests go nowhere.",
      remedy: {
        steps: () => [
          "Install EC2Launch v2, or update and enable the agent that is there.",
          "Write the routes (`Add-Routes` in v1; v2 does it when its service starts) and name the host: `slmgr /skms 169.254.169.250:1688`.",
          "Activate again.",
        ],
        cost: "",
        undo: () => "`slmgr /ckms`, and delete the routes.",
        verify: () =>
          "`route print` shows 169.254.169.250 and .251, `Test-NetConnection 169.254.169.250 -Port 1688` and `slmgr /ato` succeed.",
      },
    },
    ja: {
      title: "AWS の起動エージェントがライセンス認証を設定していません",
      why: ({ clients, kind, agent }) =>
        kind === "no-route"
          ? `${list(clients)} は AWS の KMS から応答を得られておらず、ルート テーブルに 169.254.169.250 と .251 へのルートがありません。`
          : kind === "agent"
            ? `${list(clients)} のエージェント (${agent}) が動作していません。`
            : `${list(clients)} は AWS 上で動作していますが、KMS ホストの指定がなく、DNS でも見つかりません。通常はエージェントが 169.254.169.250 を設定します。`,
      about:
        "Amazon のイメージでは、起動エージェントが AWS の KMS へのルートを書き込み、ホストを設定し、ライセンス認証を行います。インポートしたイメージにはエージェントがなく、古いエージェントは無効になっていることがあります。EC2Launch v1 は最初の起動時にしか動作しないため、後で失われたルートは修復されません。その結果、要求が送られないか、どこにも届きません。",
      remedy: {
        steps: () => [
          "EC2Launch v2 をインストールするか、既存のエージェントを更新して有効にします。",
          "ルートを書き込み (v1 では `Add-Routes`、v2 ではサービスの開始時)、ホストを指定します: `slmgr /skms 169.254.169.250:1688`",
          "もう一度ライセンス認証を行います。",
        ],
        cost: "",
        undo: () => "`slmgr /ckms` を実行し、ルートを削除します。",
        verify: () =>
          "`route print` に 169.254.169.250 と .251 が表示され、`Test-NetConnection 169.254.169.250 -Port 1688` と `slmgr /ato` が成功することを確認します。",
      },
    },
  },

  commands: () => [
    'powershell -Command "Import-Module C:\\ProgramData\\Amazon\\EC2-Windows\\Launch\\Module\\Ec2Launch.psm1; Add-Routes; Set-ActivationSettings"',
    "cscript //nologo slmgr.vbs /skms 169.254.169.250:1688",
    "Test-NetConnection 169.254.169.250 -Port 1688",
    "cscript //nologo slmgr.vbs /ato",
  ],
});

/** The signs: the launch agent says that it left activation alone, as the instance runs on licenses of the customer's own. */
export const awsByol = defineCause({
  id: "W03",
  name: "aws-own-licenses-detected",
  link: "client",
  owner: "licensing",
  systems: ["kms"],
  links: ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2launch-v2-settings.html", EC2LAUNCH],
  explains: ["D01", "D03", "D04", "C28"],
  lookalikes: [
    {
      id: "W02",
      test: {
        en: "Read the agent's log: only where it names your own licenses (BYOL) it means to stay away.",
        ja: "エージェントのログを確認します。持ち込みライセンス (BYOL) と記録されている場合だけが意図した動作です。",
      },
    },
  ],

  judge(the) {
    const found = instancesIn(the).flatMap((client) => {
      const at = byolOf(the, client);
      return at === undefined ? [] : [{ client, at }];
    });
    const [first] = found;
    if (first === undefined) return notEvaluated("cloud-agent");
    const lost = found.filter(
      ({ client }) => isHurt(client) && (isUntold(the, client) || cloudAsked(the, client)),
    );
    const labels = (lost.length > 0 ? lost : found).map(({ client }) => client.label);
    return seen({
      verdict: lost.length > 0 ? "confirmed" : "benign",
      severity: lost.length > 0 ? "error" : "info",
      facts: { clients: labels, isLost: lost.length > 0 },
      evidence: quotes(
        ...(lost.length > 0 ? lost : found).flatMap(({ client, at }) => [at, client.failure?.at]),
      ),
      affects: lost.map(({ client }) => client.label),
    });
  },

  words: {
    en: {
      title: "The instance runs on licenses of your own, which AWS does not activate",
      why: ({ clients, isLost }) =>
        isLost
          ? `The agent of ${list(clients)} skipped activation because of your own licenses, and no KMS host of yours is asked.`
          : `The agent of ${list(clients)} skipped activation because of your own licenses, as is meant.`,
      about:
        "Images imported with licenses brought along (BYOL) are not activated by AWS: the agent sees it and skips the step. Such instances need a KMS host or MAK of the license's owner. It is no fault, unless the image was meant to be licensed by AWS.",
      remedy: {
        steps: ({ isLost }) =>
          isLost
            ? [
                "Publish your KMS host in the DNS that the instance uses, or name it: `slmgr /skms YOUR.HOST:1688`, and open TCP 1688 to it.",
                "Or, if AWS is to license the instance, change its license type in AWS License Manager; the agent then activates it.",
              ]
            : ["Nothing to do."],
        cost: "A license from AWS is charged by the hour.",
        undo: () => "`slmgr /ckms`",
        verify: () => "`slmgr /ato` succeeds.",
      },
    },
    ja: {
      title: "持ち込みライセンスのインスタンスであり、AWS はライセンス認証を行いません",
      why: ({ clients, isLost }) =>
        isLost
          ? `${list(clients)} のエージェントは持ち込みライセンスのため認証を行っておらず、独自の KMS ホストへの問い合わせもありません。`
          : `${list(clients)} のエージェントは持ち込みライセンスのため認証を行っていません。意図した動作です。`,
      about:
        "ライセンスを持ち込んで (BYOL) インポートしたイメージは、AWS では認証されません。エージェントはこれを検出して認証を省略します。このようなインスタンスには、ライセンス所有者の KMS ホストまたは MAK が必要です。AWS のライセンスを使うつもりだった場合を除き、障害ではありません。",
      remedy: {
        steps: ({ isLost }) =>
          isLost
            ? [
                "インスタンスが使う DNS に独自の KMS ホストを公開するか、`slmgr /skms YOUR.HOST:1688` で指定し、TCP 1688 を許可します。",
                "AWS のライセンスを使う場合は、AWS License Manager でライセンス タイプを変更します。その後はエージェントが認証します。",
              ]
            : ["対処は必要ありません。"],
        cost: "AWS のライセンスには時間単位の料金がかかります。",
        undo: () => "`slmgr /ckms`",
        verify: () => "`slmgr /ato` が成功することを確認します。",
      },
    },
  },

  commands: ({ isLost }) =>
    isLost ? ["cscript //nologo slmgr.vbs /skms YOUR.HOST:1688", "cscript //nologo slmgr.vbs /ato"] : [],
});

/** The signs: an instance of AWS without a product key (see C03): imports keep the key that they had, or none. */
export const awsNoKey = defineCause({
  id: "W04",
  name: "aws-imported-image-without-key",
  link: "client",
  owner: "imaging",
  systems: ["kms"],
  links: [TROUBLES, "https://learn.microsoft.com/windows-server/get-started/kms-client-activation-keys"],
  explains: ["C03", "C28"],
  lookalikes: [
    {
      id: "W02",
      test: {
        en: "Read `/dlv` first: without a key there is nothing to activate, whatever agent and routes do.",
        ja: "まず `/dlv` を確認します。キーがなければ、エージェントやルートに関係なく認証できません。",
      },
    },
  ],

  judge(the) {
    const told = toldIn(the, new Set([KEY_MISSING])).filter(
      ({ client }) => client !== undefined && cloudOf(the, client)?.cloud === "aws",
    );
    const [first] = told;
    if (first === undefined) {
      const keyed = instancesIn(the).find(({ report }) => (report?.partialKey?.value ?? "") !== "");
      return keyed === undefined
        ? notEvaluated("client-dlv")
        : ruledOut(
            `${keyed.label} has a key.`,
            `${keyed.label} にはキーが入っています。`,
            keyed.report?.partialKey?.at,
          );
    }
    const labels = [...new Set(told.map(({ label }) => label))];
    return seen({
      verdict: "likely",
      severity: "error",
      facts: { clients: labels },
      evidence: quotes(
        ...told.map(({ at }) => at),
        first.client === undefined ? undefined : cloudOf(the, first.client)?.at,
      ),
      affects: labels,
      wants: ["edition"],
    });
  },

  words: {
    en: {
      title: "The imported image has no client setup key",
      why: ({ clients }) =>
        `${list(clients)} ${clients.length > 1 ? "run" : "runs"} in AWS without a product key, so that there is nothing to activate.`,
      about:
        "An image that was imported, or whose key was removed before imaging, starts without a product key. AWS's KMS activates volume editions by their public setup key; the agent sets it on Amazon's own images only.",
      remedy: {
        steps: () => [
          "Find the edition, and install its public setup key from Microsoft's list: `slmgr /ipk`.",
          "Name the host and activate.",
          "Put the key into the image, so that the next instances have it.",
        ],
        cost: "",
        undo: () => "Install the former key again with `slmgr /ipk`.",
        verify: () => "`/dlv` shows VOLUME_KMSCLIENT and a partial key, and `slmgr /ato` succeeds.",
      },
    },
    ja: {
      title: "インポートしたイメージにクライアント セットアップ キーがありません",
      why: ({ clients }) =>
        `${list(clients)} は AWS 上で動作していますが、プロダクト キーがないため、認証する対象がありません。`,
      about:
        "インポートしたイメージや、作成前にキーを削除したイメージは、プロダクト キーのない状態で起動します。AWS の KMS は、公開されているセットアップ キーを使うボリューム エディションを認証します。エージェントがキーを設定するのは、Amazon のイメージだけです。",
      remedy: {
        steps: () => [
          "エディションを調べ、Microsoft の一覧にあるセットアップ キーをインストールします: `slmgr /ipk`",
          "ホストを指定してライセンス認証を行います。",
          "以後のインスタンスのために、イメージにもキーを設定します。",
        ],
        cost: "",
        undo: () => "`slmgr /ipk` で以前のキーに戻します。",
        verify: () =>
          "`/dlv` に VOLUME_KMSCLIENT と部分的なプロダクト キーが表示され、`slmgr /ato` が成功することを確認します。",
      },
    },
  },

  commands: () => [
    "DISM /Online /Get-CurrentEdition",
    "cscript //nologo slmgr.vbs /ipk SETUP-KEY-OF-THE-EDITION",
    "cscript //nologo slmgr.vbs /skms 169.254.169.250:1688",
    "cscript //nologo slmgr.vbs /ato",
  ],
});

const KEY_MISSING = 0xc004f014;
const KMS_ROUTE = /^169\.254\.169\.25[01]\/32$/;

/** Clients that run in AWS or ask its KMS. */
function instancesIn(the: Case): Client[] {
  const asking = new Set(cloudAskersOf(the, "aws").map(({ client }) => client));
  return the.clients.filter(
    (client) => mayAsk(client) && (asking.has(client) || cloudOf(the, client)?.cloud === "aws"),
  );
}

function byolOf(the: Case, client: Client): Place | undefined {
  return the.evidence.statements.find(
    ({ what, value, origin }) => what === "aws-agent" && value === "byol" && isOf(the, origin, client),
  )?.at;
}

function cloudAsked(the: Case, client: Client): boolean {
  return cloudHostOf(pinOf(the, client)?.host ?? "")?.cloud === "aws";
}

function kmsRoutes(the: Case, client: Client) {
  return routesOf(the, client).filter(({ source, prefix }) => source === "windows" && KMS_ROUTE.test(prefix));
}

interface AgentFault {
  readonly client: Client;
  readonly kind: "no-route" | "agent" | "untold";
  readonly agent: string;
  readonly isShown: boolean;
  readonly places: readonly (Place | undefined)[];
}

function agentFault(the: Case, client: Client, askers: readonly CloudAsker[]): AgentFault | undefined {
  const table = routesOf(the, client).filter(({ source }) => source === "windows");
  const way = table.find(({ prefix, active }) => prefix === "0.0.0.0/0" && active);
  const asker = askers.find((each) => each.client === client);
  const service = the.evidence.statements.find(
    (said) => isOf(the, said.origin, client) && isAgent(said) && isOff(said),
  );
  const base = { client, agent: service?.name ?? "" };
  if (
    way !== undefined &&
    kmsRoutes(the, client).length === 0 &&
    asker !== undefined &&
    asker.vain.length > 0
  )
    return {
      ...base,
      kind: "no-route",
      isShown: true,
      places: [way.at, ...asker.vain.slice(0, 3), service?.at],
    };
  const stopped = stoppedAt(client, NAME_NOT_FOUND);
  if (stopped !== undefined && isUntold(the, client)) {
    const at = cloudOf(the, client)?.at;
    return { ...base, kind: "untold", isShown: service !== undefined, places: [stopped.at, at, service?.at] };
  }
  const isSilent = asker !== undefined && asker.vain.length > 0;
  if (service === undefined || !isSilent || kmsRoutes(the, client).length > 0) return undefined;
  return { ...base, kind: "agent", isShown: false, places: [service.at, client.failure?.at] };
}

function isAgent({ what, name }: Statement): boolean {
  return what.startsWith("service-") && /ec2\s?(?:launch|config)/i.test(name);
}

/** EC2Launch stops by itself when its work is done, so that `stopped` says nothing. */
function isOff({ value }: Statement): boolean {
  return value === "disabled" || value === "not-installed";
}
