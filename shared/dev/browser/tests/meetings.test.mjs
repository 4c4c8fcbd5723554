// What a user does with meetings: tabs, the personal room, and plans of every kind.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { axe, eachSize, eventually, host, inGerman, inspect, says, signIn, user, visitor } from "./support.mjs";

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const tab = (page, name) => page.getByRole("tab", { name, exact: true });
const button = (page, name) => page.getByRole("button", { name, exact: true });
const card = (page, topic) => page.getByRole("listitem").filter({ hasText: topic });
const shown = (page, text) => page.getByText(text, { exact: true }).first().waitFor();

/** Opens the page for a user who has signed in. */
async function open(t, person, { hash = "", ...options } = {}) {
  const page = await visitor(t, { permissions: ["clipboard-read", "clipboard-write"], ...options });
  await page.goto("/meetings" + hash);
  await signIn(page, person);
  await tab(page, "Upcoming").waitFor();
  return page;
}

/** Fills the form: values by label. Boxes take true or false. */
async function fill(page, values) {
  for (const [label, value] of Object.entries(values)) {
    const field = page.getByLabel(label, { exact: true });
    if (typeof value === "boolean") await field.setChecked(value);
    else if (await field.evaluate((e) => e.matches("select"))) await field.selectOption({ label: value });
    else await field.fill(value);
  }
}

/** Presses the button, and returns the body of the request that it sends. */
async function sends(page, button, method) {
  const request = page.waitForRequest((r) => r.method() === method && r.url().includes("/v2/"));
  await press(page, button);
  return (await request).postDataJSON();
}

const meetings = async (person) => (await person.call("GET", "/v2/users/me/meetings?type=upcoming")).meetings;
const plan = (person, more = {}) => person.call("POST", "/v2/users/me/meetings", {
  topic: "Engines", start_time: "2030-01-15T10:00:00", timezone: "Europe/London", ...more,
});
const weekly = { type: 8, recurrence: { type: 2, weekly_days: "3", end_times: 3 } };
const titles = (page) => page.locator("#panel-upcoming h3").allTextContents();

eachSize("who is not signed in is asked to", async (t, size) => {
  const page = await visitor(t, { size });
  await page.goto("/meetings");
  await says(page, "Meetings");
  await shown(page, "Sign in to see your meetings and to plan new ones.");
  await inspect(page, "meetings-signed-out");
});

eachSize("a meeting is scheduled with and without the PMI", async (t, size) => {
  const ada = await user("Ada");
  const page = await open(t, ada, { size });
  await shown(page, "No meetings are planned.");
  await inspect(page, "meetings-none");
  await tab(page, "Schedule").click();
  await page.getByLabel("Topic").waitFor();
  assert.ok(await tab(page, "Schedule").evaluate((e) => e === document.activeElement));
  await inspect(page, "meetings-schedule");
  await fill(page, { Topic: "Own room", Date: "2030-01-15", "Start time": "10:00", "Time zone": "America/New York" });
  assert.equal(await page.getByLabel("Use my Personal Meeting ID", { exact: true }).isChecked(), false);
  await press(page, "Schedule");
  await shown(page, "The meeting is scheduled");
  await page.getByText("Topic: Own room").waitFor();
  await inspect(page, "meetings-scheduled");
  await press(page, "Copy invitation");
  await press(page, "Copied");
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /Topic: Own room[\s\S]*Passcode: /);

  await tab(page, "Schedule").click();
  await fill(page, { Topic: "Personal room", Date: "2030-01-15", "Start time": "15:05", "Time zone": "Europe/London" });
  await fill(page, { "Use my Personal Meeting ID": true });
  assert.ok(await page.getByLabel("Passcode", { exact: true }).isHidden());
  await inspect(page, "meetings-schedule-pmi");
  await press(page, "Schedule");
  await shown(page, "The meeting is scheduled");
  const [personal, own] = (await meetings(ada)).sort((a, b) => a.topic < b.topic ? 1 : -1);
  assert.deepEqual([own.pmi, own.start_time, own.timezone], [undefined, "2030-01-15T15:00:00Z", "America/New_York"]);
  assert.deepEqual([personal.pmi, personal.start_time], [ada.number, "2030-01-15T15:05:00Z"]);
});

test("the choice of the user is the default of a plan, and advice is shown", async (t) => {
  const ada = await user("Ada");
  await ada.call("PATCH", "/v2/users/me/settings", { schedule_meeting: { use_pmi_for_scheduled_meetings: true } });
  await plan(ada, { topic: "Before", settings: { use_pmi: true } });
  const page = await open(t, ada, { hash: "#schedule" });
  await page.getByLabel("Topic").waitFor();
  assert.ok(await page.getByLabel("Use my Personal Meeting ID", { exact: true }).isChecked());
  await fill(page, { Date: "2030-01-15", "Start time": "11:05", "Time zone": "Europe/London" });
  await fill(page, { "Invited people": "charles@example.com" });
  await page.getByText("Invited people get an invitation by e-mail.").waitFor(); // the server of this test sends mails
  await press(page, "Schedule");
  const notes = page.getByRole("list", { name: "Please note" });
  await notes.getByText("people of one may come into the other").waitFor();
  await notes.getByText("charles@example.com").waitFor();
  await inspect(page, "meetings-advice");
  await press(page, "Change the meeting");
  await page.route("**/v2/meetings/*", async (route) => { // a server that is newer than the page
    const answer = await route.fetch();
    const unknown = { code: "unknown", message: "A new sentence.", action: "PATCH /v2/meetings/1." };
    const weak = { code: "weak_passcode", message: "It is easy to guess.", action: "PATCH /v2/meetings/2." };
    await route.fulfill({ response: answer, json: { ...await answer.json(), advisories: [weak, unknown, weak] } });
  });
  await page.getByRole("heading", { name: "Change the meeting" }).waitFor();
  await press(page, "Save");
  await notes.getByText("A new sentence.", { exact: true }).waitFor();
  assert.match(await notes.innerText(), /^The passcode is easy to guess: [^/]*\s+A new sentence\.$/);
});

test("a series recurs as the form says", async (t) => {
  const ada = await user("Ada");
  const page = await open(t, ada, { hash: "#schedule" });
  const cases = [
    [{ Repeat: "Daily", "Repeat every": "2", Ends: "Never" }, { type: 1, repeat_interval: 2, end_times: 0 }],
    [{ Repeat: "Weekly", Monday: true, Tuesday: false, Wednesday: true, "Number of meetings": "4" },
      { type: 2, repeat_interval: 1, weekly_days: "2,4", end_times: 4 }],
    [{ Repeat: "Monthly", Day: "31", Ends: "On a date", "Last date": "2030-12-31" },
      { type: 3, repeat_interval: 1, monthly_day: 31, end_date_time: "2030-12-31T23:59:59Z" }],
    [{ Repeat: "Monthly", "Repeat every": "3", "In the month": "On a weekday", Which: "Last", Weekday: "Friday" },
      { type: 3, repeat_interval: 3, monthly_week: -1, monthly_week_day: 6, end_times: 10 }],
  ];
  for (const [choices, rule] of cases) {
    await tab(page, "Schedule").click();
    await page.getByRole("button", { name: "Schedule", exact: true }).waitFor();
    await fill(page, { Date: "2030-01-15", "Start time": "10:00", "Time zone": "Europe/London", ...choices });
    await inspect(page, "meetings-recurrence-" + choices.Repeat.toLowerCase());
    assert.ok(await page.getByLabel("Use my Personal Meeting ID", { exact: true }).isDisabled());
    const { type, recurrence } = await sends(page, "Schedule", "POST");
    await shown(page, "The meeting is scheduled");
    const [made] = await meetings(ada);
    const stored = await ada.call("GET", "/v2/meetings/" + made.id);
    assert.equal(type, 8);
    assert.deepEqual(stored.recurrence, rule, JSON.stringify(recurrence));
    await ada.call("DELETE", "/v2/meetings/" + made.id);
  }
  await tab(page, "Schedule").click();
  await fill(page, { Repeat: "Repeats without a fixed time", "Use my Personal Meeting ID": true });
  assert.ok(await page.getByLabel("Date", { exact: true }).isHidden());
  await press(page, "Schedule");
  await page.locator("#done").getByText("At any time").waitFor();
  const [made] = await meetings(ada);
  assert.deepEqual([made.type, made.pmi, made.start_time], [3, ada.number, undefined]);
});

test("what is wrong is said at the field, and nothing is lost", async (t) => {
  const ada = await user("Ada");
  const page = await open(t, ada, { hash: "#schedule" });
  await fill(page, { Topic: "Kept", Passcode: "a b", "Duration in minutes": "9001" });
  await press(page, "Schedule");
  const duration = page.getByLabel("Duration in minutes");
  assert.ok(await duration.evaluate((e) => e === document.activeElement));
  assert.equal(await duration.getAttribute("aria-invalid"), "true");
  await inspect(page, "meetings-schedule-wrong");
  await fill(page, { Passcode: "abc123", "Duration in minutes": "30" });
  await fill(page, { Date: "2020-01-15", "Alternative hosts": "nobody" });
  assert.equal(await duration.getAttribute("aria-invalid"), null);
  await press(page, "Schedule");
  await shown(page, "Enter at most 10 complete e-mail addresses.");
  await fill(page, { "Alternative hosts": "grace@example.com, mary@example.com" });
  await press(page, "Schedule");
  await shown(page, "Choose a time between now and ten years from now.");
  await fill(page, { Date: "2030-01-15" });
  await press(page, "Schedule");
  await shown(page, "The meeting is scheduled");
  const [made] = await meetings(ada);
  const { topic, password, settings } = await ada.call("GET", "/v2/meetings/" + made.id);
  assert.deepEqual([topic, password], ["Kept", "abc123"]);
  assert.equal(settings.alternative_hosts, "grace@example.com;mary@example.com");
});

test("what the server refuses is said in the language of the reader", async (t) => {
  const page = await open(t, await user("Ada"), { hash: "#schedule" });
  await inGerman(page);
  const refuse = (path, answer) => page.route("**" + path, (route) => (route.request().method() === "GET"
    ? route.continue() : route.fulfill({ status: 400, json: { message: "English.", ...answer } })));
  await refuse("/v2/users/me/meetings", { reason: "invalid", errors: [{ field: "agenda", message: "is English" }] });
  await page.locator("#agenda").fill("Räder");
  await page.locator("#save").click();
  await page.locator("#agenda-problem").getByText("Bitte prüfen: Agenda", { exact: true }).waitFor();
  await page.locator("#tab-room").click();
  await refuse("/passes", { reason: "too_many_passes" });
  await page.getByLabel("Für wen").fill("Charles");
  await press(page, "Pass erstellen");
  await shown(page, "Zu viele Gästepässe. Widerrufen Sie einige oder versuchen Sie es morgen erneut.");
});

eachSize("meetings are listed by day, and one of a series is changed", async (t, size) => {
  const ada = await user("Ada");
  await plan(ada, { ...weekly, topic: "Series" });
  const single = { topic: "Single", start_time: "2030-01-22T08:00:00", timezone: "Asia/Tokyo" };
  await plan(ada, { ...single, settings: { use_pmi: true } });
  await plan(ada, { topic: "Open", type: 3 });
  const page = await open(t, ada, { size });
  await card(page, "Open").waitFor();
  assert.deepEqual(await titles(page), ["Series", "Single", "Series", "Series", "Open"]);
  await page.getByRole("heading", { level: 2, name: /^Tuesday,? 22 January 2030$/ }).waitFor();
  await card(page, "Single").getByText("08:00 in Asia/Tokyo").waitFor();
  await inspect(page, "meetings-upcoming");

  await card(page, "Series").nth(1).getByRole("button", { name: "Change", exact: true }).click();
  await inspect(page, "meetings-change-which");
  await press(page, "Only this date");
  await page.getByRole("heading", { name: "Change only Series on Tuesday, 22 January 2030" }).waitFor();
  await inspect(page, "meetings-change-one");
  assert.equal(await page.getByLabel("Date", { exact: true }).inputValue(), "2030-01-22");
  await fill(page, { "Start time": "12:30" });
  assert.deepEqual(await sends(page, "Save", "PATCH"), { start_time: "2030-01-22T12:30:00" });
  await shown(page, "The meeting is saved");
  const [series] = (await meetings(ada)).filter((m) => m.topic === "Series");
  const { occurrences } = await ada.call("GET", "/v2/meetings/" + series.id);
  assert.deepEqual(occurrences.map((o) => o.start_time),
    ["2030-01-15T10:00:00Z", "2030-01-22T12:30:00Z", "2030-01-29T10:00:00Z"]);
});

test("a change sends what was changed, also after a reload", async (t) => {
  const ada = await user("Ada");
  const settings = { waiting_room: true, join_before_host: true, jbh_time: 10, alternative_hosts: "grace@example.com" };
  const { id } = await plan(ada, { ...weekly, agenda: "Wheels", settings });
  const page = await open(t, ada);
  await card(page, "Engines").first().getByRole("button", { name: "Change", exact: true }).click();
  await press(page, "The whole series");
  await page.getByLabel("Topic").waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Change the meeting" }).waitFor();
  await inspect(page, "meetings-change");
  assert.equal(await page.getByLabel("How long before the start").inputValue(), "10");
  await fill(page, { Topic: "Cards", "Time zone": "America/New York" });
  await fill(page, { "Waiting room: you admit everybody yourself": false });
  assert.deepEqual(await sends(page, "Save", "PATCH"),
    { topic: "Cards", timezone: "America/New_York", settings: { waiting_room: false } });
  await shown(page, "The meeting is saved");
  await shown(page, "Cards");
  const now = await ada.call("GET", "/v2/meetings/" + id);
  assert.deepEqual([now.start_time, now.agenda], ["2030-01-15T15:00:00Z", "Wheels"]);
  assert.ok(now.settings.join_before_host);
  await press(page, "Change the meeting");
  await press(page, "Discard changes");
  const focused = () => tab(page, "Upcoming").evaluate((e) => e === document.activeElement);
  await eventually(focused, "the focus is on the tab");
  await page.goBack();
  await page.getByRole("heading", { name: "Change the meeting" }).waitFor();
  await fill(page, { Repeat: "Does not repeat", "Use my Personal Meeting ID": true });
  assert.deepEqual(await sends(page, "Save", "PATCH"), { type: 2, settings: { use_pmi: true } });
  await shown(page, "The meeting is saved");
});

eachSize("one of a series is cancelled, then all", async (t, size) => {
  const ada = await user("Ada");
  const { id } = await plan(ada, weekly);
  const page = await open(t, ada, { size });
  const first = card(page, "Engines").first();
  await first.getByRole("button", { name: "Cancel", exact: true }).click();
  await inspect(page, "meetings-cancel");
  await page.keyboard.press("Escape");
  const button = first.getByRole("button", { name: "Cancel", exact: true });
  assert.ok(await button.evaluate((e) => e === document.activeElement));
  await page.keyboard.press("Enter");
  await press(page, "Cancel only this date");
  await shown(page, "Engines on Tuesday, 15 January 2030 is cancelled.");
  await inspect(page, "meetings-cancelled");
  assert.equal((await titles(page)).length, 2);
  const { occurrences } = await ada.call("GET", "/v2/meetings/" + id);
  assert.deepEqual(occurrences.map((o) => o.status), ["deleted", "available", "available"]);
  await card(page, "Engines").first().getByRole("button", { name: "Cancel", exact: true }).click();
  await press(page, "Cancel the whole series");
  await shown(page, "No meetings are planned.");
  const saving = page.waitForEvent("download");
  await press(page, "Save calendar file");
  assert.match(await readFile(await (await saving).path(), "utf8"), /METHOD:CANCEL/);
  assert.deepEqual(await meetings(ada), []);
});

test("the last date of a series is not cancelled alone", async (t) => {
  const ada = await user("Ada");
  await plan(ada, { ...weekly, recurrence: { ...weekly.recurrence, end_times: 1 } });
  const page = await open(t, ada);
  await press(page, "Cancel");
  await press(page, "Cancel only this date");
  await card(page, "Engines").getByText("This date cannot be cancelled alone").waitFor();
  await press(page, "Close");
  await page.getByRole("button", { name: "Start", exact: true }).waitFor();
});

test("the calendar entry is saved", async (t) => {
  const ada = await user("Ada");
  await plan(ada, { topic: "Engines / wheels" });
  const page = await open(t, ada);
  const saving = page.waitForEvent("download");
  await press(page, "Save calendar file");
  const file = await saving;
  assert.equal(file.suggestedFilename(), "Engines-wheels.ics");
  assert.match(await readFile(await file.path(), "utf8"), /BEGIN:VEVENT[\s\S]*SUMMARY:Engines \/ wheels/);
});

test("a long list has pages", async (t) => {
  const ada = await user("Ada");
  await plan(ada, { type: 8, recurrence: { type: 1, end_times: 40 } });
  const page = await open(t, ada);
  await press(page, "More");
  await eventually(async () => (await titles(page)).length === 40, "40 rows");
  assert.ok(await page.getByRole("button", { name: "More", exact: true }).isHidden());
  assert.ok(await card(page, "Engines").nth(30).evaluate((e) => e.contains(document.activeElement)));
});

eachSize("meetings that ended show who was there", async (t, size) => {
  const ada = await host("Ada", { waiting_room: "everyone" });
  const charles = await user("Charles");
  await ada.start();
  await ada.call("POST", `/v2/live_meetings/${ada.number}/participants`, {});
  await charles.call("POST", `/v2/live_meetings/${ada.number}/participants`, { passcode: ada.room.passcode });
  await ada.end();
  const page = await open(t, ada, { size, hash: "#previous" });
  await card(page, "Personal Meeting Room").getByText("People: 1").waitFor();
  const people = page.getByRole("button", { name: "Participants", exact: true });
  await people.click();
  await card(page, charles.name.split(" ")[0]).getByText("Only waited").first().waitFor();
  assert.equal(await people.getAttribute("aria-expanded"), "true");
  await inspect(page, "meetings-previous");
});

eachSize("the personal room is started from its tab", async (t, size) => {
  const ada = await host("Ada");
  const page = await open(t, ada, { size, hash: "#room" });
  await page.getByText(ada.number.replace(/(...)(...)/, "$1 $2 "), { exact: true }).waitFor();
  await inspect(page, "meetings-room");
  await press(page, "Copy invitation");
  await page.getByRole("button", { name: "Copied" }).waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), new RegExp(ada.room.passcode));
  await page.locator("#detail").getByText("Copied").waitFor();
  await eventually(async () => !await page.locator("#detail").textContent(), "it can be said again");
  await press(page, "Start");
  await page.waitForURL("**/host/" + ada.number);
  assert.equal((await ada.call("GET", "/v2/users/me/personal_meeting_room")).status, "live");
});

eachSize("a meeting that is live is found again, and its host keeps one seat", async (t, size) => {
  const ada = await host("Ada");
  const { id } = await plan(ada);
  const page = await open(t, ada, { size });
  await card(page, "Engines").waitFor();
  assert.match(await card(page, "Engines").textContent(), /\d{3}\u00a0\d{4}\u00a0\d{4}/);
  await press(page, "Start");
  await page.waitForURL("**/host/" + id);
  await button(page, "Join").click();
  await says(page, "You are in");
  await page.goto("/meetings");
  const live = page.locator("#panel-upcoming li").first();
  await live.getByText("In progress").waitFor();
  await inspect(page, "meetings-live");
  await press(page, "Return to meeting");
  await page.waitForURL("**/host/" + id);
  await says(page, "You are in");
  const hosts = async () => (await ada.call("GET", `/v2/live_meetings/${id}/participants`)).participants;
  assert.equal((await hosts()).length, 1);
  await ada.call("PUT", `/v2/meetings/${id}/status`, { action: "end" });
  await ada.call("PATCH", "/v2/users/me", { use_pmi: true });
  await page.goto("/meetings");
  for (const times of [1, 2]) {
    await press(page, "Start a meeting now");
    await page.waitForURL("**/host/" + ada.number);
    await says(page, "You are in");
    assert.equal((await ada.roster()).length, 1, `a seat, after ${times}`);
    await page.goto("/meetings#room");
    await page.locator("#panel-room").getByRole("button", { name: "Return to meeting" }).waitFor();
    assert.equal(await page.locator("#panel-room").getByRole("button", { name: "Start", exact: true }).count(), 0);
  }
  await tab(page, "Upcoming").click();
  await page.locator("#panel-upcoming").getByRole("button", { name: "Return to meeting" }).click();
  await page.waitForURL("**/host/" + ada.number);
  await says(page, "You are in");
  assert.equal((await ada.roster()).length, 1);
});

test("a plan of a user without a time zone is in that of the device", async (t) => {
  const page = await open(t, await user("Ada"), { hash: "#schedule", timezoneId: "Europe/Berlin" });
  await page.getByLabel("Topic").waitFor();
  assert.equal(await page.getByLabel("Time zone").inputValue(), "Europe/Berlin");
});

test("a phone has one line for the bar, and one for the tabs", async (t) => {
  const page = await open(t, await user("Ada Augusta Lovelace"), { viewport: { width: 360, height: 640 } });
  for (const one of ["#nav nav", ".tabs"]) {
    const tops = await page.locator(one + " > *").evaluateAll((all) => all.map((e) => e.getBoundingClientRect().bottom));
    assert.ok(Math.max(...tops) - Math.min(...tops) < 30, `${one}: ${tops}`);
  }
  const lines = await page.locator("#nav a, #who button").evaluateAll((all) => all.map((e) => {
    const range = document.createRange();
    range.selectNodeContents(e);
    return range.getClientRects().length;
  }));
  assert.deepEqual(lines, [1, 1, 1, 1]);
  await inspect(page, "meetings-narrow");
});

test("an instant meeting is where the user wants it", async (t) => {
  const ada = await user("Ada");
  const page = await open(t, ada);
  await press(page, "Start a meeting now");
  await page.waitForURL(/\/host\/\d{11}$/);
  await says(page, "You are in");
  await ada.call("PATCH", "/v2/users/me", { use_pmi: true });
  await page.goto("/meetings");
  await press(page, "Start a meeting now");
  await page.waitForURL("**/host/" + ada.number);
  await says(page, "You are in");
});

test("a refusal is said where it happened", async (t) => {
  const ada = await host("Ada");
  const { id } = await plan(ada);
  const page = await open(t, ada);
  await card(page, "Engines").waitFor();
  await ada.call("DELETE", "/v2/meetings/" + id);
  await press(page, "Start");
  await card(page, "Engines").getByText("This meeting does not exist any more.").waitFor();
});

test("an action that takes long says so", async (t) => {
  const ada = await host("Ada");
  await plan(ada);
  const page = await open(t, ada);
  const start = card(page, "Engines").getByRole("button", { name: "Start", exact: true });
  await start.waitFor();
  await page.context().setOffline(true);
  await start.click();
  await card(page, "Engines").getByText("One moment…").waitFor();
  assert.equal(await start.getAttribute("aria-busy"), "true");
  await inspect(page, "meetings-busy");
  await card(page, "Engines").getByText("The server cannot be reached.").waitFor();
  assert.equal(await start.getAttribute("aria-busy"), null);
  assert.equal(await page.getByText("One moment…").count(), 0);
  await tab(page, "Schedule").click();
  await page.context().setOffline(false);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByLabel("Topic").waitFor();
  await page.context().setOffline(true);
  await press(page, "Schedule");
  await page.locator("#plan-problem").getByText("One moment…").waitFor();
  await page.context().setOffline(false);
  await shown(page, "The meeting is scheduled");
  assert.equal(await page.locator("#plan-problem").textContent(), "");
});

test("the tabs are used by keyboard", async (t) => {
  const page = await open(t, await user("Ada"));
  await tab(page, "Upcoming").focus();
  for (const name of ["Previous", "Personal Meeting Room", "Schedule", "Upcoming"]) {
    await page.keyboard.press("ArrowRight");
    await eventually(() => tab(page, name).evaluate((e) => e === document.activeElement && e.ariaSelected === "true"), name);
  }
  await page.keyboard.press("End");
  await page.getByLabel("Topic").waitFor();
  assert.deepEqual(await axe(page), []);
  assert.ok(page.url().endsWith("#schedule"));
});

test("a meeting is shown by the clocks of the reader and of its zone", async (t) => {
  const ada = await user("Ada");
  const page = await open(t, ada, { hash: "#schedule" });
  await fill(page, { Date: "2030-03-05", "Start time": "10:00", "Time zone": "America/New York", Repeat: "Weekly" });
  await fill(page, { "Number of meetings": "2" });
  await press(page, "Schedule");
  await page.locator("#done").getByText("15:00–16:00").waitFor();
  await page.getByRole("link", { name: "Upcoming", exact: true }).click();
  await card(page, "Meeting").nth(1).waitFor();
  const times = await page.locator("#panel-upcoming li .what p:first-of-type").allTextContents();
  assert.deepEqual(times, ["15:00–16:00 · 10:00 in America/New York", "14:00–15:00 · 10:00 in America/New York"]);
});

test("a sign-in that ended loses nothing that was typed", async (t) => {
  const ada = await user("Ada");
  const page = await open(t, ada, { hash: "#schedule" });
  await fill(page, { Topic: "Typed", Repeat: "Weekly", "Invited people": "charles@example.com", Sunday: true });
  await page.route("**/oauth/token", (route) => route.fulfill({ status: 400, json: { error: "invalid_grant" } }));
  const refusal = { status: 401, json: { message: "Unauthorized" } };
  await page.route("**/v2/users/me/meetings", (route) => route.fulfill(refusal));
  await press(page, "Schedule");
  await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  await inspect(page, "meetings-signed-out-late");
  await page.unrouteAll();
  await signIn(page, ada);
  await page.getByRole("group", { name: "On these days" }).waitFor();
  assert.equal(await page.getByLabel("Topic").inputValue(), "Typed");
  assert.equal(await page.getByLabel("Invited people").inputValue(), "charles@example.com");
  assert.ok(await page.getByLabel("Sunday", { exact: true }).isChecked());
  await press(page, "Schedule");
  await shown(page, "The meeting is scheduled");
});

test("a tab that cannot be loaded is tried again", async (t) => {
  const page = await open(t, await user("Ada"));
  await shown(page, "No meetings are planned.");
  await page.route("**/v2/**", (route) => route.abort());
  await tab(page, "Personal Meeting Room").click();
  await shown(page, "The server cannot be reached. Check your connection.");
  await inspect(page, "meetings-unreachable");
  await page.unrouteAll();
  await press(page, "Try again");
  assert.ok(await tab(page, "Personal Meeting Room").evaluate((e) => e === document.activeElement));
  await page.getByRole("button", { name: "Start", exact: true }).waitFor();
  assert.ok(await page.getByText("The server cannot be reached.").isHidden());
});

test("a plan is kept while other tabs are shown", async (t) => {
  const page = await open(t, await user("Ada"), { hash: "#schedule" });
  await fill(page, { Topic: "Draft" });
  await tab(page, "Upcoming").click();
  await tab(page, "Schedule").click();
  assert.equal(await page.getByLabel("Topic").inputValue(), "Draft");
  await page.evaluate(() => { location.hash = "#change/98765432101"; }); // nobody has it
  await page.getByRole("button", { name: "Try again" }).waitFor();
  await tab(page, "Schedule").click();
  await page.getByLabel("Topic").waitFor();
  assert.equal(await page.getByLabel("Topic").inputValue(), "Draft");
});

test("the form is prepared once, and has the focus after a refusal", async (t) => {
  const page = await open(t, await user("Ada"));
  await shown(page, "No meetings are planned.");
  const late = new Promise((resolve) => { setTimeout(resolve, 1000); });
  await page.route("**/v2/users/me/settings?*", async (route) => { await late; await route.continue(); });
  for (const name of ["Schedule", "Upcoming", "Schedule"]) await tab(page, name).click();
  await page.getByLabel("Topic").waitFor();
  assert.equal(await page.locator("#day-1").count(), 1);
  const refusal = { status: 403, json: { message: "Not now", reason: "none" } };
  await page.route("**/v2/users/me/meetings", (route) => route.fulfill(refusal));
  await press(page, "Schedule");
  await shown(page, "Not now");
  assert.equal(await page.evaluate(() => document.activeElement.id), "save");
});

test("a meeting in a zone that the browser lacks is changed in UTC", async (t) => {
  const ada = await user("Ada");
  const { id } = await plan(ada, { timezone: "America/New_York" });
  const page = await open(t, ada);
  await page.route("**/v2/meetings/" + id, async (route) => {
    if (route.request().method() !== "GET") return route.continue();
    const response = await route.fetch();
    return route.fulfill({ response, json: { ...await response.json(), timezone: "America/Nowhere" } });
  });
  await press(page, "Change");
  await page.getByLabel("Topic").waitFor();
  assert.equal(await page.getByLabel("Start time").inputValue(), "15:00");
  await fill(page, { "Start time": "16:00" });
  assert.deepEqual(await sends(page, "Save", "PATCH"), { start_time: "2030-01-15T16:00:00Z" });
  await shown(page, "The meeting is saved");
  const { start_time: start, timezone } = await ada.call("GET", "/v2/meetings/" + id);
  assert.deepEqual([start, timezone], ["2030-01-15T16:00:00Z", "America/New_York"]);
});

test("a meeting was cancelled also if the list cannot be read after that", async (t) => {
  const ada = await user("Ada");
  await plan(ada);
  const page = await open(t, ada);
  await page.getByRole("button", { name: "Cancel", exact: true }).waitFor();
  await page.route("**/v2/users/me/meetings?*", (route) => route.abort());
  await press(page, "Cancel");
  await press(page, "Cancel the meeting");
  await page.locator("#panel-upcoming").getByText("Engines is cancelled.").waitFor();
  await page.unrouteAll();
  await press(page, "Try again");
  await shown(page, "No meetings are planned.");
  assert.deepEqual(await meetings(ada), []);
});

test("the page is light, and stands from right to left", async (t) => {
  const ada = await user("Ada");
  await plan(ada, weekly);
  const page = await visitor(t);
  const sizes = [];
  page.on("response", async (answer) => {
    if (!/^\/(meetings$|assets\/)/.test(new URL(answer.url()).pathname)) return;
    sizes.push((await answer.request().sizes()).responseBodySize);
  });
  await page.goto("/meetings");
  await signIn(page, ada);
  await card(page, "Engines").first().waitFor();
  await page.waitForLoadState("networkidle");
  const size = sizes.reduce((sum, one) => sum + one, 0);
  assert.ok(size < 30_000, `${size} bytes`);
  await tab(page, "Schedule").click();
  await page.getByLabel("Topic").waitFor();
  await page.evaluate(() => { document.documentElement.dir = "rtl"; });
  await inspect(page, "meetings-schedule-rtl");
  await tab(page, "Schedule").focus();
  await page.keyboard.press("ArrowLeft");
  await card(page, "Engines").first().waitFor();
  await inspect(page, "meetings-upcoming-rtl");
});
