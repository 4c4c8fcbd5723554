// What a guest does: by a link, by a number, and through every state of the page.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  axe, base, eachSize, eventually, freeNumber, host, inspect, press, says, signIn, user, visitor,
} from "./support.mjs";
import { openMeasured } from "./weight.mjs";

const name = (page) => page.getByLabel("Your name");
const timer = (page) => page.getByRole("timer");

/** Opens a link, enters a name, and joins. */
async function come(page, link, as = "Charles") {
  await page.goto(link);
  await says(page, "Join a meeting");
  await name(page).fill(as);
  await press(page, "Join");
}

eachSize("a guest waits for the host, comes in, reloads and leaves", async (t, size) => {
  const ada = await host("Ada");
  const page = await visitor(t, { size });
  await page.goto(ada.link);
  await says(page, "Join a meeting");
  await inspect(page, "join-form");
  await press(page, "Join");
  await page.getByRole("alert").getByText("Enter your name.").waitFor();
  await inspect(page, "join-name-missing");
  await name(page).fill("Charles");
  await press(page, "Join");
  await says(page, "Waiting for the host");
  await page.getByText(/^Ada \w+'s Personal Meeting Room$/).waitFor();
  await inspect(page, "join-waiting-for-host");
  await ada.start();
  await says(page, "You are in");
  const note = page.getByText(/^(We talk at|This server has no video)/);
  await note.waitFor();
  const link = process.env.MEDIA_NOTE && await note.getByRole("link").getAttribute("href");
  assert.equal(link, process.env.MEDIA_NOTE && "https://talk.example.com/rooms");
  await inspect(page, "join-admitted");
  const [seat] = await ada.roster();
  assert.equal(seat.display_name ?? seat.name, "Charles");
  await page.reload();
  await says(page, "You are in");
  assert.deepEqual((await ada.roster()).map((s) => s.id), [seat.id], "a reload keeps the seat");
  await press(page, "Leave");
  await says(page, "You left");
  await inspect(page, "join-left");
  await page.reload();
  await says(page, "Join a meeting");
  assert.equal(await name(page).inputValue(), "Charles", "the name is remembered");
});

eachSize("a guest is let in, and removed", async (t, size) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  await ada.start();
  const page = await visitor(t, { size });
  await come(page, ada.link);
  await says(page, "The host knows you are here");
  await inspect(page, "join-waiting-room");
  const message = "Five minutes: https://example.com/slides";
  await ada.call("PATCH", "/v2/live_meetings/" + ada.number, { waiting_message: message });
  await page.getByText("Message from the host: Five minutes").getByRole("link").waitFor();
  await inspect(page, "join-waiting-room-message");
  const [{ id }] = await ada.roster();
  await ada.decide("admit", [id]);
  await says(page, "You are in");
  await ada.decide("wait", [id]);
  await says(page, "The host knows you are here");
  await ada.decide("admit", [id]);
  await says(page, "You are in");
  await ada.decide("remove", [id]);
  await says(page, "Removed");
  await inspect(page, "join-removed");
  await page.reload();
  await press(page, "Join");
  await says(page, "The host knows you are here"); // by approval only (I10)
});

eachSize("a guest is not let in", async (t, size) => {
  const ada = await host("Ada", { waiting_room: "guests" });
  await ada.start();
  const page = await visitor(t, { size });
  await come(page, ada.link);
  await says(page, "The host knows you are here");
  const [{ id }] = await ada.roster();
  await ada.decide("deny", [id]);
  await says(page, "Not let in");
  await inspect(page, "join-denied");
  assert.equal(await page.getByRole("button", { name: "Try again" }).isVisible(), false);
});

eachSize("a guest finds the meeting locked, then full, then ended", async (t, size) => {
  const ada = await host("Ada", { capacity: 1 });
  await ada.start();
  const [page, other] = [await visitor(t, { size }), await visitor(t, { size })];
  await come(other, ada.link, "Emmy");
  await says(other, "You are in");
  await come(page, ada.link);
  await says(page, "Meeting full");
  await inspect(page, "join-full");
  await ada.lock(true);
  await press(page, "Try again");
  await says(page, "Meeting locked");
  await inspect(page, "join-locked");
  await ada.end();
  await says(other, "Meeting ended");
  await inspect(other, "join-ended");
  await press(other, "Join again");
  await says(other, "Waiting for the host");
});

eachSize("a guest types a number and a passcode", async (t, size) => {
  const ada = await host("Ada");
  const page = await visitor(t, { size });
  await page.goto("/");
  await page.getByLabel("Meeting ID or link").fill("555");
  await press(page, "Join");
  await page.getByRole("alert").getByText("Enter a complete meeting ID or link.").waitFor();
  await inspect(page, "join-number-incomplete");
  await page.getByLabel("Meeting ID or link").fill(ada.number.replace(/(...)(...)/, "$1 $2-"));
  await name(page).fill("Charles");
  await page.getByLabel("Passcode").fill("wrong");
  await press(page, "Join");
  await says(page, "Meeting not found");
  await inspect(page, "join-not-found");
  await press(page, "Try again");
  await page.getByLabel("Passcode").fill(ada.room.passcode);
  await page.keyboard.press("Enter");
  await says(page, "Waiting for the host");
  assert.equal(new URL(page.url()).pathname, "/j/" + ada.number);
  await page.reload();
  await says(page, "Waiting for the host");
});

test("a guest types a number as people write it", async (t) => {
  const ada = await host("Ada");
  for (const form of ["($1) $2-$3", "$1.$2.$3"]) {
    const page = await visitor(t);
    await page.goto("/");
    await page.getByLabel("Meeting ID or link").fill(ada.number.replace(/(...)(...)(....)/, form));
    await name(page).fill("Charles");
    await page.getByLabel("Passcode").fill(ada.room.passcode);
    await press(page, "Join");
    await says(page, "Waiting for the host");
  }
});

test("a guest pastes a link or an invitation", async (t) => {
  const ada = await host("Ada", { vanity_name: "ada." + Math.random().toString(36).slice(2, 10) });
  const { passcode, vanity_name: link } = ada.room;
  const { join_url: url } = ada.room;
  const texts = [url, `Join: ${url}\nPasscode: ${passcode}`, `${base}/my/${link}?pwd=${passcode}`];
  for (const text of texts) {
    const page = await visitor(t);
    await page.goto("/");
    await page.getByLabel("Meeting ID or link").fill(text);
    await name(page).fill("Charles");
    await press(page, "Join");
    await says(page, "Waiting for the host");
  }
});

test("a guest of a planned meeting sees its topic and the time that is left", async (t) => {
  const ada = await host("Ada");
  const start = new Date(Date.now() + 10 * 60_000).toISOString();
  const planned = await ada.call("POST", "/v2/users/me/meetings", { topic: "Engines", type: 2, start_time: start });
  const page = await visitor(t);
  await come(page, planned.join_url);
  await says(page, "Waiting for the host");
  await page.getByText("Engines, with Ada").waitFor();
  await page.getByText("The meeting is planned for").waitFor();
  assert.match(await timer(page).textContent(), /^in \d+ minutes$/);
  await inspect(page, "join-waiting-planned");
  await ada.call("DELETE", "/v2/meetings/" + planned.id);
  await says(page, "Meeting ended"); // it was deleted
  await press(page, "Join again");
  await says(page, "Meeting not found");
});

eachSize("a guest who tries too often reads when to come back", async (t, size) => {
  const page = await visitor(t, { size });
  await page.goto("/j/" + freeNumber());
  await page.evaluate(async (path) => {
    const body = JSON.stringify({ display_name: "Charles", passcode: "guess1" });
    const headers = { "Content-Type": "application/json" };
    for (let i = 0; i < 20; i++) await fetch(path, { method: "POST", headers, body });
  }, `/v2/live_meetings/${freeNumber()}/guests`);
  await name(page).fill("Charles");
  await page.getByLabel("Passcode").fill("guess2");
  await press(page, "Join");
  await says(page, "Too many tries");
  assert.match(await timer(page).textContent(), /^in \d+ (minutes?|seconds?)$/);
  assert.equal(await page.getByRole("button", { name: "Try again" }).isVisible(), false);
  await inspect(page, "join-too-many-tries");
});

eachSize("a guest goes offline and comes back", async (t, size) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  await ada.start();
  const page = await visitor(t, { size });
  await come(page, ada.link);
  await says(page, "The host knows you are here");
  await page.context().setOffline(true);
  await says(page, "You are offline");
  await inspect(page, "join-offline");
  const [{ id }] = await ada.roster();
  await ada.decide("admit", [id]);
  await page.context().setOffline(false);
  await says(page, "You are in");
});

test("a guest reads that the server fails, not that their own connection does", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  const page = await visitor(t);
  await come(page, ada.link);
  await says(page, "Waiting for the host");
  await page.route("**/guests", (route) => route.fulfill({ status: 503, json: { reason: "busy" } }));
  await page.evaluate(() => dispatchEvent(new Event("online"))); // asks at once
  await says(page, "The server does not answer");
  await page.unroute("**/guests");
  await ada.start();
  await says(page, "The host knows you are here");
});

test("a guest joins while the network is slow and lossy", async (t) => {
  const ada = await host("Ada");
  await ada.start();
  const page = await visitor(t);
  await page.goto(ada.link);
  Object.assign(page.network, { delay: 300, loss: 0.2 });
  await name(page).fill("Charles");
  await press(page, "Join");
  await says(page, "You are in");
  await page.waitForTimeout(15_000); // a renewal or two
  page.network.loss = 0;
  await page.waitForResponse((answer) => answer.url().endsWith("/guests") && answer.ok()); // it still renews
  await says(page, "You are in");
  assert.equal((await ada.roster()).length, 1);
});

test("a join whose answer is lost takes one seat", async (t) => {
  const ada = await host("Ada");
  await ada.start();
  const page = await visitor(t);
  const keys = [];
  await page.route("**/guests", async (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    await route.fetch(); // the server takes the guest
    await route.abort();
  }, { times: 2 });
  await come(page, ada.link);
  await says(page, "You are in");
  assert.equal(keys.length, 2);
  assert.equal((await ada.roster()).length, 1);
});

test("a server that does not answer is no dead end", async (t) => {
  const ada = await host("Ada");
  const page = await visitor(t);
  await page.goto(ada.link);
  page.network.loss = 1;
  await name(page).fill("Charles");
  await press(page, "Join");
  await says(page, "You are offline");
  page.network.loss = 0;
  await says(page, "Waiting for the host");
  page.network.loss = 1;
  await says(page, "You are offline");
  await press(page, "Leave");
  await says(page, "You left");
});

test("while the client library cannot be loaded, the page tries again, also when a person asks for it", async (t) => {
  const ada = await host("Ada");
  const page = await visitor(t);
  let tries = 0;
  await page.route("**/rooms.js*", (route) => { tries++; return route.abort(); });
  await page.goto(ada.link);
  await name(page).fill("Charles");
  await press(page, "Join");
  await says(page, "You are offline");
  await inspect(page, "join-no-library");
  await eventually(() => tries > 2, "it tries by itself");
  const before = tries;
  await page.evaluate(() => { for (let i = 0; i < 3; i++) setTimeout(() => document.getElementById("again").click(), 200 * i); });
  await page.waitForTimeout(1000); // by itself, it tries once at most
  assert.ok(tries >= before + 3, "it tries when a person asks for it");
  await page.unroute("**/rooms.js*");
  await press(page, "Try again");
  await says(page, "Waiting for the host");
  assert.equal(await page.getByRole("button", { name: "Try again" }).isVisible(), false);
});

eachSize("a user joins by one button", async (t, size) => {
  const [ada, grace] = [await host("Ada"), await user("Grace")];
  await ada.start();
  const page = await visitor(t, { size });
  await page.goto(ada.link);
  await signIn(page, grace);
  await page.getByText("Signed in as " + grace.name).waitFor();
  assert.equal(await name(page).isVisible(), false);
  await inspect(page, "join-signed-in");
  await press(page, "Join");
  await says(page, "You are in");
  await page.reload();
  await says(page, "You are in");
  const [seat] = await ada.roster();
  assert.equal(seat.email, grace.me.email);
  assert.equal(await page.getByRole("link", { name: "Host's controls" }).isVisible(), false);
});

test("the owner finds the host's controls", async (t) => {
  const ada = await host("Ada");
  const page = await visitor(t);
  await page.goto("/j/" + ada.number);
  await signIn(page, ada);
  await press(page, "Join");
  await says(page, "You are in");
  await page.getByRole("link", { name: "Host's controls" }).waitFor();
  await inspect(page, "join-admitted-host");
});

test("a room for signed-in people says so, and the sign-in leads back to it", async (t) => {
  const [ada, grace] = [await host("Ada", { authenticated_only: true }), await user("Grace")];
  await ada.start();
  const page = await visitor(t);
  await come(page, ada.link);
  await says(page, "Sign in to join");
  await inspect(page, "join-sign-in-required");
  await signIn(page, grace);
  await press(page, "Join");
  await says(page, "You are in");
});

test("who signs in loses nothing that was typed", async (t) => {
  const [ada, grace] = [await host("Ada", { authenticated_only: true }), await user("Grace")];
  await ada.start();
  const own = "/j/" + ada.number;
  for (const [path, joins] of [["/", true], ["/", false], [own, false]]) {
    const page = await visitor(t);
    await page.goto(path);
    if (path === "/") await page.getByLabel("Meeting ID or link").fill(ada.number);
    await name(page).fill("Grace");
    await page.getByLabel("Passcode").fill(ada.room.passcode);
    if (joins) {
      await press(page, "Join");
      await says(page, "Sign in to join");
    }
    await signIn(page, grace, own);
    assert.equal(page.url(), base + own, "the passcode is not in the address");
    await press(page, "Join");
    await says(page, "You are in");
  }
});

/** Grace, who has signed in, waits in the waiting room of Ada. */
async function waitingUser(t) {
  const [ada, grace] = [await host("Ada", { waiting_room: "everyone" }), await user("Grace")];
  await ada.start();
  const page = await visitor(t);
  await page.goto(ada.link);
  await signIn(page, grace);
  await press(page, "Join");
  await says(page, "The host knows you are here");
  return { ada, grace, page };
}

test("a reload keeps the seat of a user who cannot be signed in now", async (t) => {
  const { ada, grace, page } = await waitingUser(t);
  await page.route("**/oauth/token", (route) => route.fulfill({ status: 503, body: "busy" }));
  await page.reload();
  await says(page, "The server does not answer");
  await inspect(page, "join-not-renewed");
  await press(page, "Try again");
  await says(page, "The server does not answer");
  await page.unroute("**/oauth/token");
  await press(page, "Try again");
  await says(page, "The host knows you are here");
  await page.evaluate(() => sessionStorage.removeItem("session")); // it expired
  await page.reload();
  await says(page, "Sign in again");
  await signIn(page, grace);
  await says(page, "The host knows you are here");
  assert.equal((await ada.roster()).length, 1);
  await page.evaluate(() => sessionStorage.removeItem("session"));
  await page.reload();
  await says(page, "Sign in again");
  await press(page, "Leave"); // for somebody who cannot sign in any more
  await says(page, "Join a meeting");
  await page.reload();
  await says(page, "Join a meeting");
});

test("who signed in long ago signs in again, and keeps the seat", async (t) => {
  const { ada, grace, page } = await waitingUser(t);
  const old = (route) => route.continue({ headers: { ...route.request().headers(), authorization: "Bearer old" } });
  await page.route("**/participants", old);
  await says(page, "Sign in again");
  await page.unroute("**/participants");
  await inspect(page, "join-expired");
  await signIn(page, grace);
  await says(page, "The host knows you are here");
  assert.equal((await ada.roster()).length, 1);
});

test("who leaves while joining keeps no seat", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  await ada.start();
  const page = await visitor(t);
  await page.goto(ada.link);
  await name(page).fill("Charles");
  page.network.delay = 1000;
  const asked = page.waitForResponse("**/guests");
  await press(page, "Join");
  await press(page, "Leave");
  await says(page, "You left");
  await asked;
  await eventually(async () => (await ada.roster()).length === 0, "the seat is still there");
});

test("secrets are in no address, and not in what the browser keeps", async (t) => {
  const ada = await host("Ada");
  const page = await visitor(t);
  await come(page, ada.link);
  await says(page, "Waiting for the host");
  const secret = new URL(ada.room.join_url).searchParams.get("pwd");
  const kept = await page.evaluate(() => JSON.stringify([
    location.href, document.referrer, history.state, document.cookie, { ...localStorage },
  ]));
  assert.ok(secret && !kept.includes(secret), kept);
  await page.goto("/");
  await page.goBack();
  assert.ok(!page.url().includes("pwd"));
  await says(page, "Waiting for the host");
});

test("a link that is not complete, and a browser without JavaScript", async (t) => {
  const page = await visitor(t);
  await page.goto("/j/123");
  await says(page, "This link is not complete");
  await inspect(page, "link-incomplete");
  const plain = await visitor(t, { javaScriptEnabled: false });
  await plain.goto("/j/5551112222");
  assert.match(await plain.locator("noscript").innerText(), /This page needs JavaScript[^]*555 111 2222/);
  assert.equal(await plain.getByRole("button").count(), 0);
});

test("the keyboard is enough, and the focus is never lost", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  await ada.start();
  const page = await visitor(t);
  const focused = () => page.evaluate(() => document.activeElement.id);
  await page.goto(ada.link);
  await says(page, "Join a meeting");
  assert.equal(await focused(), "name");
  await page.keyboard.type("Charles");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "join-button");
  await page.keyboard.press("Enter");
  await says(page, "The host knows you are here");
  assert.equal(await focused(), "heading");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "leave");
  await page.keyboard.press("Enter");
  await says(page, "You left");
  assert.equal(await focused(), "heading");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "again");
  await page.keyboard.press("Enter");
  await says(page, "The host knows you are here");
});

test("while nothing changes, the focus stays where it is", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  await ada.start();
  const page = await visitor(t);
  await come(page, ada.link);
  await says(page, "The host knows you are here");
  await page.evaluate(() => document.activeElement.blur()); // as a click beside all controls
  for (let polls = 0; polls < 2; polls++) await page.waitForResponse("**/guests").then((answer) => answer.finished());
  await page.waitForTimeout(200); // the page shows the answer
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "BODY");
  const [{ id }] = await ada.roster();
  await ada.decide("admit", [id]);
  await says(page, "You are in");
  assert.equal(await page.evaluate(() => document.activeElement.id), "heading", "it moves with the heading");
});

test("the longest personal link fits on a small phone", async (t) => {
  const page = await visitor(t);
  await page.goto("/my/" + "w".repeat(40));
  await says(page, "Join a meeting");
  await page.locator("#detail", { hasText: "wwww" }).waitFor();
  await inspect(page, "join-long-link");
});

test("right to left, without motion, and large", async (t) => {
  const ada = await host("Ada");
  const page = await visitor(t, { reducedMotion: "reduce" });
  await come(page, ada.link);
  await says(page, "Waiting for the host");
  await page.evaluate(() => { document.documentElement.dir = "rtl"; });
  await inspect(page, "join-right-to-left");
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  await page.setViewportSize({ width: 3840, height: 2160 });
  assert.deepEqual(await axe(page), []);
});

eachSize("the page is light, and nothing on it moves", async (t, size) => {
  const page = await visitor(t, { size });
  const form = await openMeasured(page);
  t.diagnostic(JSON.stringify(form));
  assert.ok(form.requests <= 5 && form.bytes <= 15 * 1024);
  await name(page).fill("Charles"); // loads the rest of what joining needs
  await page.waitForTimeout(1000);
  const all = await page.evaluate(() => performance.getEntries().reduce((sum, e) => sum + (e.encodedBodySize ?? 0), 0));
  t.diagnostic(`${all} bytes with the client library, without headers`);
  assert.ok(all <= 15 * 1024);
  assert.equal((await form.now()).shift, 0);
});

eachSize("nothing moves when the page knows who is signed in", async (t, size) => {
  const page = await visitor(t, { size });
  await page.goto("/j/5551112222");
  await signIn(page, await user("Grace"));
  const signedIn = () => page.locator("#who").getByText("Grace").waitFor({ state: "attached" }); // cut off on phones
  await signedIn();
  const form = await openMeasured(page);
  await signedIn();
  assert.equal((await form.now()).shift, 0);
});
