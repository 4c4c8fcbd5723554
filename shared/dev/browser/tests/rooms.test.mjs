// What the client library does for pages, also for those of other people.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, host, visitor } from "./support.mjs";

/**
 * Starts a visit of a guest by the library alone, in a browser without WebSockets, and waits until the guest waits: no hint
 * makes the visit ask.
 */
async function waitingGuest(t, prepare = async () => {}) {
  const ada = await host("Ada");
  const page = await visitor(t);
  await page.addInitScript(() => { delete globalThis.WebSocket; });
  await prepare(page);
  await page.goto("/");
  await page.evaluate(async ([room, passcode]) => {
    const { Rooms } = await import("/assets/rooms.js");
    globalThis.visit = new Rooms().visit(room, { displayName: "Charles", passcode, guest: true });
    globalThis.visit.start();
  }, [ada.number, ada.room.passcode]);
  const state = () => page.evaluate(() => globalThis.visit.state);
  await eventually(async () => await state() === "waiting_for_host", "the guest waits");
  return { ada, page, state };
}

/** Lets the visit ask the server now. Returns the status of the answer. */
async function asks(page) {
  const answer = page.waitForResponse((r) => r.url().endsWith("/guests"));
  await page.evaluate(() => globalThis.visit.hurry());
  return (await answer).status();
}

test("a visit goes on in a browser that cannot join signals", async (t) => {
  const { ada, page, state } = await waitingGuest(t, (p) => p.addInitScript(() => { delete AbortSignal.any; }));
  await ada.start();
  assert.equal(await asks(page), 200);
  await eventually(async () => await state() === "admitted", "the guest is in");
});

test("who waits goes on after too many requests", async (t) => {
  const { ada, page, state } = await waitingGuest(t);
  const refusal = { status: 429, headers: { "Retry-After": "1" }, json: { code: 429, reason: "too_many_requests" } };
  await page.route("**/guests", (route) => route.fulfill(refusal), { times: 1 });
  assert.equal(await asks(page), 429);
  await ada.start();
  await eventually(async () => await state() === "admitted", "the guest is in");
});

test("who has a seat learns that the server fails, and goes on when it is back", async (t) => {
  const { ada, page, state } = await waitingGuest(t);
  let failures = 0;
  await page.route("**/guests", (route) => { failures++; return route.fulfill({ status: 503, json: { reason: "busy" } }); });
  assert.equal(await asks(page), 503);
  await eventually(async () => await state() === "offline", "the guest learns it");
  assert.equal(failures, 3);
  await page.unroute("**/guests");
  await ada.start();
  await eventually(async () => await state() === "admitted", "the guest is in");
});

test("an error of another copy of the module is known", async (t) => {
  const page = await visitor(t);
  await page.goto("/");
  const state = await page.evaluate(async () => {
    const [{ Rooms }, { RoomsError }] = [await import("/assets/rooms.js?2"), await import("/assets/rooms.js")];
    const visit = new Rooms({ token: async () => { throw new RoomsError(0); } }).visit("5551234321");
    const changed = new Promise((resolve) => { visit.addEventListener("change", () => resolve(visit.state)); });
    return Promise.race([changed, visit.start()]);
  });
  assert.equal(state, "offline");
});
