// A host in the call, with the console beside it.

import assert from "node:assert/strict";
import { eachSize, eventually, host, inspect, says, signIn, visitor } from "../support.mjs";

const origins = [process.env.MEDIA_URL, process.env.MEDIA_URL?.replace("ws", "http")];
const permissions = ["camera", "microphone"];

const button = (page, name) => page.getByRole("button", { name, exact: true });
const tile = (page, name) => page.locator("figure", { hasText: name });
const row = (page, name) => page.getByRole("listitem").filter({ hasText: name });

eachSize("a host lets a guest into the call, and removes them", async (t, size) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  const page = await visitor(t, { size, origins, permissions });
  await page.goto("/host/" + ada.number);
  await signIn(page, ada);
  await page.getByText("Camera and microphone").waitFor();
  await button(page, "Start").click();
  await says(page, "You are in");
  await tile(page, "(you)").locator("video").waitFor();
  const guest = await visitor(t, { origins, permissions });
  await guest.goto(ada.link);
  await guest.getByLabel("Your name").fill("Charles");
  await button(guest, "Join").click();
  await button(row(page, "Charles"), "Admit").click();
  await tile(guest, ada.name).locator("video").waitFor();
  const video = tile(page, "Charles").locator("video");
  await eventually(() => video.evaluate((v) => v.videoWidth > 0), "the host sees the guest");
  await inspect(page, "host-call");
  if (size.name === "phone") {
    const top = async (locator) => (await locator.boundingBox()).y;
    const waiting = page.getByRole("heading", { name: /^Waiting/ });
    assert.ok(await top(waiting) < await top(tile(page, "(you)")), "who waits is first");
  }
  await button(row(page, "Charles"), "Remove").click();
  await tile(page, "Charles").waitFor({ state: "detached" });
  await says(guest, "Removed");
  await button(page, "End for all").click();
  await button(page, "End for all").click();
  await says(page, "Meeting ended");
  assert.equal(await page.locator("figure").count(), 0);
});
