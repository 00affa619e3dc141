import { render } from "preact";
import { App } from "./app.tsx";
import { takeCode } from "./session.tsx";

const place = document.getElementById("console");
// Taken out of the address bar before anything else: nobody is to read it there or find it in the history.
if (place) render(<App code={takeCode()} />, place);
