// me.js is the page of a person's profile: number, link, passcode, room and name. Each section saves on its own.

import { $, config, copy, el, explain, flaw, grouped, say, t, tab } from "./page.js";
import { adviceOn } from "./advice.js";
import { zones } from "./zones.js";
import { Rooms } from "./rooms.js";
import { open, signIn } from "./session.js";
import { brokenRule, Section } from "./forms.js";

let session;
const rooms = new Rooms({ token: (refused) => session.token(refused) });
const settings = "/v2/users/me/settings";
const profile = (change) => rooms.editProfile(change);
const room = (change) => rooms.editPersonalRoom(change);
const plans = (change) => rooms.insist("PATCH", settings, { schedule_meeting: change });

const sections = Object.fromEntries(Object.entries({
  number: profile, link: profile, passcode: room, room, hosts: room, scheduling: plans, person: profile,
}).map(([id, send]) => [id, new Section($(id), send, saved)]));

start();

async function start() {
  watch($("pmi"), sections.number, "/v2/users/pmi?pmi=", grouped);
  watch($("vanity_name"), sections.link, "/v2/users/vanity_name?vanity_name=", String);
  $("show").onclick = () => showPasscode($("code").type === "password");
  $("new-passcode").onclick = () => sections.passcode.run(newPasscode);
  $("copy-link").onclick = ({ target }) => copyLink(target);
  $("here").onclick = () => enter($("timezone"), here);
  $("person").addEventListener("input", offerHere);
  $("sign-in").onclick = signIn;
  $("again").onclick = () => {
    $("heading").focus(); // the button is hidden now
    load();
  };
  addEventListener("signin", keepTyped);
  session = config.sign_in && await open();
  if (session) return load();
  $("sign-in").hidden = !config.sign_in;
  say(t("me.title"), t(config.sign_in ? "me.signedout" : "me.nosignin"));
}

async function load() {
  $("again").hidden = true;
  say(t("me.title"), t("me.loading"));
  let user;
  try {
    user = await refresh();
  } catch (error) {
    $("again").hidden = false;
    return say(t("me.title"), error.reason === "signed_out" ? "" : explain(error)); // the session says that
  }
  enterTyped();
  if (config.doorbell) ringHere(user);
  $("profile").hidden = false;
  say(t("me.title"), t("me.detail"));
}

/** Shows what the server has, and returns the user. What the person is changing stays. */
async function refresh() {
  const user = await rooms.profile(); // the first request of a user makes the room
  const [door, { schedule_meeting: plan }] = await Promise.all([
    rooms.personalRoom(), rooms.call("GET", settings + "?custom_query_fields=use_pmi_for_scheduled_meetings"),
  ]);
  $("pmi-shown").textContent = grouped(user.pmi);
  $("vanity_name-shown").textContent = door.vanity_name ? `${location.origin}/my/${door.vanity_name}` : t("me.link.none");
  $("copy-link").hidden = !door.vanity_name;
  $("room-topic").textContent = door.topic;
  offerZones(user.timezone);
  lock(door);
  const values = { ...door, ...user, ...plan, pmi: String(user.pmi), vanity_name: door.vanity_name ?? "" };
  for (const section of Object.values(sections)) section.fill(values);
  offerHere();
  advise(door.advisories);
  return user;
}

/** Copies the address of the link. Where the browser forbids that, it selects it, and says so. */
async function copyLink(button) {
  const shown = $("vanity_name-shown");
  await copy(shown.textContent, button).catch(() => {
    getSelection().selectAllChildren(shown);
    sections.link.say(t("selected"));
  });
}

const here = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Offers the time zone of the device, if it is not the chosen one. */
function offerHere() {
  $("here").hidden = $("timezone").value === here;
  $("here").textContent = t("schedule.here", { zone: here.replaceAll("_", " ") });
}

/** Enters a value as a person does. */
function enter(field, value) {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

/** Shows the doorbell, or why it cannot be loaded: the profile is shown all the same. */
async function ringHere({ email }) {
  try {
    const { Doorbell } = await import("./doorbell.js");
    await new Doorbell(rooms, email).load();
  } catch (error) {
    $("bell-problem").textContent = error.reason ? explain(error) : t("reason.offline");
    $("bell").hidden = false;
  }
}

const locks = {
  "schedule_meeting.use_pmi_for_instant_meetings": "use_pmi",
  "schedule_meeting.use_pmi_for_scheduled_meetings": "use_pmi_for_scheduled_meetings",
  "schedule_meeting.meeting_authentication": "authenticated_only",
  "in_meeting.waiting_room": "waiting_room",
};

/** Disables what the admins of the account decided. A locked waiting room leaves a choice of who waits. */
function lock({ locked_settings: locked = [], waiting_room: waiting, authenticated_only: signed }) {
  for (const [setting, name] of Object.entries(locks)) {
    const is = locked.includes(setting);
    $(name + "-locked").hidden = !is;
    for (const field of document.getElementsByName(name)) {
      field.disabled = is && (field.type !== "radio" || (field.value === "off") !== (waiting === "off"));
    }
  }
  $("allowed_domains").disabled = $("authenticated_only").disabled && !signed;
}

const advise = (advisories = []) => $("advice").replaceChildren(...adviceOn(advisories, "p", { className: "hint" }));

/** Offers the time zones of the browser, and the one that the server has. */
function offerZones(present) {
  const offered = [...$("timezone").options].map((option) => option.value);
  const more = zones(present, here).filter((zone) => !offered.includes(zone));
  $("timezone").append(...more.map((zone) => el("option", { value: zone }, zone.replaceAll("_", " "))));
}

/** Shows the profile as it is after a change. The change is made, even if the profile cannot be read now. */
async function saved(answer) {
  await refresh().catch(() => {});
  if (answer?.advisories) advise(answer.advisories);
}

async function newPasscode() {
  const { passcode, advisories } = await rooms.editPersonalRoom({ passcode: "generate" });
  sections.passcode.set("passcode", passcode);
  sections.passcode.fill({ passcode });
  sections.passcode.say(t("me.passcode.changed", { passcode }));
  showPasscode(true);
  advise(advisories);
}

function showPasscode(shown) {
  $("code").type = shown ? "text" : "password";
  $("show").textContent = t(shown ? "me.hide" : "me.show");
}

/** Returns the rule of a number or a link that what is typed breaks as long as it is not complete. */
const incomplete = {
  pmi: (typed) => (/\D/.test(typed) ? "characters" : typed.length < 10 && "length"),
  vanity_name: (typed) => typed.length < 5 && "length",
};

/** Says whether what is typed is free, or what it lacks, when the person pauses. readable shows it to people. */
function watch(input, section, path, readable) {
  let timer, asking;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    asking?.abort();
    show("");
    const typed = section.value(input.name);
    const rule = incomplete[input.name](typed);
    const answer = () => (rule ? show(brokenRule({ field: input.name, rule }), "hint") : ask(typed));
    if (typed && typed !== section.saved[input.name]) timer = setTimeout(answer, 400);
  });
  section.form.addEventListener("submit", () => { // what is wrong is said once
    clearTimeout(timer);
    asking?.abort();
  });

  async function ask(typed) {
    asking = new AbortController();
    const { signal } = asking;
    try {
      const address = path + encodeURIComponent(typed);
      const { existed, yours, suggestions } = await rooms.call("GET", address, undefined, { signal });
      const taken = existed && !yours;
      const text = t(taken ? "me.taken" : yours ? "me.yours" : "me.free", { value: readable(typed) });
      show(text, taken ? "problem" : "good", suggestions);
    } catch (error) {
      const [wrong] = error.errors ?? [];
      const own = wrong && (brokenRule(wrong) ?? flaw(wrong, section.label(input.name)));
      if (!signal.aborted) show(own ?? explain(error), "problem");
    }
  }

  function show(text, kind, suggestions = []) {
    $(input.id + "-status").replaceChildren(...(text ? [el("p", { className: kind }, text)] : []));
    const list = $(input.id + "-suggestions");
    list.hidden = suggestions.length === 0;
    const offer = (one) => el("button", { type: "button", onclick: () => enter(input, one) }, readable(one));
    list.replaceChildren(...suggestions.map(offer));
  }
}

/** Keeps what was typed while the person signs in again. */
function keepTyped() {
  const typed = Object.entries(sections).map(([id, section]) => [id, section.changed]);
  if (session) tab.set("typed", { by: session.id, sections: Object.fromEntries(typed) });
}

function enterTyped() {
  const { by, sections: typed = {} } = tab.get("typed") ?? {};
  tab.remove("typed");
  if (by !== session.id) return;
  for (const [id, values] of Object.entries(typed)) sections[id].enter(values);
}
