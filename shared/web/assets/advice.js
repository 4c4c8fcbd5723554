// advice.js says in the reader's language what the server advises about a plan or a room. Advice never blocks.

import { el, t } from "./page.js";

/** Returns an element for each advisory: those that say the same become one. */
export const adviceOn = (advisories, tag, properties) =>
  [...new Map(advisories.map(spoken)).entries()].map(([text, lang]) => el(tag, { ...properties, ...lang }, text));

/**
 * Returns our text of the advisory. An unknown one is the server's sentence, which is English; its action is for clients
 * of the API. Only that sentence has the addresses of people.
 */
function spoken({ code, message }) {
  const key = "advice." + code;
  const own = t("advice." + code, { people: (message.match(/[^\s,]+@[^\s,]+/g) ?? []).join(", ") });
  return own === key ? [message, { lang: "en", dir: "auto" }] : [own, {}];
}
