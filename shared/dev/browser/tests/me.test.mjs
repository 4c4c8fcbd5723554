// What a person does in My Profile.

import assert from "node:assert/strict";
import { test } from "node:test";
import { base, eachSize, eventually, freeNumber, host, inGerman, inspect, says, signIn, user, visitor } from "./support.mjs";

/** Opens the profile of a new user, who has signed in. */
async function profileOf(t, size, name = "Ada") {
  const person = await host(name);
  const page = await visitor(t, { size, permissions: ["clipboard-read", "clipboard-write"] });
  await page.goto("/me");
  await page.getByText("Sign in to see your number").waitFor();
  await signIn(page, person);
  await shown(page);
  return { ...person, page, room: () => person.call("GET", room) };
}

const room = "/v2/users/me/personal_meeting_room";
const shown = (page) => page.getByRole("heading", { level: 2, name: "Personal Meeting ID" }).waitFor();
const section = (page, name) => page.locator("form").filter({ has: page.getByRole("heading", { name, exact: true }) });
const button = (within, name) => within.getByRole("button", { name, exact: true });
const save = async (within) => {
  await button(within, "Save").click();
  await within.getByText("Saved.", { exact: true }).waitFor();
};
const focused = (page) => page.evaluate(() => document.activeElement.textContent || document.activeElement.id);

eachSize("a person who is not signed in is asked to", async (t, size) => {
  const page = await visitor(t, { size });
  await page.goto("/me");
  await says(page, "My Profile");
  await page.getByText("Sign in to see your number").waitFor();
  assert.equal(await page.getByRole("button").count(), 1);
  await inspect(page, "me-signed-out");
});

eachSize("a person edits their number and uses it for instant meetings", async (t, size) => {
  const bob = await host("Bob");
  const { page, call, number } = await profileOf(t, size);
  await inspect(page, "me");
  const form = section(page, "Personal Meeting ID");
  await button(form, "Edit").click();
  assert.equal(await focused(page), "pmi");
  const field = form.getByLabel("Personal Meeting ID", { exact: true });
  await field.fill("222 222 2222");
  await form.getByText("A number has the same digit at most four times in a row.").waitFor();
  await inspect(page, "me-number-rule");
  await field.fill(bob.number);
  await form.getByText("is not free").waitFor();
  await inspect(page, "me-number-taken");
  await form.getByRole("group", { name: "Free instead" }).getByRole("button").first().click();
  await form.getByText("is free.").waitFor();
  await inspect(page, "me-number-free");
  const wanted = freeNumber();
  await field.fill(wanted);
  await form.getByText("is free.").waitFor();
  await form.getByLabel("Use my Personal Meeting ID for instant meetings", { exact: true }).check();
  await save(form);
  assert.equal(await focused(page), "Edit");
  await inspect(page, "me-number-saved");
  const me = await call("GET", "/v2/users/me");
  assert.deepEqual([String(me.pmi), me.use_pmi], [wanted, true]);
  assert.notEqual(wanted, number);
  await form.getByText(wanted.replace(/(...)(...)(....)/, "$1 $2 $3"), { exact: true }).waitFor();
});

eachSize("a person takes a personal link, and gives it up", async (t, size) => {
  const { page, call, number } = await profileOf(t, size);
  const form = section(page, "Personal link");
  await form.getByText("None", { exact: true }).waitFor();
  await button(form, "Edit").click();
  const field = form.getByLabel("Personal link", { exact: true });
  await field.fill("1room");
  await form.getByText("A link starts with a letter from A to Z.").waitFor();
  const link = "room" + number;
  await field.fill(link);
  await form.getByText("is free.").waitFor();
  await save(form);
  assert.equal((await call("GET", room)).vanity_name, link);
  await form.getByText(`${base}/my/${link}`, { exact: true }).waitFor();
  await button(form, "Copy link").click();
  await button(form, "Copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${base}/my/${link}`);
  await page.evaluate(() => { navigator.clipboard.write = () => Promise.reject(new Error("forbidden")); });
  await button(form, "Copy link").click();
  await form.getByText("The text is selected: copy it yourself.").waitFor();
  assert.equal(await page.evaluate(() => String(getSelection())), `${base}/my/${link}`);
  await button(form, "Edit").click();
  await field.fill("");
  await save(form);
  assert.equal((await call("GET", room)).vanity_name, undefined);
});

eachSize("a person shows the passcode and makes a new one", async (t, size) => {
  const { page, room: saved } = await profileOf(t, size);
  const form = section(page, "Passcode");
  const field = form.getByLabel("Passcode", { exact: true });
  assert.equal(await field.getAttribute("type"), "password");
  await button(form, "Show").click();
  const old = await field.inputValue();
  assert.deepEqual([await field.getAttribute("type"), old], ["text", (await saved()).passcode]);
  await button(form, "Hide").click();
  await button(form, "New passcode").click();
  await form.getByText("Your new passcode").waitFor();
  const made = await field.inputValue();
  assert.notEqual(made, old);
  assert.equal(made, (await saved()).passcode);
  await inspect(page, "me-passcode");
  await field.fill("abc123");
  await save(form);
  await form.getByText("easy to guess").waitFor();
  await field.fill("a b");
  await button(form, "Save").click();
  await form.getByText("letters, digits and @ - _ * only").waitFor();
  assert.equal(await focused(page), "code");
  await inspect(page, "me-passcode-wrong");
  await button(form, "Discard changes").click();
  assert.deepEqual([await field.inputValue(), (await saved()).passcode], ["abc123", "abc123"]);
});

eachSize("a person changes each setting of the room", async (t, size) => {
  const { page, room: saved, call } = await profileOf(t, size);
  const form = section(page, "Personal Meeting Room");
  await form.getByLabel("Everyone waits").check();
  await form.getByLabel("People may come in before me").check();
  await form.getByLabel("How long before").selectOption("10 minutes");
  await form.getByLabel("Only people who have signed in").check();
  await form.getByLabel("Only people with an e-mail address at these domains").fill("example.com\nexample.org");
  await form.getByLabel("Lock automatically").fill("15");
  await form.getByLabel("Maximum number of people").fill("12");
  await save(form);
  const hosts = section(page, "Alternative hosts");
  await hosts.getByLabel("E-mail addresses").fill("grace@example.com\nnobody");
  await button(hosts, "Save").click();
  await hosts.getByText("nobody must be an e-mail address").waitFor();
  assert.equal(await focused(page), "alternative_hosts");
  await inspect(page, "me-wrong-host");
  await hosts.getByLabel("E-mail addresses").fill("grace@example.com");
  await save(hosts);
  const now = await saved();
  assert.deepEqual(
    [now.waiting_room, now.join_before_host, now.jbh_time, now.authenticated_only, now.allowed_domains, now.auto_lock,
      now.capacity, now.alternative_hosts],
    ["everyone", true, 10, true, ["example.com", "example.org"], 15, 12, ["grace@example.com"]]);
  await form.getByLabel("Maximum number of people").fill("");
  await button(form, "Save").click();
  await eventually(async () => await focused(page) === "capacity", "the focus is at the field that is wrong");
  assert.equal((await saved()).capacity, 12);
  await section(page, "Scheduling").getByLabel("Schedule meetings in my personal room").check();
  await save(section(page, "Scheduling"));
  assert.equal((await call("GET", "/v2/users/me/settings")).schedule_meeting.use_pmi_for_scheduled_meetings, true);
  const person = section(page, "Name and time zone");
  await person.getByLabel("First name").fill("Augusta");
  await person.getByLabel("Time zone").selectOption("Asia/Tokyo");
  await save(person);
  const me = await call("GET", "/v2/users/me");
  assert.deepEqual([me.first_name, me.timezone], ["Augusta", "Asia/Tokyo"]);
  await form.getByText("Augusta").waitFor(); // the topic follows the name
});

eachSize("nothing is lost when a save fails, and a save sends only what this person changed", async (t, size) => {
  const { page, call, room: saved } = await profileOf(t, size);
  const form = section(page, "Personal Meeting Room");
  await call("PATCH", room, { capacity: 50, auto_lock: 30 }); // in another tab
  await form.getByLabel("Maximum number of people").fill("7");
  const wrong = [{ field: "capacity", message: "is 7; must be more" }];
  await page.route("**" + room, (route) => route.fulfill({ status: 400, json: { reason: "invalid", errors: wrong } }));
  await button(form, "Save").click();
  await form.getByText("Maximum number of people is 7; must be more").waitFor();
  assert.equal(await form.getByLabel("Maximum number of people").inputValue(), "7");
  await page.unroute("**" + room);
  const sent = page.waitForRequest((request) => request.method() === "PATCH");
  await save(form);
  assert.deepEqual((await sent).postDataJSON(), { capacity: 7 });
  const now = await saved();
  assert.deepEqual([now.capacity, now.auto_lock], [7, 30]);
  assert.equal(await form.getByLabel("Lock automatically").inputValue(), "30");
});

eachSize("a setting that the admins decided is shown with the reason", async (t, size) => {
  const { page } = await profileOf(t, size);
  await page.route("**" + room, async (route) => {
    const answer = await route.fetch();
    const locked = ["in_meeting.waiting_room", "schedule_meeting.use_pmi_for_instant_meetings"];
    await route.fulfill({ json: { ...await answer.json(), waiting_room: "guests", locked_settings: locked } });
  });
  await page.reload();
  await shown(page);
  const lock = page.getByLabel("Use my Personal Meeting ID for instant meetings");
  assert.ok(await lock.isDisabled());
  const form = section(page, "Personal Meeting Room");
  await page.locator("#waiting_room-locked").getByText("The admins of your account decided this.").waitFor();
  assert.ok(await form.getByLabel("Nobody waits").isDisabled());
  assert.ok(await form.getByLabel("Everyone waits").isEnabled());
  await inspect(page, "me-locked");
});

eachSize("a profile that cannot be read now is offered again", async (t, size) => {
  const { page } = await profileOf(t, size);
  await page.route("**/v2/users/me", (route) => route.abort());
  await page.reload();
  await page.getByText("The server cannot be reached").waitFor();
  await inspect(page, "me-unreachable");
  await page.unroute("**/v2/users/me");
  await button(page, "Try again").click();
  await shown(page);
  assert.equal(await focused(page), "My Profile");
});

test("what is typed is answered at once, and what is wrong is said once", async (t) => {
  const { page, call, number } = await profileOf(t);
  const bob = await host("Bob");
  const form = section(page, "Personal Meeting ID");
  await button(form, "Edit").click();
  const field = form.getByLabel("Personal Meeting ID", { exact: true });
  await field.fill("abc");
  await form.getByText("A number has only digits").waitFor();
  await field.fill("555");
  await form.getByText("A number has 10 digits.").waitFor();
  await button(form, "Save").click();
  await page.locator("#pmi-problem").getByText("A number has 10 digits.").waitFor();
  assert.equal(await form.getByText("A number has 10 digits.").count(), 1);
  await field.fill(bob.number);
  await form.getByText("is not free").waitFor();
  assert.equal(await form.getByText("A number has 10 digits.").count(), 0);
  await field.fill("");
  await button(form, "Save").click();
  await eventually(() => page.locator("#pmi-problem").textContent(), "an empty number is wrong");
  assert.equal(await form.getByText("Saved.").count(), 0);
  assert.equal(String((await call("GET", "/v2/users/me")).pmi), number);
  const link = section(page, "Personal link");
  await button(link, "Edit").click();
  await link.getByLabel("Personal link", { exact: true }).fill("bo");
  await link.getByText("A link has 5 to 40 characters.").waitFor();
  await link.getByLabel("Personal link", { exact: true }).fill("Admin");
  await link.getByText("This name is reserved.").waitFor();
});

test("what the server refuses is said in the language of the reader", async (t) => {
  const { page } = await profileOf(t);
  await inGerman(page);
  const refuse = (path, reason, field) => page.route("**" + path, (route) => (route.request().method() === "GET"
    ? route.continue() : route.fulfill({ status: 409, json: { reason, message: "English.", errors: [{ field, message: "is English" }] } })));
  await refuse("/v2/users/me", "number_taken", "pmi");
  await refuse(room, "invalid", "capacity");
  await page.locator("#number [data-edit]").click();
  await page.locator("#pmi").fill(freeNumber());
  await page.locator("#pmi").press("Enter");
  await page.locator("#pmi-problem").getByText("Diese Nummer ist nicht frei: Sie ist vergeben").waitFor();
  await page.locator("#capacity").fill("7");
  await page.locator("#capacity").press("Enter");
  await page.locator("#room").getByText("Bitte prüfen: Höchstzahl der Personen", { exact: true }).waitFor();
  await refuse(room, "invalid", "passcode"); // of another section
  await page.locator("#capacity").press("Enter");
  await page.locator("#room").getByText("Bitte prüfen: Kenncode", { exact: true }).waitFor();
});

test("what was wrong with a field goes when it is changed", async (t) => {
  const { page } = await profileOf(t);
  const form = section(page, "Passcode");
  const field = form.getByLabel("Passcode", { exact: true });
  await field.fill("a b");
  await button(form, "Save").click();
  await form.getByText("letters, digits and @ - _ * only").waitFor();
  await field.fill("aB3dE7");
  assert.equal(await page.locator("#code-problem").textContent(), "");
  assert.equal(await field.getAttribute("aria-invalid"), null);
});

test("a change that is saved offline is saved when the connection is back", async (t) => {
  const { page, room: saved } = await profileOf(t);
  const form = section(page, "Personal Meeting Room");
  await form.getByLabel("Maximum number of people").fill("7");
  await page.context().setOffline(true);
  await button(form, "Save").click();
  await form.getByText("You are offline. This is saved when the connection is back.").waitFor();
  await page.context().setOffline(false);
  await form.getByText("Saved.", { exact: true }).waitFor();
  assert.equal((await saved()).capacity, 7);
});

test("a profile offers the time zone of the device", async (t) => {
  const { page, call } = await profileOf(t);
  const form = section(page, "Name and time zone");
  const offer = button(form, "Use the time zone of this device: Europe/London");
  await offer.click();
  await offer.waitFor({ state: "hidden" });
  await save(form);
  assert.equal((await call("GET", "/v2/users/me")).timezone, "Europe/London");
});

test("how early people may come in is asked only if they may", async (t) => {
  const { page } = await profileOf(t);
  const early = page.getByLabel("How long before the start of a planned meeting");
  assert.ok(await early.isDisabled());
  await page.getByLabel("People may come in before me").check();
  assert.ok(await early.isEnabled());
});

test("a number is not edited during a meeting", async (t) => {
  const { page, number, start, end, call } = await profileOf(t);
  await start();
  const form = section(page, "Personal Meeting ID");
  await button(form, "Edit").click();
  const wanted = freeNumber();
  await form.getByLabel("Personal Meeting ID", { exact: true }).fill(wanted);
  await button(form, "Save").click();
  await form.getByText("Your room is in use. End the meeting, then try again.").waitFor();
  assert.equal(await focused(page), "Save");
  assert.equal(String((await call("GET", "/v2/users/me")).pmi), number);
  await end();
  await save(form);
  assert.equal(String((await call("GET", "/v2/users/me")).pmi), wanted);
});

test("a person edits number and room by the keyboard alone", async (t) => {
  const { page, call } = await profileOf(t);
  const form = section(page, "Personal Meeting ID");
  await tabTo(page, button(form, "Edit"));
  await page.keyboard.press("Enter");
  const wanted = freeNumber();
  await page.keyboard.type(wanted);
  await form.getByText("is free.").waitFor();
  const lock = form.getByLabel("Use my Personal Meeting ID for instant meetings");
  await tabTo(page, lock);
  await page.keyboard.press("Space");
  await tabTo(page, button(form, "Save"));
  await page.keyboard.press("Enter");
  await form.getByText("Saved.", { exact: true }).waitFor();
  assert.equal(await focused(page), "Edit");
  const me = await call("GET", "/v2/users/me");
  assert.deepEqual([String(me.pmi), me.use_pmi], [wanted, true]);
  const door = section(page, "Personal Meeting Room");
  await tabTo(page, door.getByLabel("Nobody waits"));
  await page.keyboard.press("ArrowDown");
  await tabTo(page, button(door, "Discard changes"));
  await page.keyboard.press("Enter");
  assert.ok(await door.getByLabel("Nobody waits").isChecked());
  assert.equal(await focused(page), "Personal Meeting Room");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Tab");
  await tabTo(page, button(page, "Sign out"), "Shift+Tab");
  await page.keyboard.press("Enter");
  await says(page, "Join a meeting");
});

test("the page is right for scripts from right to left, and light", async (t) => {
  const { page } = await profileOf(t);
  await page.evaluate(() => { document.documentElement.dir = "rtl"; });
  await inspect(page, "me-rtl");
  const sizes = await page.evaluate(() => ["resource", "navigation"]
    .flatMap((type) => performance.getEntriesByType(type))
    .filter((entry) => /\/me|\/assets\//.test(entry.name) && !entry.name.includes("/v2/"))
    .map((entry) => entry.encodedBodySize));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  assert.ok(bytes < 30 * 1024, `the page has ${bytes} bytes`);
});

/** Moves the focus with the keyboard until it is at the element. */
async function tabTo(page, element, key = "Tab") {
  for (let pressed = 0; pressed < 60; pressed++) {
    if (await element.evaluate((e) => e === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  assert.fail("the keyboard does not reach " + element);
}
