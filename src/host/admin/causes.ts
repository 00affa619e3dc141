import * as z from "zod";
import { type Cause, LINKS } from "../../doctor/cause.ts";
import { CAUSES } from "../../doctor/causes/index.ts";
import { problem } from "../../protocol/problems.ts";
import { language } from "./language.ts";
import { route } from "./route.ts";

const causeSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    title: z.string(),
    systems: z.array(z.enum(["kms", "muster"])).describe("Which deployments can have it."),
    link: z.enum(LINKS).describe("The link of a request's way that it breaks."),
    owner: z.string().describe("Who can cure it."),
  })
  .meta({ id: "Cause" });

const listCauses = route({
  method: "GET",
  path: "/v1/causes",
  summary: "Every cause that the doctor knows.",
  takes: { query: z.strictObject({ lang: language }) },
  gives: z.object({ causes: z.array(causeSchema) }).meta({ id: "Causes" }),
  handle: async ({ query: { lang } }) => ({
    causes: CAUSES.map(({ id, name, systems, link, owner, words }) => {
      return { id, name, title: words[lang].title, systems: [...systems], link, owner };
    }),
  }),
});

const showCause = route({
  method: "GET",
  path: "/v1/causes/:id",
  summary: "What a cause is, what it is taken for, who can cure it.",
  takes: { path: z.strictObject({ id: z.string().max(100) }), query: z.strictObject({ lang: language }) },
  gives: causeSchema
    .extend({
      about: z.string().describe("How it comes about, and what people take it for."),
      lookalikes: z.array(z.object({ id: z.string(), title: z.string(), test: z.string() })),
      links: z.array(z.url()),
    })
    .meta({ id: "CauseExplained" }),
  async handle({ path, query: { lang } }) {
    const cause = findCause(path.id);
    const { id, name, systems, link, owner, words, lookalikes, links } = cause;
    const { title, about } = words[lang];
    return {
      id,
      name,
      title,
      systems: [...systems],
      link,
      owner,
      about,
      lookalikes: lookalikes.map((other) => {
        const alike = CAUSES.find((each) => each.id === other.id);
        return { id: other.id, title: alike?.words[lang].title ?? "", test: other.test[lang] };
      }),
      links: [...links],
    };
  },
});

/** The calls about causes. */
export const causeRoutes = [listCauses, showCause];

function findCause(text: string): Cause {
  const cause = CAUSES.find(({ id, name }) => id === text.toUpperCase() || name === text.toLowerCase());
  if (cause !== undefined) return cause;
  throw problem("NOT_FOUND", `There is no cause ${text}; /v1/causes lists all of them.`);
}
