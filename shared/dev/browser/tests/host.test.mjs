// What a host does in the console: start, decide on people, lock, write to those who wait, end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, eachSize, eventually, host, inspect, knock, newAddress, says, signIn, user, visitor } from "./support.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const list = (page, title) => page.getByRole("list", { name: title });
const row = (page, name) => page.getByRole("listitem").filter({ hasText: name });
const focused = (page) => page.evaluate(() => document.activeElement.textContent);

/** Opens the console of the host's room, signed in. */
async function consoleOf(t, ada, options = {}) {
  const page = await visitor(t, options);
  await page.goto("/host/" + ada.number);
  await signIn(page, ada);
  return page;
}

/** Opens the console and starts the meeting. */
async function started(t, ada, options) {
  const page = await consoleOf(t, ada, options);
  await button(page, "Start").click();
  await says(page, "You are in");
  return page;
}

/** Lets the console ask who is there, as when a person comes to its tab, and waits for the answer. */
async function looks(page) {
  const answer = page.waitForResponse((r) => r.url().includes("participants?"));
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await answer;
}

/** Waits until the guest is told this state or reason. */
async function hears(guest, what) {
  await eventually(async () => {
    const { state, reason } = await guest.poll();
    return [state, reason].includes(what);
  }, "a guest hears: " + what);
}

eachSize("a host signs in, starts, and lets people in", async (t, size) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  const page = await visitor(t, { size });
  await page.goto("/host/" + ada.number);
  await says(page, "Host's controls");
  await inspect(page, "host-signed-out");
  const early = await knock(ada, "Early");
  await signIn(page, ada);
  await says(page, "Ready to start");
  await row(page, "Early").waitFor();
  await inspect(page, "host-idle");
  await button(page, "Start").click();
  await says(page, "You are in");
  await row(page, ada.name).getByText("host · you").waitFor();
  const [charles, mary] = [await knock(ada, "Charles"), await knock(ada, "Mary")];
  await list(page, "Waiting (3)").waitFor();
  await inspect(page, "host-waiting");
  assert.match(await page.title(), /^\(3\) /);
  await row(page, "Charles").getByRole("button", { name: "Admit" }).click();
  await list(page, "In the meeting (2)").getByText("Charles").waitFor();
  await hears(charles, "admitted");
  await row(page, "Early").getByRole("button", { name: "Deny" }).click();
  await list(page, "Waiting (1)").waitFor();
  await hears(early, "denied");
  await row(page, "Mary").getByRole("button", { name: "Admit" }).click();
  await page.getByText("Nobody waits.").waitFor();
  assert.doesNotMatch(await page.title(), /\(/);
  await hears(mary, "admitted");
  await inspect(page, "host-people");
});

test("the operator's note on where people talk has links", { skip: !process.env.MEDIA_NOTE }, async (t) => {
  const page = await started(t, await host("Ada"));
  const link = page.getByText(/^We talk at/).getByRole("link");
  assert.equal(await link.getAttribute("href"), "https://talk.example.com/rooms");
});

test("after each decision the focus is on the next person, and then on the title", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  const page = await started(t, ada);
  for (const name of ["Al", "Bo", "Cy"]) await knock(ada, name);
  await list(page, "Waiting (3)").waitFor();
  await row(page, "Bo").getByRole("button", { name: "Admit" }).focus();
  await page.keyboard.press("Enter");
  const nameOf = () => page.evaluate(() => document.activeElement.closest("li")?.querySelector(".name span").innerText);
  await eventually(async () => (await nameOf()) === "Cy", "the focus is on Cy");
  assert.equal(await focused(page), "Admit");
  await page.keyboard.press("Enter");
  await eventually(async () => (await nameOf()) === "Al", "the focus is on Al");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Deny");
  await page.keyboard.press("Enter");
  await eventually(async () => /^Waiting/.test(await focused(page)), "the focus is on the title");
  await page.getByText("Nobody waits.").waitFor();
});

test("a key that is held down, or a double click, decides on one person", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  const page = await started(t, ada);
  for (const name of ["Al", "Bo", "Cy", "Di"]) await knock(ada, name);
  await list(page, "Waiting (4)").waitFor();
  await row(page, "Al").getByRole("button", { name: "Admit" }).focus();
  for (let i = 0; i < 5; i++) await page.keyboard.down("Enter");
  await page.keyboard.up("Enter");
  await list(page, "Waiting (3)").waitFor();
  await row(page, "Bo").getByRole("button", { name: "Admit" }).dblclick();
  await list(page, "Waiting (2)").waitFor();
  const waiting = async () => (await ada.roster()).filter((p) => p.state === "waiting").length;
  await eventually(async () => (await waiting()) === 2, "two wait");
  await looks(page);
  assert.equal(await waiting(), 2);
});

test("the people stay as they are while a finger is on them", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  const page = await started(t, ada);
  await knock(ada, "Al");
  const admit = row(page, "Al").getByRole("button", { name: "Admit" });
  await admit.waitFor();
  const { x, y } = await admit.boundingBox();
  await page.mouse.move(x + 9, y + 9);
  await page.mouse.down();
  await ada.decide("deny", [(await ada.roster()).find((p) => p.display_name === "Al").id]);
  await knock(ada, "Bo");
  await looks(page);
  await looks(page);
  assert.equal(await row(page, "Bo").count(), 0);
  await page.mouse.up();
  await page.getByText("Al was not let in.").first().waitFor();
  await row(page, "Bo").waitFor();
  await row(page, "Bo").hover();
  await page.mouse.down();
  await page.evaluate(() => dispatchEvent(new Event("blur"))); // another window takes the pointer
  await knock(ada, "Cy");
  await row(page, "Cy").waitFor();
});

eachSize("a host removes, moves and promotes people", async (t, size) => {
  const ada = await host("Ada", { waiting_room: "off" });
  const page = await started(t, ada, { size });
  const [al, bo] = [await knock(ada, "Al"), await knock(ada, "Bo")];
  const grace = await user("Grace");
  const join = { display_name: grace.name, passcode: ada.room.passcode };
  await grace.call("POST", `/v2/live_meetings/${ada.number}/participants`, join);
  await list(page, "In the meeting (4)").waitFor();
  assert.equal(await row(page, ada.name).getByRole("button").count(), 0);
  assert.equal(await button(row(page, "Al"), "Make host").count(), 0);
  await button(row(page, grace.name), "Make host").click();
  await row(page, grace.name).getByText("host · grace").waitFor();
  await button(row(page, "Al"), "Move to waiting room").click();
  await list(page, "Waiting (1)").getByText("Al").waitFor();
  await hears(al, "waiting_room");
  await button(row(page, "Bo"), "Remove").click();
  await list(page, "In the meeting (2)").waitFor();
  await hears(bo, "removed");
});

eachSize("a host locks, changes the waiting room and writes to those who wait", async (t, size) => {
  const ada = await host("Ada");
  const page = await started(t, ada, { size });
  await page.getByLabel("Waiting room", { exact: true }).selectOption("For everyone");
  const live = () => ada.call("GET", "/v2/live_meetings/" + ada.number);
  await eventually(async () => (await live()).waiting_room === "everyone", "the waiting room is on");
  const al = await knock(ada, "Al");
  await page.getByLabel("Message to people who wait").fill("Five minutes");
  await page.keyboard.press("Enter");
  await page.getByText("They see: Five minutes").waitFor();
  await page.getByText("also people who wait for another meeting").waitFor();
  await eventually(async () => (await al.poll()).message === "Five minutes", "Al sees it");
  await button(page, "Lock").click();
  await button(page, "Unlock").waitFor();
  await page.getByText("· Locked").waitFor();
  await eventually(async () => (await live()).locked, "it is locked");
  assert.equal((await knock(ada, "Bo")).reason, "locked");
  await inspect(page, "host-locked");
  await button(page, "Unlock").click();
  await eventually(async () => !(await live()).locked, "it is unlocked");
  await button(page, "Delete message").click();
  await eventually(async () => (await al.poll()).message === undefined, "Al sees none");
});

eachSize("a host ends the meeting for all, and is asked once", async (t, size) => {
  const ada = await host("Ada");
  const page = await started(t, ada, { size });
  const al = await knock(ada, "Al");
  await button(page, "End for all").click();
  assert.equal(await focused(page), "Close");
  await inspect(page, "host-end");
  await button(page, "Close").click();
  assert.equal(await focused(page), "End for all");
  await hears(al, "admitted");
  await button(page, "End for all").click();
  await button(page, "End for all").click();
  await says(page, "Meeting ended");
  await hears(al, "ended");
  await inspect(page, "host-ended");
  await button(page, "Start").click();
  await says(page, "You are in");
});

test("a reload keeps seat and sign-in, and leaving gives up the seat", async (t) => {
  const ada = await host("Ada");
  const page = await started(t, ada);
  await knock(ada, "Al");
  const seat = (await ada.roster()).find((p) => p.role === "host").id;
  const link = page.getByRole("link", { name: "My Profile" });
  assert.equal(await link.getAttribute("target"), "_blank", "a link must not end the call");
  await page.reload();
  await says(page, "You are in");
  assert.deepEqual((await ada.roster()).filter((p) => p.role === "host").map((p) => p.id), [seat]);
  await button(page, "Leave").click();
  await says(page, "Meeting in progress");
  assert.equal(await link.getAttribute("target"), "");
  await eventually(async () => !(await ada.roster()).some((p) => p.role === "host"), "the seat is still there");
  await button(page, "Join").click();
  await says(page, "You are in");
});

test("guests of one network beyond three are shown apart, and denied together", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  const page = await started(t, ada);
  const one = newAddress();
  const bots = [];
  for (let i = 0; i < 8; i++) bots.push(await knock(ada, "Bot " + i, one));
  await knock(ada, "Charles");
  await page.getByText("More guests from the same networks (5)").click();
  await list(page, "Waiting (9)").waitFor();
  assert.equal(await list(page, "Waiting (9)").getByRole("listitem").count(), 4);
  await inspect(page, "host-crowd");
  const news = await page.locator("#news").textContent();
  bots.push(await knock(ada, "Bot 8", one));
  await list(page, "Waiting (10)").waitFor();
  assert.equal(await page.locator("#news").textContent(), news);
  await button(page, "Deny all of these").click();
  await list(page, "Waiting (4)").waitFor();
  await hears(bots[7], "denied");
});

test("a button that is pressed twice sends one request", async (t) => {
  const ada = await host("Ada");
  const page = await started(t, ada);
  const changes = [];
  page.on("request", (request) => { if (request.method() === "PATCH") changes.push(request.postDataJSON()); });
  await button(page, "Lock").evaluate((lock) => { lock.click(); lock.click(); });
  await button(page, "Unlock").waitFor();
  assert.deepEqual(changes, [{ locked: true }]);
});

test("Admit all lets everybody in who waits", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  const page = await started(t, ada);
  const [al, bo] = [await knock(ada, "Al"), await knock(ada, "Bo")];
  await button(page, "Admit all").click();
  await list(page, "In the meeting (3)").waitFor();
  for (const guest of [al, bo]) await hears(guest, "admitted");
});

test("a refusal is said at the row, and the roster corrects it", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone", capacity: 1 });
  const page = await started(t, ada);
  await knock(ada, "Al");
  await knock(ada, "Bo");
  await button(row(page, "Al"), "Admit").click();
  await list(page, "In the meeting (2)").waitFor();
  await button(row(page, "Bo"), "Admit").click();
  await row(page, "Bo").getByText("Every seat is taken.").waitFor();
  await button(row(page, "Bo"), "Admit").waitFor();
  await inspect(page, "host-full");
});

test("a knock makes a sound, if the host wants it", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  const page = await visitor(t);
  await page.addInitScript(() => {
    globalThis.tones = 0;
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function count(...at) { globalThis.tones++; return start.apply(this, at); };
  });
  await page.goto("/host/" + ada.number);
  await signIn(page, ada);
  await button(page, "Start").click();
  await says(page, "You are in");
  await knock(ada, "Al");
  await row(page, "Al").waitFor();
  assert.equal(await page.evaluate(() => globalThis.tones), 2);
  await page.getByLabel("Play a sound when somebody knocks").uncheck();
  await knock(ada, "Bo");
  await row(page, "Bo").waitFor();
  assert.equal(await page.evaluate(() => globalThis.tones), 2);
  await page.reload();
  assert.equal(await page.getByLabel("Play a sound when somebody knocks").isChecked(), false);
});

test("a page that may not play a sound says so, until a gesture or a look at it allows the sound", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  const page = await visitor(t);
  await page.addInitScript(() => {
    globalThis.allowed = true;
    globalThis.AudioContext = class extends AudioContext {
      constructor() {
        super();
        globalThis.audio = this;
      }

      async resume() {
        if (!globalThis.allowed) throw new DOMException("interrupted", "InvalidStateError");
        return super.resume();
      }
    };
  });
  const hint = page.getByText("Tap anywhere to allow the sound");
  const sound = page.getByLabel("Play a sound when somebody knocks");
  await page.goto("/host/" + ada.number);
  await signIn(page, ada);
  assert.equal(await hint.isVisible(), false, "nobody waits in a meeting that is not live");
  await ada.start();
  await says(page, "Meeting in progress");
  await hint.waitFor();
  await inspect(page, "host-no-sound");
  await sound.uncheck(); // a gesture
  await hint.waitFor({ state: "hidden" });
  await page.evaluate(() => { globalThis.allowed = false; return globalThis.audio.suspend(); }); // as iOS during a phone call
  assert.equal(await hint.isVisible(), false, "the host wants no sound");
  await sound.check();
  await hint.waitFor();
  await page.evaluate(() => { globalThis.allowed = true; });
  await page.keyboard.press("Shift");
  await hint.waitFor({ state: "hidden" });
  await page.evaluate(() => globalThis.audio.suspend());
  await hint.waitFor();
  await looks(page);
  await hint.waitFor({ state: "hidden" });
});

test("the network goes and comes back", async (t) => {
  const ada = await host("Ada");
  const page = await started(t, ada);
  page.network.loss = 1;
  page.network.cut();
  await says(page, "You are offline");
  page.network.loss = 0;
  await says(page, "You are in");
});

test("a change shows when the server has made it, and the bar says that the host is offline", async (t) => {
  const ada = await host("Ada");
  const page = await started(t, ada, { size: { viewport: { width: 390, height: 844 } } });
  await page.context().setOffline(true);
  await button(page, "Lock").click();
  await button(page, "One moment…").waitFor();
  await page.locator("#bar").getByText("You are offline").waitFor();
  assert.equal(await button(page, "Unlock").count(), 0);
  await page.context().setOffline(false);
  await button(page, "Unlock").waitFor();
  assert.ok((await ada.call("GET", "/v2/live_meetings/" + ada.number)).locked);
  await page.locator("#bar-offline").waitFor({ state: "hidden" });
});

test("everybody sees for some seconds what was done", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  const page = await started(t, ada);
  await page.clock.install();
  await button(page, "Lock").click();
  const news = page.getByRole("status").filter({ hasText: "The meeting is locked" });
  await eventually(async () => (await news.boundingBox()).width > 100, "it is visible");
  assert.deepEqual(await axe(page), []);
  await page.clock.runFor(6000);
  await eventually(async () => (await news.boundingBox()).width < 2, "only screen readers have it");
});

test("a lone host copies the invitation without scrolling", async (t) => {
  const page = await started(t, await host("Ada"), { viewport: { width: 390, height: 664 }, isMobile: true, hasTouch: true });
  const { y, height } = await button(page, "Copy invitation").boundingBox();
  const bar = await page.locator("#bar").boundingBox();
  assert.ok(y + height < bar.y, `${y} ${bar.y}`);
});

test("people who are in are not marked with their network", async (t) => {
  const ada = await host("Ada", { waiting_room: "off" });
  const page = await started(t, ada);
  const one = newAddress();
  await knock(ada, "Al", one);
  const bo = await knock(ada, "Bo", one);
  await ada.decide("remove", [bo.seat.id]);
  await knock(ada, "Cy", one);
  await row(page, "Cy").getByText("same network as a").waitFor();
  assert.equal(await row(page, "Al").getByText("same network").count(), 0);
});

test("who is no host of the room learns nothing", async (t) => {
  const ada = await host("Ada");
  const eve = await user("Eve");
  await ada.start();
  const page = await consoleOf(t, { ...ada, name: eve.name });
  await says(page, "Meeting not found");
  await page.getByRole("main").getByRole("link", { name: "Meetings", exact: true }).waitFor();
  await inspect(page, "host-not-found");
});

test("a host whose sign-in the server does not accept is told so, and can sign in again", async (t) => {
  const ada = await host("Ada");
  const page = await visitor(t);
  await page.route("**/participants?**", (route) => route.fulfill({ status: 401, json: { message: "Unauthorized" } }));
  await page.goto("/host/" + ada.number);
  await signIn(page, ada);
  await page.getByText("The server does not accept your sign-in.").waitFor();
  await inspect(page, "host-token");
  await page.unroute("**/participants?**");
  await signIn(page, ada);
  await says(page, "Ready to start");
});

test("a start link is the console of its meeting", async (t) => {
  const ada = await host("Ada");
  const plan = { topic: "Alpha", type: 2, start_time: "2030-03-25T10:00:00Z", settings: { use_pmi: true } };
  const { id } = await ada.call("POST", "/v2/users/me/meetings", plan);
  const page = await visitor(t);
  await page.goto("/s/" + id);
  await signIn(page, ada);
  await says(page, "Ready to start");
  await page.getByText("Alpha ·").waitFor();
  await button(page, "Start").click();
  await says(page, "You are in");
  assert.equal((await ada.call("GET", "/v2/live_meetings/" + ada.number)).meeting_id, id);
});

test("the invitation is copied", async (t) => {
  const ada = await host("Ada");
  const page = await visitor(t, { permissions: ["clipboard-read", "clipboard-write"] });
  await page.goto("/host/" + ada.number);
  await signIn(page, ada);
  await button(page, "Copy invitation").click();
  await button(page, "Copied").waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), new RegExp(ada.room.passcode));
  await page.evaluate(() => { navigator.clipboard.write = async () => { throw new Error("not allowed"); }; });
  await page.getByRole("button", { name: /^Cop/ }).click();
  await page.getByLabel("Invitation to copy").waitFor();
  assert.match(await page.getByLabel("Invitation to copy").inputValue(), new RegExp(ada.room.passcode));
  await inspect(page, "host-invitation");
});

test("an instant meeting with a number of its own is over for good when it ends", async (t) => {
  const ada = await host("Ada");
  const { id } = await ada.call("POST", "/v2/users/me/instant_meetings", { use_pmi: false });
  const page = await consoleOf(t, { ...ada, number: id });
  await says(page, "Meeting in progress");
  await button(page, "Join").click();
  await says(page, "You are in");
  await button(page, "End for all").click();
  await button(page, "End for all").click();
  await says(page, "Meeting ended");
  await button(page, "Start").waitFor({ state: "hidden" });
});

test("a second host who is moved to the waiting room, or removed, is told so", async (t) => {
  const ada = await host("Ada");
  await ada.start();
  const grace = await user("Grace");
  const join = { display_name: grace.name, passcode: ada.room.passcode };
  const { seat } = await grace.call("POST", `/v2/live_meetings/${ada.number}/participants`, join);
  await ada.decide("make_host", [seat.id]);
  const page = await consoleOf(t, { ...grace, number: ada.number });
  await button(page, "Join").click();
  await says(page, "You are in");
  const seats = (await ada.roster()).filter((p) => p.display_name === grace.name).map((p) => p.id); // of the page, too
  await ada.decide("wait", seats);
  await says(page, "The host knows you are here");
  await page.getByText("You come in as soon as they let you in.").waitFor();
  await inspect(page, "host-moved");
  await ada.decide("admit", seats);
  await says(page, "You are in");
  await ada.decide("remove", [seat.id]);
  await says(page, "Removed");
  await inspect(page, "host-removed");
});

test("what has the focus is never below the bar, also in a small window and from right to left", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  const page = await started(t, ada, { viewport: { width: 320, height: 640 } });
  for (const name of ["Al", "Bo", "Cy"]) await knock(ada, name);
  await list(page, "Waiting (3)").waitFor();
  for (const dir of ["ltr", "rtl"]) {
    await page.evaluate((to) => { document.documentElement.dir = to; document.activeElement.blur(); }, dir);
    for (let i = 0; i < 20; i++) {
      await page.keyboard.press("Tab");
      const covered = await page.evaluate(() => {
        const at = document.activeElement, bar = document.querySelector(".bar");
        const below = at.getBoundingClientRect().bottom > bar.getBoundingClientRect().top;
        return at !== document.body && !bar.contains(at) && below;
      });
      assert.ok(!covered, await focused(page));
    }
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), dir);
  }
});

eachSize("Next ends the meeting, starts the one that people wait for, and lets only them in", async (t, size) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  const plan = (topic) => ada.call("POST", "/v2/users/me/meetings", { topic, settings: { use_pmi: true } });
  const [alpha, beta] = [await plan("Alpha"), await plan("Beta")];
  await ada.call("PUT", `/v2/meetings/${alpha.id}/status`, { action: "start" });
  const page = await consoleOf(t, ada, { size });
  await button(page, "Join").click();
  await says(page, "You are in");
  const sam = await knock(ada, "Sam");
  const bea = await visitor(t, { size });
  await bea.goto(`${ada.link}&omn=${beta.id}`);
  await bea.getByLabel("Your name").fill("Bea");
  await button(bea, "Join").click();
  await says(bea, "Waiting for the host");
  await row(page, "Bea").getByText("came for Beta").waitFor();
  await inspect(page, "host-next");
  await button(page, "Next: Beta").click();
  await list(page, "In the meeting (2)").getByText("Bea").waitFor();
  await says(page, "You are in");
  await says(bea, "You are in");
  await hears(sam, "waiting_room");
  await button(page, "Next: Beta").waitFor({ state: "hidden" });
});

test("Next is offered for a meeting that is due, also after a failure of the network, and with a long topic", async (t) => {
  const ada = await host("Ada");
  const soon = new Date(Date.now() + 300_000).toISOString(), topic = "Review".padEnd(200, "w");
  await ada.call("POST", "/v2/users/me/meetings", { topic, start_time: soon, settings: { use_pmi: true } });
  const page = await visitor(t);
  await page.clock.install();
  const plan = "**/upcoming_meetings";
  await page.route(plan, (route) => route.abort());
  const failed = page.waitForEvent("requestfailed", (request) => request.url().endsWith("upcoming_meetings"));
  await page.goto("/host/" + ada.number);
  await signIn(page, ada);
  await failed;
  await page.unroute(plan);
  await button(page, "Start").click();
  await says(page, "You are in");
  await page.clock.fastForward(300_000);
  const next = button(page, "Next: " + topic);
  await next.waitFor();
  await inspect(page, "host-next-long");
  await page.setViewportSize({ width: 320, height: 640 });
  assert.ok((await next.boundingBox()).height < 80, "it has two lines");
  assert.equal(await next.getAttribute("title"), "Next: " + topic);
  await next.click();
  await page.locator("#detail", { hasText: topic }).waitFor();
  await inspect(page, "host-long-topic");
  await next.waitFor({ state: "hidden" });
});

test("after Next, the page of a meeting shows the one that is live, and does not offer the one before again", async (t) => {
  const ada = await host("Ada");
  const plan = (topic, minutes) => ada.call("POST", "/v2/users/me/meetings", {
    topic, start_time: new Date(Date.now() + minutes * 60_000).toISOString(), settings: { use_pmi: true },
  });
  const [first, second] = [await plan("First", 2), await plan("Second", 4)];
  const page = await visitor(t, { permissions: ["clipboard-read", "clipboard-write"] });
  await page.goto("/host/" + first.id);
  await signIn(page, ada);
  await button(page, "Start").click();
  await says(page, "You are in");
  await button(page, "Next: Second").click();
  const digits = (text) => text.replace(/\D/g, "");
  await eventually(async () => digits(await page.locator("#detail").textContent()).includes(second.id), "the number of the second");
  await button(page, "Copy invitation").click();
  await eventually(async () => (await page.evaluate(() => navigator.clipboard.readText())).includes("Topic: Second"), "its invitation");
  await button(page, /^Next/).waitFor({ state: "hidden" });
});
