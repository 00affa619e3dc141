import { frameLoop, QRCanvas, rearCamera } from "qr/dom.js";

/** Looks through a camera until it sees a QR code. Gives what stops it; throws when the browser gives no camera. */
export async function watchQr(video: HTMLVideoElement, onText: (text: string) => void): Promise<() => void> {
  const camera = await rearCamera(video);
  const canvas = new QRCanvas();
  let isOver = false;
  const cancel = frameLoop(async () => {
    if (isOver) return;
    const text = await camera.readFrame(canvas);
    if (isOver || typeof text !== "string") return;
    stop();
    onText(text);
  });
  const stop = () => {
    isOver = true;
    cancel();
    camera.stop();
  };
  return stop;
}
