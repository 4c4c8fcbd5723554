// people.js shows people as rows of lists: who waits and who is in, with what a host may decide on them.

import { el, t } from "./page.js";

/** How many waiting guests of one network have a row outside the crowd. */
const ofOneNetwork = 3;

/**
 * Returns those who wait in two parts: one for the list, and the crowd, which is more guests of the same networks. Who
 * is gone stays in the part that they were in.
 */
export function withoutCrowd(waiting) {
  const seen = {};
  const crowds = ({ network }) => Boolean(network) && (seen[network] = (seen[network] ?? 0) + 1) > ofOneNetwork;
  const all = waiting.map((person) => ({ ...person, crowded: person.gone ? person.crowded : crowds(person) }));
  return { list: all.filter((p) => !p.crowded), crowd: all.filter((p) => p.crowded) };
}

const shown = new WeakMap(); // what a row shows

/**
 * Shows one row for each person. A row that is the same as before is not touched. Rows keep their places and new ones
 * come last, so that none moves away from under a finger. If the button that has the focus goes, the focus moves to
 * the same button of the next row; if there is none, to the title of the list.
 * @param actionsOf returns the actions that a host may take on the person
 * @param decide is called with an action and the person
 */
export function showPeople(list, title, people, actionsOf, decide) {
  const focus = focusIn(list);
  const rows = new Map([...list.children].map((row) => [row.dataset.id, row]));
  for (const person of people) {
    const row = rows.get(person.id) ?? newRow(list, person);
    rows.delete(person.id);
    const actions = person.busy || person.gone ? [] : actionsOf(person);
    const now = JSON.stringify([person, actions]);
    if (shown.get(row) === now) continue;
    shown.set(row, now);
    row.replaceChildren(...content(person, actions, decide));
  }
  for (const row of rows.values()) row.remove();
  if (focus && !focus.button.isConnected) moveFocus(list, title, focus);
}

function newRow(list, { id }) {
  const row = el("li");
  row.dataset.id = id;
  list.append(row);
  return row;
}

function focusIn(list) {
  const button = document.activeElement;
  if (!list.contains(button)) return undefined;
  return { button, action: button.dataset.action, at: [...list.children].indexOf(button.closest("li")) };
}

function moveFocus(list, title, { action, at }) {
  const rows = [...list.children];
  const next = [...rows.slice(at), ...rows.slice(0, at).reverse()].find((row) => row.querySelector("button"));
  const target = next?.querySelector(`[data-action=${action}]`) ?? next?.querySelector("button") ?? title;
  target.focus();
}

function content(person, actions, decide) {
  const id = "name-" + person.id;
  const name = el("span", { id, dir: "auto" }, person.display_name);
  const buttons = actions.map((action) => button(action, id, () => decide(action, person)));
  return [
    el("span", { className: "name" }, name, " ", el("span", { className: "mark" }, marks(person).join(" · "))),
    buttons.length > 0 && el("span", { className: "row" }, buttons),
    person.busy && el("span", { className: "mark" }, t("host.busy." + person.busy)),
    person.problem && el("p", { className: "problem" }, person.problem),
  ].filter(Boolean);
}

function button(action, describedBy, onclick) {
  const looks = { admit: "main", deny: "danger", remove: "danger" };
  const properties = { type: "button", className: looks[action] ?? "", onclick, "aria-describedby": describedBy };
  const made = el("button", properties, t("host.action." + action));
  made.dataset.action = action;
  return made;
}

/** Returns how many people these are, without those on whom the host just decided. */
export const counted = (people) => people.filter((p) => !p.busy && !p.gone).length;

/** Says who the person is, as far as the server knows: names are chosen freely. */
function marks(person) {
  const pass = person.guest_pass;
  return [
    person.role !== "participant" && t("host.role"), person.me && t("host.you"),
    person.guest ? t("host.guest") : person.email ?? t("host.no_address"),
    pass && t("host.invited_by", { name: pass.name, host: pass.invited_by ?? "" }),
    person.state === "waiting" && person.same_network_as && t("host.same_network." + person.same_network_as),
    person.other_meeting && t("host.other_meeting", { topic: person.other_meeting }),
  ].filter(Boolean);
}

/** Sets the title of a list, which has the number of its people. */
export function showTitle(title, key, people) {
  const text = t(key, { count: counted(people) });
  if (title.textContent !== text) title.textContent = text;
}
