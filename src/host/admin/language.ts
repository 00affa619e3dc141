import * as z from "zod";
import { LANGUAGES } from "../../doctor/cause.ts";

/** The language of the texts of an answer. */
export const language = z.enum(LANGUAGES).default("en").describe("The language of the texts.");
