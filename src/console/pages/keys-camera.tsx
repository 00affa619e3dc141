import { useEffect, useRef, useState } from "preact/hooks";
import { useWords } from "../language.tsx";
import { Button } from "../parts/button.tsx";
import { Notice } from "../parts/notice.tsx";
import { en } from "../words/en/keys.ts";
import { ja } from "../words/ja/keys.ts";

/** A button that looks for a QR code through the camera; nothing where the browser has none for this page. */
export function Camera({ onText }: { onText: (text: string) => void }) {
  const words = useWords({ en, ja });
  const [state, setState] = useState<"off" | "on" | "refused">("off");
  // Browsers give it only to pages by HTTPS and on this machine.
  if (navigator.mediaDevices === undefined) return null;
  return (
    <>
      <Button onClick={() => setState(state === "on" ? "off" : "on")}>
        {state === "on" ? words.cameraOff : words.camera}
      </Button>
      {state === "refused" && <Notice kind="warn">{words.cameraRefused}</Notice>}
      {state === "on" && (
        <Picture
          onRefused={() => setState("refused")}
          onText={(text) => {
            setState("off");
            onText(text);
          }}
        />
      )}
    </>
  );
}

function Picture({ onText, onRefused }: { onText: (text: string) => void; onRefused: () => void }) {
  const words = useWords({ en, ja });
  const video = useRef<HTMLVideoElement>(null);
  const told = useRef({ onText, onRefused });
  told.current = { onText, onRefused };
  useEffect(() => {
    let isOver = false;
    let stop = () => {};
    const watch = async () => {
      const { watchQr } = await import("./qr-watch.ts");
      if (isOver || video.current === null) return;
      const found = await watchQr(video.current, (text) => told.current.onText(text));
      if (isOver) found();
      else stop = found;
    };
    watch().catch(() => told.current.onRefused());
    return () => {
      isOver = true;
      stop();
    };
  }, []);
  return (
    <div class="keys-camera">
      <p>{words.cameraLooks}</p>
      <video ref={video} muted playsInline aria-label={words.cameraLooks} />
    </div>
  );
}
