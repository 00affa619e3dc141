import { useWords } from "../language.tsx";
import { en } from "../words/en/shell.ts";
import { ja } from "../words/ja/shell.ts";

/** The words of the frame and of the shared parts. */
export function useShellWords(): typeof en {
  return useWords({ en, ja });
}
