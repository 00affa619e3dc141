import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import { useSession } from "../session.tsx";

interface PageProps {
  /** The heading, and the title of the window. */
  readonly title: string;
  /** What stands beside the heading: buttons, a badge. */
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** Whether a page has been shown: on the first one, the browser puts the focus itself. */
let hasShown = false;

/** The frame of every page: its heading, which gets the focus when one comes to it, and the title of the window. */
export function Page({ title, aside, children }: PageProps) {
  const { path } = useLocation();
  const { session } = useSession();
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    document.title = [title, session?.name, "Muster"].filter(Boolean).join(" · ");
  }, [title, session?.name]);
  // Another path is another page, also of the same kind.
  useLayoutEffect(() => {
    if (hasShown) heading.current?.focus({ preventScroll: true });
    hasShown = true;
  }, [path]);
  return (
    <>
      <div class="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {aside}
      </div>
      {children}
    </>
  );
}
