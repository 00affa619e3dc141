import type { Case } from "../case/case.ts";
import { serviceOf } from "../case/discovery.ts";
import type { Host } from "../case/host.ts";
import { NO_CONTACT } from "../case/unreachable.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

/**
 * Whether a record names this port at one of the host's addresses: of this host, or of another that shares its machine.
 * What listens there is then what the record means, and not this host on a wrong port.
 */
function isMeantFor(the: Case, { names, addresses }: Host, port: number): boolean {
  return the.targets.some(
    (target) =>
      target.port === port &&
      (the.names.same(target.host, names) ||
        the.names.addresses([target.host]).some((address) => addresses.includes(address))),
  );
}

/** The signs: three numbers that have to be one: the port of the SRV record, the one the host listens on, the one clients try. */
export const srvPort = defineCause({
  id: "D07",
  name: "srv-port-mismatch",
  link: "dns",
  owner: "dns",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/activation-troubleshoot-kms-general",
    "https://learn.microsoft.com/windows-server/get-started/kms-create-host",
  ],
  explains: ["N04", "N01", "N05", "D02", "C28", "C22"],
  lookalikes: [
    {
      id: "N04",
      test: {
        en: "Ask who names the port: the SRV record here, a client's own setting there.",
        ja: "ポートの指定元を確認します。ここでは SRV レコード、N04 ではクライアント側の設定です。",
      },
    },
    {
      id: "N01",
      test: {
        en: "Test the port that the host's `/dlv` prints: if it answers, only the number in DNS is wrong.",
        ja: "ホストの `/dlv` に表示されたポートを試します。応答すれば、DNS の番号だけが誤っています。",
      },
    },
  ],

  judge(the) {
    const compared = the.hosts.flatMap((host) => {
      const listening = host.report?.host?.port;
      const open = host.probes.find(
        ({ protocol, result, port }) =>
          protocol !== "icmp" && result === "open" && !isMeantFor(the, host, port),
      );
      return host.targets.map((target) => ({ host, target, listening, open }));
    });
    const wrong = compared.filter(
      ({ target, listening, open, host }) =>
        (listening !== undefined && listening.value !== target.port) ||
        (listening === undefined &&
          open !== undefined &&
          open.port !== target.port &&
          host.probes.some(({ port, result }) => port === target.port && result !== "open")),
    );
    const [first] = wrong;
    if (first === undefined) {
      const known = compared.find(({ listening }) => listening !== undefined);
      return known?.listening === undefined
        ? notEvaluated("srv", "host-dlv")
        : ruledOut(
            `DNS and ${known.host.label} agree on port ${known.listening.value}.`,
            `DNS と ${known.host.label} のポートはどちらも ${known.listening.value} です。`,
            known.listening.at,
          );
    }
    const { host, target, listening, open } = first;
    const failing = the.clients.flatMap((client) => {
      const last = client.exchanges.findLast((each) => the.names.same(each.host, host.names));
      const isIt =
        last !== undefined &&
        last.answer === undefined &&
        last.port === target.port &&
        NO_CONTACT.has(last.code);
      return isIt ? [{ client, last }] : [];
    });
    const hurt = failing
      .filter(({ client }) => client.state !== "activated")
      .map(({ client }) => client.label);
    const isOnly = wrong.length === compared.length;
    return seen({
      verdict: listening === undefined ? "likely" : "confirmed",
      severity:
        hurt.length > 0 ? (isOnly && the.clients.length === hurt.length ? "critical" : "error") : "warning",
      facts: {
        record: serviceOf(the),
        host: target.host,
        srv: target.port,
        listening: listening?.value ?? open?.port ?? 0,
        clients: failing.map(({ client }) => client.label),
      },
      evidence: [
        target.at,
        ...(listening === undefined ? [] : [listening.at]),
        ...failing.map(({ last }) => last.at),
        ...(open === undefined ? [] : [open.at]),
        ...host.probes
          .filter(({ port, result }) => port === target.port && result !== "open")
          .map(({ at }) => at),
      ].slice(0, 8),
      affects: hurt,
      wants: listening === undefined ? ["host-dlv"] : [],
    });
  },

  words: {
    en: {
      title: "The SRV record names another port than the host listens on",
      why: ({ host, srv, listening, clients }) =>
        `The SRV record sends clients to ${host}:${srv}, and the host listens on ${listening}${clients.length > 0 ? `; ${list(clients)} got no answer at ${srv}` : ""}.`,
      about:
        "Clients take the port from the SRV record. When a host is moved to another port and its record is static, or the host may not update it, the record keeps the old number. Clients that are already activated were told the new port with their last answer and go on working; new ones knock at a closed door.",
      remedy: {
        steps: ({ srv, listening, host }, system) => [
          `Decide which of ${srv} and ${listening} is meant.`,
          system === "muster"
            ? `Let the host publish itself again (\`muster sdns\`), or set it to the port of the record (\`muster sprt ${srv}\`).`
            : `Correct the port in the SRV record of ${host}, or set the host to that of the record (\`slmgr /sprt ${srv}\`) and restart its Software Protection service.`,
          "Make sure that firewalls open that port, and that no second record with the old number is left.",
        ],
        cost: "The service restarts; requests are refused for a few seconds.",
        undo: ({ listening }, system) =>
          system === "muster"
            ? `\`muster sprt ${listening}\``
            : `\`slmgr /sprt ${listening}\`, then restart the service.`,
        verify: ({ host, listening }, system) =>
          system === "muster"
            ? `\`dig SRV\` shows the port that \`muster dlv --role host\` prints, and \`nc -vz ${host} ${listening}\` connects.`
            : `\`nslookup -type=srv\` shows the port that the host's \`/dlv\` prints, and \`Test-NetConnection ${host} -Port ${listening}\` succeeds.`,
      },
    },
    ja: {
      title: "SRV レコードのポートと、ホストのリッスン ポートが異なります",
      why: ({ host, srv, listening, clients }) =>
        `SRV レコードはクライアントを ${host}:${srv} へ導きますが、ホストは ${listening} でリッスンしています${clients.length > 0 ? `。${list(clients)} は ${srv} で応答を得られませんでした` : ""}。`,
      about:
        "クライアントは SRV レコードからポートを得ます。ホストのポートを変更しても、レコードが静的な場合やホストに更新の権限がない場合は、古い番号のまま残ります。認証済みのクライアントは前回の応答で新しいポートを知らされているため動き続け、新しいクライアントだけが接続できません。",
      remedy: {
        steps: ({ srv, listening, host }, system) => [
          `${srv} と ${listening} のどちらが正しいかを決めます。`,
          system === "muster"
            ? `ホストに登録し直させるか (\`muster sdns\`)、ホストをレコードのポートに合わせます (\`muster sprt ${srv}\`)。`
            : `${host} の SRV レコードのポートを修正するか、ホストをレコードのポートに合わせて (\`slmgr /sprt ${srv}\`) Software Protection サービスを再起動します。`,
          "ファイアウォールでそのポートが開いていること、古い番号のレコードが残っていないことを確認します。",
        ],
        cost: "サービスが再起動し、数秒間は要求が拒否されます。",
        undo: ({ listening }, system) =>
          system === "muster"
            ? `\`muster sprt ${listening}\``
            : `\`slmgr /sprt ${listening}\` を実行し、サービスを再起動します。`,
        verify: ({ host, listening }, system) =>
          system === "muster"
            ? `\`dig SRV\` のポートが \`muster dlv --role host\` の表示と一致し、\`nc -vz ${host} ${listening}\` で接続できることを確認します。`
            : `\`nslookup -type=srv\` のポートがホストの \`/dlv\` の表示と一致し、\`Test-NetConnection ${host} -Port ${listening}\` が成功することを確認します。`,
      },
    },
  },

  commands: ({ srv, host, record }, system) =>
    system === "muster"
      ? [`dig SRV ${record}.YOUR.DOMAIN`, "muster dlv --role host", "muster sdns"]
      : [
          `nslookup -type=srv ${record}.YOUR.DOMAIN`,
          `Test-NetConnection ${host} -Port ${srv}`,
          "net stop sppsvc && net start sppsvc",
        ],
});
