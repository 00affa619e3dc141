import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import { cloudAskersOf, cloudOf, contains, routesOf } from "../case/cloud.ts";
import { isHurt, mayAsk, networkOf } from "../case/discovery.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { Route } from "../evidence/model.ts";
import { maskLength } from "../evidence/network/address.ts";
import { list } from "../words.ts";

/** AWS's KMS, and the metadata service that fails with it. */
const KMS_ROUTE = /^169\.254\.169\.25[01]\/32$/;
const LINK_LOCAL = /^169\.254\.169\.25[014]\/32$/;

/**
 * The signs: the routes to 169.254.169.250 and .251 go to a gateway that is in none of the instance's subnets. The launch
 * agent writes them as persistent ones, an image keeps them, and in another subnet they lead nowhere.
 */
export const awsRoutes = defineCause({
  id: "W01",
  name: "aws-routes-baked-into-image",
  link: "network",
  owner: "imaging",
  systems: ["kms"],
  links: [
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2launch.html",
    "https://github.com/aws/amazon-ssm-agent/issues/48",
  ],
  explains: ["W02", "N02", "N07", "N10", "N11", "C28", "C22"],
  lookalikes: [
    {
      id: "W02",
      test: {
        en: "Look for the routes in `route print`: without any, the agent never wrote them.",
        ja: "`route print` でルートを確認します。まったくなければ、エージェントが書き込んでいません。",
      },
    },
    {
      id: "N07",
      test: {
        en: "Ask 169.254.169.254 as well: a wrong route breaks the metadata service and SSM too, a filter for 1688 does not.",
        ja: "169.254.169.254 も試します。ルートの誤りではメタデータ サービスと SSM も失敗しますが、1688 の遮断では失敗しません。",
      },
    },
  ],

  judge(the) {
    const found = the.clients
      .filter((client) => mayAsk(client) && isInAws(the, client))
      .map((client) => ({ client, ...routesIn(the, client) }));
    const wrong = found.filter(({ astray }) => astray.length > 0);
    const [first] = wrong;
    if (first === undefined) {
      const right = found.flatMap(({ good }) => good)[0];
      return right === undefined
        ? notEvaluated("routes")
        : ruledOut(
            `The gateway of ${right.prefix} is in the instance's own subnet.`,
            `${right.prefix} のゲートウェイは、インスタンスと同じサブネットにあります。`,
            right.at,
          );
    }
    const vain = cloudAskersOf(the, "aws").filter((asker) => asker.vain.length > 0);
    const hurt = wrong.filter(({ client }) => isHurt(client)).map(({ client }) => client.label);
    const isMet = hurt.length > 0 || wrong.some(({ client }) => vain.some((each) => each.client === client));
    return seen({
      verdict: isMet && first.isKnown ? "confirmed" : "likely",
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        clients: wrong.map(({ client }) => client.label),
        prefixes: [...new Set(first.astray.map(({ prefix }) => prefix))],
        gateway: first.astray[0]?.nextHop ?? "",
        subnets: first.subnets,
        isPersistent: first.astray.some(({ persistent }) => persistent),
      },
      evidence: [
        ...new Set([
          ...wrong.flatMap(({ astray }) => astray.map(({ at }) => at)),
          ...vain.flatMap((asker) => asker.vain.slice(0, 2)),
        ]),
      ].slice(0, 8),
      affects: hurt,
      wants: first.isKnown ? [] : ["ipconfig"],
    });
  },

  words: {
    en: {
      title: "Routes to AWS's KMS come from the image and lead to another subnet's gateway",
      why: ({ clients, prefixes, gateway, subnets, isPersistent }) =>
        `${list(clients)} ${clients.length > 1 ? "send" : "sends"} packets to ${list(prefixes)} to ${gateway}${isPersistent ? ", by a persistent route," : ""} which is not in ${subnets.length > 0 ? `its subnet (${list(subnets)})` : "its subnet"}.`,
      about:
        "EC2Launch writes persistent routes to AWS's KMS and metadata service by way of the subnet's gateway, at first boot only. They become part of any image made of the instance. In another subnet that gateway is not there; activation fails, and so do the metadata service and SSM, which stand on the same kind of route.",
      remedy: {
        steps: () => [
          "Delete the persistent routes and let the agent write them anew: `Add-Routes` of EC2Launch v1; EC2Launch v2 does it at its next start.",
          "Make the image anew with Sysprep by the agent (`InitializeInstance.ps1 -Schedule` for v1), so that new instances write their own.",
          "Activate again.",
        ],
        cost: "",
        undo: ({ gateway, prefixes }) =>
          `\`route -p add ${(prefixes[0] ?? "").replace("/32", "")} mask 255.255.255.255 ${gateway}\``,
        verify: () =>
          "`route print` shows the routes by the gateway of the own subnet, `Test-NetConnection 169.254.169.250 -Port 1688` and `slmgr /ato` succeed.",
      },
    },
    ja: {
      title: "AWS の KMS へのルートがイメージに残り、別のサブネットのゲートウェイを指しています",
      why: ({ clients, prefixes, gateway, subnets, isPersistent }) =>
        `${list(clients)} は ${list(prefixes)} へのパケットを${isPersistent ? "固定ルートで" : ""} ${gateway} に送っていますが、これは自分のサブネット${subnets.length > 0 ? ` (${list(subnets)})` : ""} にありません。`,
      about:
        "EC2Launch は、最初の起動時にだけ、サブネットのゲートウェイを経由する AWS の KMS とメタデータ サービスへの固定ルートを書き込みます。このルートは、そのインスタンスから作成したイメージにも残ります。別のサブネットにはそのゲートウェイがないため、ライセンス認証だけでなく、同様のルートを使うメタデータ サービスと SSM も失敗します。",
      remedy: {
        steps: () => [
          "固定ルートを削除し、エージェントに書き直させます。EC2Launch v1 では `Add-Routes`、v2 では次回の起動時に書き直されます。",
          "エージェントによる Sysprep (v1 では `InitializeInstance.ps1 -Schedule`) でイメージを作り直し、新しいインスタンスが自分のルートを書き込むようにします。",
          "もう一度ライセンス認証を行います。",
        ],
        cost: "",
        undo: ({ gateway, prefixes }) =>
          `\`route -p add ${(prefixes[0] ?? "").replace("/32", "")} mask 255.255.255.255 ${gateway}\``,
        verify: () =>
          "`route print` のルートが自分のサブネットのゲートウェイを指し、`Test-NetConnection 169.254.169.250 -Port 1688` と `slmgr /ato` が成功することを確認します。",
      },
    },
  },

  commands: ({ prefixes }) => [
    ...prefixes.map((prefix) => `route delete ${prefix.replace("/32", "")}`),
    'powershell -Command "Import-Module C:\\ProgramData\\Amazon\\EC2-Windows\\Launch\\Module\\Ec2Launch.psm1; Add-Routes"',
    "Test-NetConnection 169.254.169.250 -Port 1688",
    "cscript //nologo slmgr.vbs /ato",
  ],
});

function isInAws(the: Case, client: Client): boolean {
  if (cloudAskersOf(the, "aws").some((asker) => asker.client === client)) return true;
  return cloudOf(the, client)?.cloud === "aws";
}

interface Routes {
  readonly astray: readonly Route[];
  readonly good: readonly Route[];
  readonly subnets: readonly string[];
  /** Whether the instance's subnets are in evidence. */
  readonly isKnown: boolean;
}

/** Routes to AWS's own addresses: by a gateway of the instance's own subnets, or by one that is not there. */
function routesIn(the: Case, client: Client): Routes {
  const own = routesOf(the, client).filter(({ source }) => source === "windows");
  const network = networkOf(the, client);
  const linked = own
    .filter(({ nextHop, prefix }) => nextHop === "On-link" && isSubnet(prefix))
    .map(({ prefix }) => prefix);
  const assigned = (network?.addresses ?? []).flatMap(({ value }, at) => {
    const length = maskLength(network?.masks[at]?.value ?? "");
    return length === undefined || !isSubnet(`${value}/${length}`) ? [] : [`${value}/${length}`];
  });
  const subnets = linked.length > 0 ? linked : assigned;
  const defaults = new Set(
    own.filter(({ prefix, active }) => prefix === "0.0.0.0/0" && active).map(({ nextHop }) => nextHop),
  );
  const isGood = ({ nextHop }: Route) =>
    nextHop === "On-link" ||
    (subnets.length > 0 ? subnets.some((subnet) => contains(subnet, nextHop)) : defaults.has(nextHop));
  const special = own.filter(({ prefix }) => LINK_LOCAL.test(prefix));
  const good = special.filter((route) => isGood(route) && KMS_ROUTE.test(route.prefix));
  // A right route beside the stale one serves.
  const astray = special.filter(
    (route) => !isGood(route) && !special.some((other) => other.prefix === route.prefix && isGood(other)),
  );
  const isTellable = subnets.length > 0 || defaults.size > 0;
  return {
    astray: isTellable && astray.some(({ prefix }) => KMS_ROUTE.test(prefix)) ? astray : [],
    good: isTellable ? good : [],
    subnets: [...new Set(subnets)],
    isKnown: subnets.length > 0,
  };
}

/** A network of machines: neither one address, nor this machine itself, nor everything. */
function isSubnet(prefix: string): boolean {
  const length = Number(prefix.split("/")[1]);
  return length >= 8 && length <= 30 && !/^(?:127|169\.254|22[4-9]|23\d)\./.test(prefix);
}
