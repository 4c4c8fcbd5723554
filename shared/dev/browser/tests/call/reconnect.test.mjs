// What a call does when it loses the media server, or a device.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, host, says, visitor } from "../support.mjs";
import { disconnect, enter, inCalls, join, sees } from "./support.mjs";

const lost = (page) => page.getByRole("alert").getByText("The call was interrupted.");
const me = "Charles (you)";

/** Opens a call of a guest. While page.broken is true, the media server refuses the tickets of the page. */
async function guestInCall(t) {
  const ada = await host("Ada");
  await ada.start();
  const page = await visitor(t, inCalls);
  await page.route("**/guests", async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    if (page.broken && json.media) json.media.token = "broken";
    await route.fulfill({ response, json });
  });
  await page.goto(ada.link);
  await enter(page, "Charles");
  await sees(page, me);
  return { ada, page };
}

test("who lost the call comes back with a newer ticket", async (t) => {
  const { page } = await guestInCall(t);
  const [first] = page.tickets;
  await disconnect(page.tickets.at(-1));
  await page.locator("figure", { hasText: me }).locator("video").waitFor({ state: "hidden" });
  await sees(page, me);
  assert.notEqual(page.tickets.at(-1), first);
  await page.getByRole("button", { name: "Microphone", exact: true, pressed: true }).waitFor();
  assert.equal(await lost(page).count(), 0);
});

test("who lost the call while offline comes back", async (t) => {
  const { page } = await guestInCall(t);
  await page.route("**/guests", (route) => route.abort());
  await disconnect(page.tickets.at(-1));
  await says(page, "You are offline");
  await page.unroute("**/guests");
  await says(page, "You are in");
  await sees(page, me);
});

test("while the media server cannot be reached, one loop tries to come back, ever more rarely", async (t) => {
  const { page } = await guestInCall(t);
  page.broken = true;
  let asked = 0;
  page.on("request", (request) => { asked += request.url().endsWith("/guests"); });
  await disconnect(page.tickets.at(-1));
  await lost(page).waitFor();
  await page.waitForTimeout(12_000);
  assert.ok(asked >= 2 && asked <= 6, `it asked the door ${asked} times`); // two loops: a dozen; one renewal is among them
  page.broken = false;
  await sees(page, me);
  assert.equal(await lost(page).count(), 0);
});

test("a problem with the camera does not hide one with the microphone", async (t) => {
  const ada = await host("Ada");
  await ada.start();
  const page = await visitor(t, inCalls);
  await page.addInitScript(() => {
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    globalThis.refused = ["audio", "video"];
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      if (globalThis.refused.some((kind) => wanted[kind])) throw new DOMException("no", "NotAllowedError");
      return real(wanted);
    };
  });
  await page.goto(ada.link);
  await enter(page, "Charles");
  const alert = page.getByRole("alert").filter({ hasText: "camera" });
  await alert.filter({ hasText: "microphone" }).waitFor();
  await page.evaluate(() => { globalThis.refused = ["audio"]; });
  await page.getByRole("button", { name: "Camera", exact: true }).click();
  await sees(page, me);
  await page.getByRole("alert").getByText("The microphone cannot be used.").waitFor();
  assert.equal(await alert.count(), 0);
});

test("a screen that cannot be shared says so, and a person who does not want to share it reads nothing", async (t) => {
  const ada = await host("Ada");
  await ada.start();
  const page = await join(t, ada.link, "Charles");
  await sees(page, me);
  const problem = page.getByRole("alert").getByText("The screen cannot be shared.");
  const share = async (error) => {
    await page.evaluate((name) => {
      navigator.mediaDevices.getDisplayMedia = async () => { globalThis.asked = name; throw new DOMException("no", name); };
    }, error);
    await page.getByRole("button", { name: "Share screen", exact: true }).click();
    await eventually(() => page.evaluate((name) => globalThis.asked === name, error), "it asks for the screen");
  };
  await share("NotReadableError");
  await problem.waitFor();
  await share("NotAllowedError");
  await problem.waitFor({ state: "detached" });
});

test("a device that cannot be used says so, and the one before stays chosen", async (t) => {
  const ada = await host("Ada");
  await ada.start();
  const page = await join(t, ada.link, "Charles");
  await sees(page, me);
  const list = page.getByRole("combobox", { name: "Which microphone" });
  const before = await list.inputValue();
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("busy", "NotReadableError"); };
  });
  await list.selectOption({ index: 1 });
  await page.getByRole("alert").getByText("The microphone cannot be used.").waitFor();
  await eventually(async () => await list.inputValue() === before, "the one before is chosen");
});
