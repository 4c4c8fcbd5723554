// invitation.js has what the lists of meetings and the form share: when a meeting is, its invitation, and its start.

import { $, alertLine, copy, el, explain, locale, say, t, tab, when } from "./page.js";

const encode = encodeURIComponent;
const path = (id, occurrence) => `/v2/meetings/${encode(id)}/invitation${only(occurrence)}`;
const minute = 60_000;

/** Returns the query of one occurrence of a series, or of the whole meeting. */
export const only = (occurrence) => (occurrence ? "?occurrence_id=" + encode(occurrence) : "");

/** Returns what went wrong, for people. */
export function problem(error) {
  const key = "meetings.reason." + error.reason;
  return t(key) === key ? explain(error) : t(key);
}

/** Makes an action of a button: while it runs it is not repeated, and it says so in the place, or what went wrong. */
export function attempt(place, action) {
  let running = false;
  return async (event) => {
    if (running) return;
    running = true;
    place.textContent = "";
    const ready = event ? waiting(place, event.submitter ?? event.currentTarget) : () => {};
    await action(event).finally(ready).catch((error) => { place.textContent = problem(error); });
    running = false;
  };
}

/** Says in the place that an action of the button takes longer than a second. Returns what takes that back. */
export function waiting(place, button) {
  const show = (busy) => {
    place.classList.toggle("problem", !busy);
    place.textContent = busy ? t("meetings.pending") : "";
  };
  button.setAttribute("aria-busy", true);
  const slow = setTimeout(() => show(true), 1000);
  return () => {
    clearTimeout(slow);
    button.removeAttribute("aria-busy");
    show(false);
  };
}

/** Makes a button with an action. `about` is the id of the element that says which meeting it is of. */
export const button = (key, onclick, about, kind) =>
  el("button", { type: "button", onclick, "aria-describedby": about, class: kind }, t(key));

/** Makes the button below a list that shows more of it. */
export function moreOf(action) {
  const trouble = alertLine();
  return el("div", { class: "stack" }, trouble, button("meetings.more", attempt(trouble, action)));
}

/** Shows the time of a meeting in the reader's zone: "10:00 – 10:30". The day of its end is not shown. */
export function hours(start, minutes) {
  const from = new Date(start), to = new Date(+from + minutes * minute);
  if (when(from, "day") !== when(to, "day")) return `${when(from, "time")} – ${when(to, "time")}`;
  return new Intl.DateTimeFormat(locale, { timeStyle: "short" }).formatRange(from, to);
}

/** Shows the start in the zone of the meeting; empty if the clocks there show the same as the reader's. */
export function elsewhere(start, zone) {
  const here = when(start);
  const there = inZone(start, zone);
  if (!there || there === here) return "";
  const day = when(start, "day") === when(start, "day", zone);
  return t("meetings.there", { time: day ? when(start, "time", zone) : there, zone: zone.replaceAll("_", " ") });
}

/** The server may know a zone that the browser does not. */
function inZone(start, zone) {
  try {
    return when(start, "both", zone);
  } catch {
    return "";
  }
}

/** Shows a number of minutes. */
export const lasting = (minutes) =>
  new Intl.NumberFormat(locale, { style: "unit", unit: "minute", unitDisplay: "long" }).format(minutes);

export const invitationOf = (rooms, id, occurrence) =>
  rooms.call("GET", path(id, occurrence)).then((answer) => answer.invitation);

/** Copies the invitation. Where the browser forbids that, it shows it in the place, to copy by hand. */
export async function copyInvitation(rooms, id, occurrence, from, place) {
  const text = invitationOf(rooms, id, occurrence);
  try {
    await copy(text, from);
    say(t("meetings.title"), t("copied"));
    setTimeout(() => $("detail").textContent === t("copied") && say(t("meetings.title")), 2000); // as on the button
  } catch {
    place.replaceChildren(textOf(await text));
  }
}

/** Shows the text of an invitation. It can be scrolled and selected by keyboard. */
export const textOf = (text) =>
  el("pre", { class: "invitation", tabIndex: 0, role: "region", "aria-label": t("meetings.invitation") }, text);

/** Saves the calendar entry of the meeting as a file. */
export async function saveCalendar(rooms, id, occurrence, topic) {
  save(await rooms.call("GET", path(id, occurrence), undefined, { headers: { Accept: "text/calendar" } }), topic);
}

/** Saves the text of a calendar entry as a file with the meeting's name. */
export function save(text, topic) {
  const href = URL.createObjectURL(new Blob([text], { type: "text/calendar" }));
  const name = topic.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "meeting";
  el("a", { href, download: name + ".ics" }).click();
  setTimeout(() => URL.revokeObjectURL(href), minute);
}

/** Starts the meeting, and goes to the host's controls. */
export async function startMeeting(rooms, id) {
  await rooms.start(id);
  await goToHost(id);
}

/** Starts a meeting now, by the user's choice in the personal room. The next page finds the seat of the host. */
export async function startNow(rooms) {
  const { id, admission } = await rooms.startInstant();
  const { seat } = admission ?? {};
  const before = tab.get("seat:" + id)?.seat;
  if (seat) tab.set("seat:" + id, { seat: { id: seat.id, secret: seat.secret }, guest: false });
  if (seat && before && before.id !== seat.id) await rooms.visit(id, { seat: before }).leave();
  await goToHost(id);
}

/** Leaves the page for the host's controls. Resolves if the browser shows it again. */
export function goToHost(id) {
  location.assign("/host/" + encode(id));
  return new Promise((back) => { addEventListener("pageshow", back, { once: true }); });
}
