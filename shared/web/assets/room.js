// room.js is the tab of the personal room: its number, link and passcode, and what its host needs at once.

import { alertLine, el, grouped, t } from "./page.js";
import { attempt, button, copyInvitation, goToHost, startMeeting } from "./invitation.js";
import { passes } from "./passes.js";

/** Shows the personal room. */
export async function show({ rooms, panel }) {
  const room = await rooms.personalRoom();
  const live = room.status === "live";
  const [key, enter] = live ? ["meetings.return", goToHost] : ["room.start", (id) => startMeeting(rooms, id)];
  const place = el("div");
  const trouble = alertLine();
  const copied = (event) => copyInvitation(rooms, room.number, "", event.target, place);
  panel.replaceChildren(
    el("div", { class: "card stack" },
      el("p", { class: "number", id: "pmi" }, grouped(room.number)),
      live && el("p", { class: "mark" }, t("meetings.live")),
      facts(room),
      el("div", { class: "row" },
        button(key, attempt(trouble, () => enter(room.number)), "pmi", "main"),
        button("room.copy", attempt(trouble, copied), "pmi"),
        el("a", { class: "button", href: "/me" }, t("meetings.settings"))),
      trouble, place),
    await passes(rooms));
}

function facts(room) {
  const all = [["meetings.link", el("a", { href: room.join_url }, room.join_url)]];
  if (room.vanity_name) all.push(["meetings.personallink", `${location.origin}/my/${room.vanity_name}`]);
  if (room.passcode) all.push(["meetings.passcode", room.passcode]);
  return el("dl", {}, ...all.map(([key, value]) => el("div", {}, el("dt", {}, t(key)), el("dd", {}, value))));
}
