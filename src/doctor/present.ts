import type { Case } from "./case/case.ts";
import type { WantedId } from "./wanted.ts";

/** Whether a piece of evidence is there already, and whole. */
export function isThere({ evidence, clients, hosts, srv }: Case, id: WantedId): boolean {
  switch (id) {
    case "client-dlv":
      return clients.some(({ report }) => report !== undefined && !report.cutOff);
    case "client-events":
      return evidence.sent.length > 0 || clients.some(({ events }) => events.length > 0);
    case "srv":
      return srv.length > 0;
    case "port-test":
      return evidence.probes.some(({ protocol }) => protocol !== "icmp");
    case "host-dlv":
      return hosts.some(({ reports }) => reports.length > 0);
    case "host-log":
      return evidence.handled.length > 0;
    case "host-application-log":
      return hosts.some(({ publications }) => publications.length > 0);
    case "address":
      return evidence.dns.some(({ type }) => type === "A" || type === "AAAA");
    case "clock":
      return evidence.clocks.length > 0;
    case "ipconfig":
      return evidence.networks.length > 0;
    case "resolve":
      return srv.some(({ tool }) => tool === "Resolve-DnsName");
    case "registry":
      return evidence.registry.length > 0;
    case "panther":
      return evidence.sysprep.length > 0;
    case "routes":
      return evidence.routes.length > 0;
    case "edition":
      return evidence.statements.some(({ what }) => what === "edition");
    case "service":
      return evidence.statements.some(({ what }) => what === "service-state");
    case "other-hosts":
      return hosts.filter(({ population }) => population !== undefined).length > 1;
    case "effective-routes":
      return evidence.routes.some(({ source }) => source === "azure" || source === "next-hop");
    case "firewall-rules":
      return evidence.statements.some(({ what }) => what.startsWith("azure-firewall-"));
    case "cloud-agent":
      return evidence.statements.some(({ what }) => what === "aws-agent" || what === "gcp-agent");
    case "gcp-network":
      return evidence.statements.some(({ what }) => what === "gcp-subnet");
    case "host-firewall":
    case "client-firewall":
      return evidence.statements.some(({ what }) => what === "firewall-rule");
    case "metadata":
      return evidence.probes.some(({ host }) => host === "169.254.169.254");
    case "outbound":
    case "later-dlv":
      return false;
  }
}

/** Of what a cause could be told by, that which is not there yet. */
export function stillWanted(the: Case, ...ids: readonly WantedId[]): WantedId[] {
  return ids.filter((id) => !isThere(the, id));
}
