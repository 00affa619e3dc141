import { useEffect } from "preact/hooks";
import { LocationProvider, Route, Router, useLocation } from "preact-iso";
import { LanguageProvider } from "./language.tsx";
import { lazyPage } from "./lazy-page.tsx";
import { NotFound } from "./pages/not-found.tsx";
import { SignIn } from "./pages/sign-in.tsx";
import { Boundary } from "./parts/boundary.tsx";
import { Shell } from "./parts/shell.tsx";
import { SessionProvider, useSession } from "./session.tsx";

const Overview = lazyPage(() => import("./pages/overview.tsx"));
const Machines = lazyPage(() => import("./pages/machines.tsx"));
const Machine = lazyPage(() => import("./pages/machine.tsx"));
const Findings = lazyPage(() => import("./pages/findings.tsx"));
const Events = lazyPage(() => import("./pages/events.tsx"));
const Settings = lazyPage(() => import("./pages/settings.tsx"));
const Keys = lazyPage(() => import("./pages/keys.tsx"));

/** The console. `code` is the one of a link that signs in, if it was opened by one. */
export function App({ code }: { code: string | undefined }) {
  return (
    <LanguageProvider>
      <LocationProvider>
        <SessionProvider code={code}>
          <Shell>
            <Pages />
          </Shell>
        </SessionProvider>
      </LocationProvider>
    </LanguageProvider>
  );
}

/** The page of the address; who is not signed in signs in where they are, and then sees it. */
function Pages() {
  const { status } = useSession();
  const { path } = useLocation();
  if (status !== "in") return <SignIn />;
  return (
    <Boundary path={path}>
      <Router>
        <Route path="/" component={Overview} />
        <Route path="/machines" component={Machines} />
        <Route path="/machines/:application/:cmid" component={Machine} />
        <Route path="/findings" component={Findings} />
        <Route path="/events" component={Events} />
        <Route path="/settings" component={Settings} />
        <Route path="/keys" component={Keys} />
        <Route path="/sign-in" component={GoHome} />
        <Route default component={NotFound} />
      </Router>
    </Boundary>
  );
}

function GoHome() {
  const { route } = useLocation();
  useEffect(() => route("/", true), [route]);
  return null;
}
