import { useState } from "preact/hooks";
import { ApiError } from "../api.ts";
import { Button } from "../parts/button.tsx";
import { Copy } from "../parts/copy.tsx";
import { Failure } from "../parts/failure.tsx";
import { Field } from "../parts/field.tsx";
import { Loading } from "../parts/loading.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { useShellWords } from "../parts/words.ts";
import { useSession } from "../session.tsx";

const COMMAND = "muster host console";

/** Where one signs in, at any address, until one is. */
export function SignIn() {
  const words = useShellWords();
  const { status, error, hasEnded, check } = useSession();
  if (status === "checking") return <Loading />;
  const isRefused = error instanceof ApiError && error.status === 401;
  return (
    <Page title={words.signInTitle}>
      <div class="sign-in">
        {hasEnded && <Notice kind="info">{words.sessionEnded}</Notice>}
        {isRefused ? (
          <Notice kind="warn">
            {words.linkRefused} <Copy text={COMMAND} />
          </Notice>
        ) : (
          <p>
            {words.signInLead} <Copy text={COMMAND} />
          </p>
        )}
        {error !== undefined && !isRefused && <Failure error={error} onRetry={check} />}
        <TokenForm />
      </div>
    </Page>
  );
}

function TokenForm() {
  const words = useShellWords();
  const { signIn } = useSession();
  const [token, setToken] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [isMissing, setIsMissing] = useState(false);
  const send = async () => {
    const given = token.trim();
    setIsMissing(given === "");
    setError(undefined);
    if (given === "") return;
    setIsBusy(true);
    try {
      await signIn(given);
    } catch (thrown) {
      setError(thrown);
      setIsBusy(false);
    }
  };
  const known = error instanceof ApiError ? error : undefined;
  const wrong =
    known?.status === 401 || known?.status === 400
      ? words.wrongToken
      : known?.status === 429
        ? words.tooMany(known.retryAfter ?? 60)
        : undefined;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy) void send();
      }}
    >
      <Field label={words.token} hint={words.tokenHint} error={isMissing ? words.tokenMissing : wrong}>
        {(control) => (
          <input
            {...control}
            type="password"
            autoComplete="off"
            spellcheck={false}
            value={token}
            onInput={({ currentTarget }) => setToken(currentTarget.value)}
          />
        )}
      </Field>
      {error !== undefined && wrong === undefined && <Failure error={error} />}
      <Button type="submit" kind="primary" isBusy={isBusy}>
        {words.signIn}
      </Button>
    </form>
  );
}
