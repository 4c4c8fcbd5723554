// A call in a frame: the page of Jitsi Meet, which opens with the ticket of a guest.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { host, inspect, press, says, signIn, user, visitor } from "../support.mjs";

const { MEDIA_URL: media, MEDIA_KEY: key, MEDIA_SECRET: secret } = process.env;

test("a guest is in the frame of the call until they leave", async (t) => {
  const ada = await host("Ada");
  await ada.start();
  const page = await visitor(t, { origins: [media] });
  await page.goto(ada.link);
  await page.getByLabel("Your name").fill("Charles");
  await press(page, "Join");
  await says(page, "You are in");
  const frame = page.locator("iframe");
  const { origin, searchParams } = new URL(await frame.getAttribute("src"));
  assert.equal(origin, media);
  const [head, body, signature] = searchParams.get("jwt").split(".");
  assert.equal(createHmac("sha256", secret).update(head + "." + body).digest("base64url"), signature);
  const claims = JSON.parse(Buffer.from(body, "base64url"));
  assert.deepEqual([claims.iss, claims.context.user.name], [key, "Charles"]);
  await page.frameLocator("iframe").getByRole("heading", { name: "Jitsi Meet" }).waitFor(); // the policy allows it
  const policy = (await (await page.request.get("/j/" + ada.number)).headers())["content-security-policy"];
  assert.match(policy, new RegExp(`frame-src ${media};`));
  await inspect(page, "call-frame");
  await press(page, "Leave");
  await says(page, "You left");
  assert.equal(await frame.count(), 0);
});

test("a host who was moved to the waiting room and is let in again has the call again", async (t) => {
  const ada = await host("Ada"), grace = await user("Grace");
  await ada.start();
  const join = { display_name: grace.name, passcode: ada.room.passcode };
  const { seat } = await grace.call("POST", `/v2/live_meetings/${ada.number}/participants`, join);
  await ada.decide("make_host", [seat.id]);
  const page = await visitor(t, { origins: [media] });
  await page.goto("/host/" + ada.number);
  await signIn(page, grace);
  await press(page, "Join");
  await page.locator("iframe").waitFor();
  const seats = (await ada.roster()).filter((p) => p.display_name === grace.name).map((p) => p.id); // of the page, too
  await ada.decide("wait", seats);
  await says(page, "The host knows you are here");
  assert.equal(await page.locator("iframe").count(), 0);
  await ada.decide("admit", seats);
  await page.locator("iframe").waitFor();
});
