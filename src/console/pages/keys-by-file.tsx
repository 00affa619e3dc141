import { useEffect, useMemo, useState } from "preact/hooks";
import { call } from "../api.ts";
import type { Keys, LicenseRequest } from "../api-types.ts";
import { useWords } from "../language.tsx";
import { Copy } from "../parts/copy.tsx";
import { Notice } from "../parts/notice.tsx";
import { en } from "../words/en/keys.ts";
import { ja } from "../words/ja/keys.ts";
import { HostKey } from "./keys-host-key.tsx";
import type { WayProps } from "./keys-renewal.tsx";
import { TakeAnswer } from "./keys-take.tsx";

/** A licence by what can be carried: a file, or a QR code. */
export function ByFile({ kept, onTaken }: WayProps) {
  const words = useWords({ en, ja });
  const [request, setRequest] = useState<LicenseRequest>();
  const take = async (license: string) =>
    onTaken(await call<Keys>("/v1/license", { method: "POST", body: { license } }));
  return (
    <div class="keys-steps">
      <section>
        <h3>{words.ask}</h3>
        <HostKey
          kept={kept}
          action={words.makeRequest}
          onKey={async (key) =>
            setRequest(await call("/v1/license/request", { method: "POST", body: { key } }))
          }
        />
        {request !== undefined && <Request {...request} />}
      </section>
      <section>
        <h3>{words.take}</h3>
        <TakeAnswer action={words.takeIn} label={words.answerFile} onText={take} />
      </section>
    </div>
  );
}

function Request({ request, file }: LicenseRequest) {
  const words = useWords({ en, ja });
  const address = useMemo(() => URL.createObjectURL(new Blob([`${request}\n`])), [request]);
  useEffect(() => () => URL.revokeObjectURL(address), [address]);
  return (
    <div class="keys-result">
      <Notice kind="good">{words.requestReady}</Notice>
      <p>
        <a class="button" href={address} download={file}>
          {words.download(file)}
        </a>
      </p>
      <QrCode text={request} />
      <p class="hint">
        {words.vendorDoes} <Copy text={`muster vendor approve ${file} -o host-licence.jws`} />
      </p>
    </div>
  );
}

/** Drawn by code that is loaded when there is something to draw. */
function QrCode({ text }: { text: string }) {
  const words = useWords({ en, ja });
  const [image, setImage] = useState<string>();
  const [isTooLong, setIsTooLong] = useState(false);
  useEffect(() => {
    let isOver = false;
    import("./qr-draw.ts").then(({ drawQr }) => {
      const drawn = drawQr(text);
      if (isOver) return;
      setImage(drawn);
      setIsTooLong(drawn === undefined);
    });
    return () => {
      isOver = true;
    };
  }, [text]);
  if (isTooLong) return <p class="hint">{words.tooLongForQr}</p>;
  if (image === undefined) return null;
  return (
    <figure class="keys-qr">
      <img src={image} alt={words.qrAlt} />
      <figcaption class="hint">{words.qr}</figcaption>
    </figure>
  );
}
