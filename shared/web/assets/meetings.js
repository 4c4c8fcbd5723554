// meetings.js is the page of a user's meetings: its tabs, and a meeting that starts now.

import { $, config, say, t } from "./page.js";
import { Rooms, RoomsError } from "./rooms.js";
import { attempt, startNow } from "./invitation.js";
import { open, signIn } from "./session.js";

/** The modules of the tabs, which are loaded when they are shown: show(page, ...path). */
const modules = {
  upcoming: () => import("./upcoming.js"), previous: () => import("./past.js"),
  room: () => import("./room.js"), schedule: () => import("./schedule.js"),
};
const tabs = Object.keys(modules);
let rooms;

start();

async function start() {
  $("sign-in").onclick = signIn;
  const session = config.sign_in && await open();
  if (session) return prepare(new Rooms({ token: (refused) => session.token(refused) }));
  $("signed-out").hidden = !config.sign_in;
  return news(t(config.sign_in ? "meetings.signin" : "meetings.nosignin"));
}

/** Its id is not what the address names: browsers would move there. */
const panel = (name) => $("panel-" + name);

/** Says something in the live region. */
const news = (text) => say(t("meetings.title"), text);

function prepare(client) {
  rooms = client;
  $("signed-in").hidden = false;
  $("again").onclick = () => {
    document.querySelector("[role=tab][aria-selected=true]").focus();
    route();
  };
  $("instant").onclick = attempt($("problem"), () => startNow(rooms));
  for (const name of tabs) {
    $("tab-" + name).onclick = () => go(name);
    $("tab-" + name).onkeydown = (event) => move(event, tabs.indexOf(name));
  }
  addEventListener("hashchange", route);
  route();
}

/** Goes to a tab or to the form of a change, also if the address has it already. */
const go = (to) => (location.hash === "#" + to ? route() : location.assign("#" + to));

/** Moves among the tabs by the arrow keys, Home and End. */
function move(event, at) {
  const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  const backward = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
  const to = { [forward]: at + 1, [backward]: at - 1, Home: 0, End: -1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const name = tabs.at(to % tabs.length);
  location.replace("#" + name);
  $("tab-" + name).focus();
}

/** Shows the tab that the address names: #upcoming, or #change/<meeting>/<occurrence> for the form of a change. */
function route() {
  const [name, ...rest] = location.hash.slice(1).split("/");
  const chosen = name === "change" ? "schedule" : tabs.includes(name) ? name : tabs[0];
  for (const tab of tabs) {
    if (tab !== chosen && panel(tab).contains(document.activeElement)) $("tab-" + chosen).focus(); // it is never lost
    $("tab-" + tab).setAttribute("aria-selected", tab === chosen);
    $("tab-" + tab).tabIndex = tab === chosen ? 0 : -1;
    panel(tab).hidden = tab !== chosen;
  }
  news("");
  show(chosen, name === "change" ? rest : []);
}

/** Shows the tab. If that takes long it says so, and if it fails it offers to try again. */
async function show(chosen, path) {
  const slow = setTimeout(() => news(t("meetings.loading")), 1000);
  $("again").hidden = true;
  await attempt($("problem"), () => load(chosen, path))();
  clearTimeout(slow);
  if ($("detail").textContent === t("meetings.loading")) news("");
}

async function load(chosen, path) {
  try {
    const { show: fill } = await modules[chosen]().catch(() => { throw new RoomsError(0); });
    await fill({ rooms, panel: panel(chosen), news, go }, ...path);
  } catch (error) {
    if (panel(chosen).hidden) return; // another tab was chosen
    $("again").hidden = false;
    throw error;
  }
}
