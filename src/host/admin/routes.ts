import * as z from "zod";
import { backupRoutes } from "./backups.ts";
import { causeRoutes } from "./causes.ts";
import { diagnosisRoutes } from "./diagnosis.ts";
import { eventRoutes } from "./events.ts";
import { healthRoutes } from "./health.ts";
import { keyRoutes } from "./keys.ts";
import { machineFindingRoutes } from "./machine-finding.ts";
import { machineRoutes } from "./machines.ts";
import { metricRoutes } from "./metrics.ts";
import { openApi } from "./openapi.ts";
import { overviewRoutes } from "./overview.ts";
import { pageRoutes } from "./pages.ts";
import { type Route, route } from "./route.ts";
import { sessionRoutes } from "./session.ts";
import { settingRoutes } from "./settings.ts";
import { statusRoutes } from "./status.ts";

const API: readonly Route[] = [
  ...statusRoutes,
  ...overviewRoutes,
  ...machineRoutes,
  ...machineFindingRoutes,
  ...diagnosisRoutes,
  ...causeRoutes,
  ...keyRoutes,
  ...eventRoutes,
  ...settingRoutes,
  ...backupRoutes,
  ...healthRoutes,
  ...metricRoutes,
  ...sessionRoutes,
];

/** The OpenAPI document of the admin API. */
export const apiDocument = (): object => openApi(API);

const showApi = route({
  method: "GET",
  path: "/v1/openapi.json",
  summary: "This API as an OpenAPI 3.1 document.",
  gives: z.record(z.string(), z.unknown()),
  handle: async () => apiDocument() as Record<string, unknown>,
});

/** Everything that the admin listener answers. */
export const ROUTES: readonly Route[] = [...API, showApi, ...pageRoutes];
