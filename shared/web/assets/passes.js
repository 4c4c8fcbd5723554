// passes.js is the part of the personal room's tab with guest passes: links for one person each, without the passcode.

import { alertLine, copy, el, t, when } from "./page.js";
import { attempt, button } from "./invitation.js";

const day = 86_400_000;

/** Returns the part. It shows the passes, and makes and revokes them. */
export async function passes(rooms) {
  const list = el("ul", { class: "people", "aria-labelledby": "passes-title" });
  const made = el("div", { role: "status" });
  const title = el("h2", { id: "passes-title", tabIndex: -1 }, t("room.pass.title"));
  const refresh = async () => {
    const { passes: all } = await rooms.passes();
    list.replaceChildren(...all.map((pass) => row(rooms, pass, refresh, title)));
  };
  await refresh();
  return el("section", { class: "card stack", "aria-labelledby": "passes-title" },
    title, el("p", { class: "hint" }, t("room.pass.hint")), form(rooms, made, refresh), made, list);
}

function form(rooms, made, refresh) {
  const name = el("input", { id: "pass-name", maxLength: 64, required: true, pattern: ".*\\S.*", autocomplete: "off" });
  const uses = el("input", { id: "pass-uses", type: "number", min: 1, max: 100, inputMode: "numeric", value: 1 });
  const [first, last] = [0, 365].map((days) => local(new Date(Date.now() + days * day)));
  const until = el("input", { id: "pass-until", type: "date", min: first, max: last });
  const skips = el("input", { id: "pass-skips", type: "checkbox" });
  const trouble = alertLine();
  const field = (input, key) => el("div", { class: "field" }, el("label", { htmlFor: input.id }, t(key)), input);
  const send = attempt(trouble, async () => {
    const plan = { name: name.value.trim(), max_uses: Number(uses.value) || undefined, skips_waiting_room: skips.checked };
    if (until.value) plan.valid_until = new Date(+new Date(until.value + "T00:00") + day).toISOString(); // that day too
    const pass = await rooms.makePass(plan);
    name.value = "";
    const link = el("input", { id: "pass-link", readOnly: true, value: pass.join_url });
    const selected = el("p", { class: "hint" });
    const copied = (event) => copy(pass.join_url, event.target).catch(() => {
      link.select();
      selected.textContent = t("selected");
    });
    made.replaceChildren(el("div", { class: "field" },
      el("label", { htmlFor: "pass-link" }, t("room.pass.made", { name: pass.name })), link,
      button("room.pass.copy", copied, "pass-link"), selected));
    await refresh();
  });
  const entry = el("form", { class: "stack" },
    field(name, "room.pass.name"),
    el("div", { class: "fields" }, field(uses, "room.pass.uses"), field(until, "room.pass.until")),
    el("label", { class: "check" }, skips, " ", t("room.pass.skips")),
    trouble, el("button", { class: "main" }, t("room.pass.make")));
  entry.onsubmit = (event) => { event.preventDefault(); send(event); };
  return entry;
}

/** Returns the day of a time here, as fields of dates have it: 2030-01-31. */
const local = (time) => [time.getFullYear(), time.getMonth() + 1, time.getDate()].map((n) => `${n}`.padStart(2, "0")).join("-");

function row(rooms, pass, refresh, title) {
  const { id, name, uses, max_uses: most, valid_until: until, state, skips_waiting_room: skips } = pass;
  const trouble = alertLine();
  const marks = [
    state === "usable" ? "" : t("room.pass." + state),
    most ? t("room.pass.used.of", { uses, most }) : t("room.pass.used", { uses }),
    until && t("room.pass.valid", { time: when(until) }), skips && t("room.pass.skipping"),
  ].filter(Boolean);
  const revoke = attempt(trouble, async () => {
    await rooms.revokePass(id);
    await refresh();
    title.focus();
  });
  return el("li", {},
    el("span", { class: "name", id: "pass-" + id }, el("span", { dir: "auto" }, name), " ",
      el("span", { class: "mark" }, marks.join(" · "))),
    el("span", { class: "row" }, button("room.pass.revoke", revoke, "pass-" + id, "danger")), trouble);
}
