import type { TextFormat } from "../format.ts";
import { azureRoutes } from "./azure-routes.ts";
import { clock } from "./clock.ts";
import { cloud } from "./cloud.ts";
import { cloudAgent } from "./cloud-agent.ts";
import { dig } from "./dig.ts";
import { firewall } from "./firewall.ts";
import { ipconfig } from "./ipconfig.ts";
import { linuxNetwork } from "./linux-network.ts";
import { netstat } from "./netstat.ts";
import { nslookup } from "./nslookup.ts";
import { portTools } from "./port-tools.ts";
import { registry } from "./registry.ts";
import { resolveDnsName } from "./resolve-dnsname.ts";
import { routes } from "./routes.ts";
import { services } from "./services.ts";
import { setupact } from "./setupact.ts";
import { systemInformation } from "./system-information.ts";
import { testConnection } from "./test-connection.ts";
import { unattend } from "./unattend.ts";
import { zone } from "./zone.ts";

/** Every reader of what network and system tools print, in the order in which they look at a text. */
export const networkFormats: readonly TextFormat[] = [
  nslookup,
  dig,
  resolveDnsName,
  zone,
  testConnection,
  portTools,
  netstat,
  ipconfig,
  linuxNetwork,
  routes,
  azureRoutes,
  registry,
  unattend,
  clock,
  setupact,
  services,
  firewall,
  systemInformation,
  cloud,
  cloudAgent,
];
