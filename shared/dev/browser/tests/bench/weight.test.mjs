// Prints what the page of a guest loads, and whether it moves. The limits are asserted in join.test.mjs.

import { eachSize, visitor } from "../support.mjs";
import { openMeasured } from "../weight.mjs";

eachSize(`the page of a guest, media: ${process.env.MEDIA || "none"}`, async (t, size) => {
  const page = await visitor(t, { size });
  const form = await openMeasured(page);
  t.diagnostic(line("to see the form", form));
  await page.getByLabel("Your name").fill("Charles");
  t.diagnostic(line("with the client library", await form.now()));
});

const line = (when, { requests, bytes, shift }) =>
  `${when}: ${requests} requests, ${bytes} bytes as sent, layout shift ${shift}`;
