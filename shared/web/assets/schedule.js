// schedule.js plans a meeting, or changes one, or one occurrence of a series. It sends only what was changed.

import { $, alertLine, el, t, when } from "./page.js";
import { adviceOn } from "./advice.js";
import {
  attempt, button, copyInvitation, elsewhere, hours, invitationOf, only, problem, saveCalendar, textOf, waiting,
} from "./invitation.js";
import { fill, prepare, read, refuse, restore, valid } from "./plan.js";

let user; // promises the profile and the choices of the user, which are the defaults of the form
let newest = 0; // the number of the newest show(): an older one, whose answers are late, does not fill the form
let draft = false; // the form has a new meeting that was not saved yet: other tabs do not lose it

/** Shows the form: empty, or with the meeting or the occurrence of a change. */
export async function show({ rooms, go }, id, occurrence) {
  const number = ++newest;
  if (draft && !id) return showForm(true);
  $("plan").hidden = $("done").hidden = true;
  user ??= defaults(rooms).catch((error) => { user = undefined; throw error; });
  const profile = await user;
  const meeting = id && await rooms.meeting(id, only(occurrence));
  if (number !== newest) return;
  $("plan-title").textContent = occurrence ? titleOf(meeting) : t(id ? "schedule.change" : "schedule.title");
  $("save").textContent = t(id ? "schedule.save" : "schedule.button");
  $("dismiss").hidden = !id;
  $("dismiss").onclick = () => go("upcoming");
  fill(profile, meeting, occurrence);
  showForm(true);
  draft = !id;
  const before = id ? read() : {};
  restore();
  const send = () => (id ? change(rooms, id, occurrence, before) : rooms.schedule(read()));
  $("plan").onsubmit = (event) => {
    event.preventDefault();
    submit(send, { rooms, go, occurrence, changed: Boolean(id) });
  };
  if (id) $("plan-title").focus();
}

const titleOf = ({ topic, start_time: start }) => t("schedule.change.one", { topic, date: when(start, "day") });

/** Returns the defaults, and prepares the form once they are there. */
async function defaults(rooms) {
  const [profile, settings] = await Promise.all([
    rooms.profile(), rooms.call("GET", "/v2/users/me/settings?custom_query_fields=use_pmi_for_scheduled_meetings"),
  ]);
  prepare();
  return { ...profile, usePMI: Boolean(settings.schedule_meeting?.use_pmi_for_scheduled_meetings) };
}

function showForm(shown) {
  $("plan").hidden = !shown;
  $("done").hidden = shown;
}

/** Sends the form. A disabled button loses the focus: after a refusal it has it again, or the field that is wrong. */
async function submit(action, context) {
  $("plan-problem").textContent = "";
  if (!valid() || $("save").disabled) return;
  $("save").disabled = true;
  const ready = waiting($("plan-problem"), $("save"));
  try {
    await done(await action().finally(ready), context);
  } catch (error) {
    $("save").disabled = false;
    if (document.activeElement === document.body) $("save").focus();
    if (!refuse(error)) $("plan-problem").textContent = problem(error);
  }
  $("save").disabled = false;
}

/** Sends what differs from before. Without a difference nothing is sent. */
function change(rooms, id, occurrence, before) {
  const now = read();
  const edit = { ...difference(now, before), settings: difference(now.settings ?? {}, before.settings ?? {}) };
  if (!Object.keys(edit.settings).length) delete edit.settings;
  if (!Object.keys(edit).length) return rooms.meeting(id, only(occurrence));
  return rooms.editMeeting(id, edit, only(occurrence), { headers: { Prefer: "return=representation" } });
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const difference = (now, before) =>
  Object.fromEntries(Object.entries(now).filter(([key, value]) => !same(value, before[key])));

/** Shows the meeting that was saved, with its invitation and what the server advises. */
async function done(meeting, { rooms, go, occurrence, changed }) {
  const { id, topic, advisories = [] } = meeting;
  const title = t(changed ? "schedule.changed" : "schedule.done");
  const heading = el("h2", { id: "done-title", tabIndex: -1 }, title);
  const trouble = alertLine();
  const text = textOf("");
  const act = (key, action, kind) => button(key, attempt(trouble, action), "done-title", kind);
  $("done").replaceChildren(el("div", { class: "stack" },
    heading, el("h3", {}, topic), time(meeting), notes(advisories), text, trouble, el("div", { class: "row" },
      act("room.copy", (event) => copyInvitation(rooms, id, occurrence, event.target, text), "main"),
      meeting.start_time && act("meetings.ics", () => saveCalendar(rooms, id, "", topic)),
      act("schedule.change", async () => go("change/" + id)),
      el("a", { class: "button", href: "#upcoming" }, t("meetings.upcoming")))));
  showForm(false);
  draft = false;
  heading.focus();
  await attempt(trouble, async () => { text.textContent = await invitationOf(rooms, id, occurrence); })();
}

function time({ start_time: from, duration, timezone: zone }) {
  if (!from) return el("p", {}, t("meetings.anytime"));
  const there = elsewhere(from, zone);
  const here = `${when(from, "day")}, ${hours(from, duration)}`;
  return el("p", {}, here, there && el("span", { class: "mark" }, " · " + there));
}

const notes = (advisories) => advisories.length > 0 &&
  el("ul", { class: "plain notes", "aria-label": t("schedule.notes") }, adviceOn(advisories, "li", { class: "card" }));
