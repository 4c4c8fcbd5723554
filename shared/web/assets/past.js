// past.js is the list of meetings that ended, the latest first, with the participants of each on demand.

import { alertLine, el, grouped, t, when } from "./page.js";
import { attempt, button, lasting, moreOf } from "./invitation.js";

/** Shows the first page of the list. */
export async function show({ rooms, panel }) {
  const list = el("ul", { class: "plain" });
  const more = el("div");
  const to = new Date().toISOString(); // a page token is valid for one interval only
  const load = async (token = "") => {
    const query = new URLSearchParams({ from: "2000-01-01", to, next_page_token: token });
    const page = await rooms.call("GET", "/v2/report/users/me/meetings?" + query);
    const rows = page.meetings.map((meeting) => row(rooms, meeting));
    list.append(...rows);
    more.replaceChildren(...(page.next_page_token ? [moreOf(() => load(page.next_page_token))] : []));
    if (token) rows[0]?.querySelector("button").focus();
  };
  await load();
  panel.replaceChildren(list.firstChild ? list : el("p", {}, t("meetings.none.past")), more);
}

function row(rooms, { id: number, uuid, topic, start_time: start, duration, participants_count: count }) {
  const id = "past-" + uuid;
  const people = el("div", { hidden: true });
  const trouble = alertLine();
  const toggle = button("meetings.people", attempt(trouble, async () => {
    if (!people.firstChild) people.append(await participants(rooms, uuid));
    people.hidden = !people.hidden;
    toggle.setAttribute("aria-expanded", !people.hidden);
  }), id);
  toggle.setAttribute("aria-expanded", false);
  return el("li", { class: "card meeting" },
    el("div", { class: "what", id },
      el("h2", {}, topic), el("p", {}, when(start)),
      el("p", { class: "mark" }, [grouped(number), lasting(duration), t("meetings.count", { count })].join(" · "))),
    el("div", { class: "row" }, toggle), trouble, people);
}

/** Returns the list of all who asked to join, in the order in which they did. */
async function participants(rooms, uuid) {
  const all = [];
  for (let next = ""; ;) {
    const query = new URLSearchParams({ page_size: 300, next_page_token: next });
    const page = await rooms.call("GET", `/v2/past_meetings/${encodeURIComponent(uuid)}/participants?${query}`);
    all.push(...page.participants);
    next = page.next_page_token;
    if (!next) break;
  }
  return all.length ? el("ul", { class: "people" }, all.map(person)) : el("p", {}, t("meetings.nobody"));
}

function person({ id, name, user_email: email, join_time: start, duration, status, state }) {
  const fate = ["denied", "removed"].includes(state) ? state : status === "in_waiting_room" && "waited";
  const marks = [id ? email : t("meetings.guest"), fate && t("meetings.fate." + fate)];
  const stay = status === "in_meeting" && lasting(Math.ceil(duration / 60));
  const time = [when(start, "time"), stay].filter(Boolean).join(" · ");
  return el("li", {}, el("span", { class: "name" }, name),
    el("span", { class: "mark" }, marks.filter(Boolean).join(" · ")), el("span", { class: "mark" }, time));
}
