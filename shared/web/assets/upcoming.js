// upcoming.js is the list of planned meetings by day, with the occurrences of series, and what their host can do.

import { $, alertLine, el, grouped, t, when } from "./page.js";
import {
  attempt, button, copyInvitation, elsewhere, goToHost, hours, moreOf, only, problem, save, saveCalendar, startMeeting,
} from "./invitation.js";

const step = 30; // rows that are shown at a time
const limit = 50; // occurrences of a series that the server shows

/** Shows the list, of which the meetings that are live come first. `notice` is shown above it. */
export async function show(page, notice) {
  const agenda = { ...page, entries: [], next: "", shown: step, live: [] };
  const live = page.rooms.call("GET", "/v2/users/me/meetings?type=live&page_size=300");
  await Promise.all([load(agenda), live.then(({ meetings }) => { agenda.live = meetings; })]);
  await draw(agenda, notice);
}

/** Reads the next page of meetings, in which a series is one row: its next occurrence. */
async function load(agenda) {
  const query = new URLSearchParams({ type: "upcoming", page_size: 300, next_page_token: agenda.next });
  const page = await agenda.rooms.call("GET", "/v2/users/me/meetings?" + query);
  agenda.entries.push(...page.meetings);
  agenda.next = page.next_page_token;
}

/** Draws the first rows of the list. It reads the occurrences of the series among them, which may be before others. */
async function draw(agenda, notice) {
  for (let series; (series = first(agenda).filter((e) => e.type === 8 && !e.recurrence)).length;) {
    await Promise.all(series.map((entry) => expand(agenda, entry)));
  }
  const rows = first(agenda);
  const live = agenda.live.map((now) => rows.find((entry) => entry.id === now.id && !entry.later) ?? now);
  const list = el("div", {}, live.length > 0 && dayOf(agenda, t("meetings.now"), live),
    ...byDay(rows.filter((entry) => !live.includes(entry))).map(([day, entries]) => dayOf(agenda, day, entries)));
  if (!list.firstChild) list.append(el("p", {}, t("meetings.none")));
  if (agenda.long) list.append(el("p", { class: "hint" }, t("meetings.limit", { count: limit })));
  if (agenda.entries.length > agenda.shown || agenda.next) list.append(more(agenda));
  agenda.panel.replaceChildren(...(notice ? [notice] : []), list);
}

/** Returns the entries that are shown, in the order of their starts; meetings without a fixed time are last. */
function first(agenda) {
  const at = ({ start_time: time }) => (time ? Date.parse(time) : Infinity);
  agenda.entries.sort((a, b) => (at(a) === at(b) ? 0 : at(a) - at(b)));
  return agenda.entries.slice(0, agenda.shown);
}

/** Adds the other occurrences of a series. One that was cancelled meanwhile stays as the list had it. */
async function expand(agenda, entry) {
  const series = await agenda.rooms.meeting(entry.id).catch((error) => {
    if (error.status !== 404) throw error;
    return {};
  });
  entry.recurrence = series.recurrence ?? {};
  const all = series.occurrences ?? [];
  agenda.long ||= all.length === limit;
  const others = all.filter((o) => o.status === "available" && o.occurrence_id !== entry.occurrence_id);
  agenda.entries.push(...others.map((occurrence) => ({ ...entry, ...occurrence, later: true })));
}

function byDay(entries) {
  const days = new Map();
  for (const entry of entries) {
    const day = entry.start_time ? when(entry.start_time, "day") : t("meetings.open");
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  return [...days];
}

const dayOf = (agenda, day, entries) =>
  el("section", {}, el("h2", {}, day), el("ul", { class: "plain" }, entries.map((entry) => row(agenda, entry))));

const more = (agenda) => moreOf(async () => {
  const before = agenda.panel.querySelectorAll("li.meeting").length;
  agenda.shown += step;
  if (agenda.entries.length < agenda.shown && agenda.next) await load(agenda);
  await draw(agenda);
  agenda.panel.querySelectorAll("li.meeting")[before]?.querySelector("button").focus();
});

const isLive = (agenda, id) => agenda.live.some((meeting) => meeting.id === id);

/** A row is a meeting, or an occurrence of a series. What is done with the whole series is in its first row. */
function row(agenda, entry) {
  const { id, topic, later, occurrence_id: occurrence } = entry;
  const about = `meeting-${id}-${occurrence ?? ""}`;
  const place = el("div");
  const trouble = alertLine();
  const act = (key, action, kind) => button(key, attempt(trouble, action), about, kind);
  const planned = !agenda.live.includes(entry), live = !later && isLive(agenda, id);
  const actions = el("div", { class: "row" },
    live && act("meetings.return", () => goToHost(id), "main"),
    !later && !live && act("room.start", () => startMeeting(agenda.rooms, id), "main"),
    !later && act("room.copy", (event) => copyInvitation(agenda.rooms, id, "", event.target, place)),
    !later && planned && entry.start_time && act("meetings.ics", () => saveCalendar(agenda.rooms, id, "", topic)),
    planned && act("meetings.change", async (event) => change(agenda, entry, actions, event.target)),
    planned && act("meetings.cancel", async (event) => cancel(agenda, entry, actions, event.target), "danger"));
  return el("li", { class: "card meeting" },
    el("div", { class: "what", id: about }, el("h3", {}, topic), !live && time(entry), marks(agenda, entry)),
    actions, trouble, place);
}

function time({ start_time: from, duration, timezone: zone }) {
  if (!from) return el("p", { class: "mark" }, t("meetings.anytime"));
  const there = elsewhere(from, zone);
  return el("p", {}, hours(from, duration), there && el("span", { class: "mark" }, " · " + there));
}

function marks(agenda, { id, pmi, recurrence, later }) {
  const all = [
    !later && isLive(agenda, id) && t("meetings.live"), pmi && t("meetings.pmi"), grouped(pmi ?? id),
    recurrence?.type && t("meetings.repeats." + recurrence.type),
  ];
  return el("p", { class: "mark" }, all.filter(Boolean).join(" · "));
}

/** Opens the form. Of a series it asks first: one occurrence, or all. */
function change(agenda, { id, occurrence_id: occurrence }, actions, from) {
  const open = (...path) => async () => agenda.go(["change", id, ...path].join("/"));
  if (!occurrence) return open()();
  return ask(actions, from, t("meetings.change.which"), [
    ["meetings.one", open(occurrence)], ["meetings.all", open()],
  ]);
}

/** Asks once, and cancels one occurrence or the meeting. */
function cancel(agenda, entry, actions, from) {
  const { id, occurrence_id: occurrence, topic, start_time: start } = entry;
  const one = () => withdraw(agenda, id, occurrence, topic, t("meetings.cancelled.date", { topic, date: when(start, "day") }));
  const all = () => withdraw(agenda, id, "", topic, t("meetings.cancelled", { topic }));
  const choices = occurrence
    ? [["meetings.cancel.one", one], ["meetings.cancel.all", all]]
    : [["meetings.cancel.yes", all]];
  ask(actions, from, t("meetings.cancel.ask", { topic }), choices, "danger");
}

/** Asks in place of the actions. Escape, or the last button, brings them back. */
function ask(actions, from, question, choices, kind) {
  const trouble = alertLine();
  const id = from.getAttribute("aria-describedby") + "-ask";
  const back = () => { box.replaceWith(actions); from.focus(); };
  const keep = button("meetings.back", back, id);
  const buttons = choices.map(([key, action]) => button(key, attempt(trouble, action), id, kind));
  const box = el("div", { class: "stack", role: "group", "aria-labelledby": id },
    el("p", { id }, question), el("div", { class: "row" }, buttons, keep), trouble);
  box.onkeydown = ({ key }) => key === "Escape" && back();
  actions.replaceWith(box);
  keep.focus();
}

/** Cancels, and shows the list again, with the text and the calendar entry that cancels it there too. */
async function withdraw(agenda, id, occurrence, topic, text) {
  const headers = { Accept: "text/calendar" };
  const entry = await agenda.rooms.cancelMeeting(id, only(occurrence), { headers }).catch((error) => {
    if (occurrence && error.reason === "invalid") error.reason = "last_date";
    throw error;
  });
  const notice = el("div", { class: "card stack", tabIndex: -1 }, el("p", {}, text));
  if (entry) notice.append(el("p", { class: "hint" }, t("meetings.cancelled.ics")), keepEntry(entry, topic));
  await show(agenda, notice).catch((error) => withoutList(agenda, notice, error));
  agenda.news(text);
  notice.focus();
}

/** Shows the notice, and that the list cannot be read now. */
function withoutList({ panel }, notice, error) {
  panel.replaceChildren(notice, el("p", { class: "problem" }, problem(error)));
  $("again").hidden = false;
}

const keepEntry = (entry, topic) => el("p", {}, button("meetings.ics", () => save(entry, topic)));
