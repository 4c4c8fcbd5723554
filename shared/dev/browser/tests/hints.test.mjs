// Hints: people who wait, and hosts, see a change within a second, without asking every few seconds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, host, press, says, signIn, visitor } from "./support.mjs";

const row = (page, name) => page.getByRole("listitem").filter({ hasText: name });

/** Opens the console, starts the meeting, and waits until hints arrive. */
async function console(t, ada) {
  const page = await visitor(t);
  const opened = page.waitForEvent("websocket");
  await page.goto("/host/" + ada.number);
  await signIn(page, ada);
  await opened;
  await press(page, "Start");
  await says(page, "You are in");
  return page;
}

/** Joins as a guest, and waits until hints arrive. */
async function waiting(t, ada, name) {
  const page = await visitor(t);
  const opened = page.waitForEvent("websocket");
  await page.goto(ada.link);
  await page.getByLabel("Your name").fill(name);
  await press(page, "Join");
  await says(page, "The host knows you are here");
  await opened;
  await asked(page);
  return page;
}

/** Waits for the answer to the request that a page sends when its WebSocket opens, and then a moment for more. */
async function asked(page) {
  await page.waitForResponse((r) => r.url().endsWith("/guests"));
}

/** Counts the requests of a page for the path, from now on. */
function counter(page, path) {
  const counted = { requests: 0 };
  page.on("request", (request) => { if (request.url().endsWith(path)) counted.requests++; });
  return counted;
}

/** Does something up to three times, until it takes less than a second: a busy machine may be late once. */
async function withinASecond(attempt) {
  const times = [];
  for (let i = 0; i < 3; i++) {
    times.push(await attempt(i));
    if (times.at(-1) < 1000) return;
  }
  assert.fail(`it took ${times} ms`);
}

test("two windows: who is admitted knows it within a second", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  const page = await console(t, ada);
  const guest = await waiting(t, ada, "Charles");
  await row(page, "Charles").waitFor();
  const polls = counter(guest, "/guests");
  await new Promise((resolve) => { setTimeout(resolve, 5000); });
  assert.equal(polls.requests, 0, "it asks although hints arrive");
  await withinASecond(async (i) => {
    const [name, window] = i ? ["Guest " + i, await waiting(t, ada, "Guest " + i)] : ["Charles", guest];
    const button = row(page, name).getByRole("button", { name: "Admit" });
    await button.waitFor();
    const began = Date.now();
    await button.click();
    await says(window, "You are in");
    return Date.now() - began;
  });
});

test("two windows: a host sees within a second that somebody waits", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  const page = await console(t, ada);
  await withinASecond(async (i) => {
    const guest = await visitor(t);
    await guest.goto(ada.link);
    await guest.getByLabel("Your name").fill("Guest " + i);
    const joined = guest.waitForResponse((r) => r.url().endsWith("/guests"));
    await press(guest, "Join");
    await joined;
    const began = Date.now();
    await row(page, "Guest " + i).waitFor();
    return Date.now() - began;
  });
});

test("a connection that is cut is opened again, and nothing is missed meanwhile", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  await ada.start();
  const guest = await waiting(t, ada, "Charles");
  const again = guest.waitForEvent("websocket");
  guest.network.cut();
  const { id } = (await ada.roster()).find((p) => p.display_name === "Charles");
  await ada.decide("admit", [id]); // the hint may be lost
  await again;
  await says(guest, "You are in");
});

test("who goes on waiting after Next gets the hints of the new seat", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  const plan = (topic) => ada.call("POST", "/v2/users/me/meetings", {
    topic, type: 2, start_time: new Date(Date.now() + 60_000).toISOString(), settings: { use_pmi: true },
  });
  const [alpha, beta] = [await plan("Alpha"), await plan("Beta")];
  await ada.call("PUT", `/v2/meetings/${alpha.id}/status`, { action: "start" });
  const guest = await waiting(t, ada, "Charles");
  const { uuid } = await ada.call("GET", `/v2/live_meetings/${ada.number}`);
  const before = (await ada.roster())[0].id;
  let charles;
  const again = guest.waitForEvent("websocket");
  await ada.call("PUT", `/v2/meetings/${beta.id}/status`, { action: "next", uuid });
  await eventually(async () => {
    [charles] = await ada.roster();
    return charles && charles.id !== before;
  }, "they wait in the next instance");
  await again;
  await guest.waitForTimeout(1000); // until the request that a page sends when its WebSocket opens is answered
  const began = Date.now();
  await ada.decide("admit", [charles.id]);
  await says(guest, "You are in");
  assert.ok(Date.now() - began < 5000, "they ask by themselves in half a minute only");
});

test("without WebSockets the page asks as before", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  await ada.start();
  const guest = await visitor(t);
  await guest.routeWebSocket("**", (socket) => { socket.close({ code: 1011 }); });
  const polls = counter(guest, "/guests");
  await guest.goto(ada.link);
  await guest.getByLabel("Your name").fill("Charles");
  await press(guest, "Join");
  await says(guest, "The host knows you are here");
  await eventually(() => polls.requests > 3, "it asks again and again");
  await ada.decide("admit", [(await ada.roster()).find((p) => p.display_name === "Charles").id]);
  await says(guest, "You are in");
});

test("who left or is refused holds no connection", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  await ada.start();
  for (const leaves of [true, false]) {
    const guest = await visitor(t);
    const opening = guest.waitForEvent("websocket");
    await guest.goto(ada.link);
    await guest.getByLabel("Your name").fill("Charles");
    await press(guest, "Join");
    const closed = (await opening).waitForEvent("close");
    if (leaves) await press(guest, "Leave");
    else await ada.decide("deny");
    await closed;
  }
});
