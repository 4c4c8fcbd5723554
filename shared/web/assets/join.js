// join.js is the page of a guest: name and passcode, then one state at a time, then the call.

import {
  $, browser, config, el, explain, grouped, keepFocus, offerDevices, only, openCall, say, t, tab, until, when, write,
} from "./page.js";

const link = readLink();
// The person types the room, because the address names none.
const typed = !link.room;
// Of a person who is signed in.
let session;
let visit;
// Runs a countdown.
let clock;
// Turns the preview off.
let previewOff;
// A promise of rooms.js.
let loading;
// What the button does while there is no visit.
let retry;
let attempt = 0;

start();

/** Reads the room of the address, and takes passcode and guest pass out of it: they stay in this tab only. */
function readLink() {
  const [, kind, room] = location.pathname.split("/");
  const query = new URLSearchParams(location.search);
  const at = { room: ["j", "my"].includes(kind) ? decodeURIComponent(room) : "" };
  const stored = (at.room && tab.get("link:" + at.room)) || {};
  const take = (name, kept) => query.get(name) ?? stored[kept];
  Object.assign(at, { passcode: take("pwd", "passcode"), pass: take("pass", "pass"), omn: take("omn", "omn") });
  if (at.room) keepLink(at);
  if (query.has("pwd") || query.has("pass")) {
    query.delete("pwd");
    query.delete("pass");
    history.replaceState(null, "", location.pathname + (query.size ? "?" + query : ""));
  }
  return at;
}

function keepLink({ room, passcode, pass, omn }) {
  tab.set("link:" + room, { passcode, pass, omn });
}

async function start() {
  $("name").value = browser.get("name") ?? "";
  $("join").onsubmit = submit;
  $("join").addEventListener("input", load, { once: true });
  $("leave").onclick = leave;
  addEventListener("signout", () => visit?.leave());
  $("again").onclick = again;
  $("sign-in").onclick = signIn;
  document.addEventListener("visibilitychange", () => document.hidden || visit?.hurry());
  previewOff = offerDevices(() => import("./devices.js"));
  $("devices").hidden = !config.devices;
  await openSession();
  const kept = tab.get("seat:" + link.room);
  if (kept && kept.guest === !session) join(kept.seat); // the page was reloaded
  else if (kept && !kept.guest) signInAgain();
  else showForm();
}

/** Signing in is loaded only for those who use it. */
async function openSession() {
  const returns = new URLSearchParams(location.search).has("state");
  if (!config.sign_in || !(returns || tab.get("session"))) return;
  session = await import("./session.js").then((module) => module.open()).catch(() => undefined);
  if (session) Object.assign(link, readLink()); // it dropped the passcode of another person
}

/** Keeps the seat of somebody whose sign-in ended, or cannot be renewed now. */
function signInAgain() {
  if (tab.get("session")) {
    display("visit-part", t("offline.server"), t("reason.offline"));
    offer("again", () => location.reload());
  } else {
    display("visit-part", t("refused.token"), t("refused.token.detail"));
    offer("signin", signIn);
  }
  $("pulse").hidden = true;
}

function leave() {
  if (visit) return visit.leave();
  tab.remove("seat:" + link.room);
  return showForm();
}

/** Offers an action while there is no visit. */
function offer(key, action) {
  retry = action;
  $("again").textContent = t(key);
  $("again").hidden = false;
}

/** Leaves the page, which is found again with what was typed. */
async function signIn() {
  if (readForm()) keep();
  const offline = () => {
    showForm();
    $("problem").textContent = t("reason.offline");
  };
  await import("./session.js").then((module) => module.signIn()).catch(offline);
}

function showForm() {
  $("signed-in").textContent = session ? t("signedin", { name: session.name }) : "";
  $("nav").hidden = $("signed-in").hidden = !session;
  $("sign-in").hidden = !config.sign_in || Boolean(session);
  $("room-field").hidden = !typed;
  $("name-field").hidden = Boolean(session);
  $("passcode-field").hidden = Boolean(link.passcode || link.pass) && !typed;
  $("elsewhere").hidden = typed;
  display("form-part", t("join.title"), typed ? "" : roomName());
  const empty = ["room", "name", "passcode"].find((id) => !$(id + "-field").hidden && !$(id).value);
  $(empty ?? "join-button").focus();
}

const roomName = () => (/^\d/.test(link.room) ? grouped(link.room.replace(/\D/g, "")) : link.room);

/** Shows one of the two parts, with the state of the page. */
function display(part, heading, detail) {
  clearInterval(clock);
  only(["form-part", "visit-part"], part);
  say(heading, detail);
}

function submit(event) {
  event.preventDefault();
  const [wrong, problem] = check();
  $("problem").textContent = problem ?? "";
  for (const id of ["room", "name"]) {
    $(id).setAttribute("aria-invalid", id === wrong);
    $(id).setAttribute("aria-describedby", id === wrong ? "problem" : "");
  }
  if (wrong) return $(wrong).focus();
  if (!session) browser.set("name", $("name").value.trim());
  return join();
}

/** Returns the field that is wrong, and what people read about it. */
function check() {
  if (!readForm()) return ["room", t("join.incomplete")];
  if (!session && !$("name").value.trim()) return ["name", t("join.name.missing")];
  return [];
}

/** Takes room and passcode of the form. Returns whether there is a room. */
function readForm() {
  const found = !typed || readRoom($("room").value.trim());
  link.passcode = $("passcode").value.trim() || link.passcode;
  return found;
}

/** Takes a number, the name of a personal room, or a text with a link, such as an invitation. */
function readRoom(text) {
  const [, name = text, query] = text.match(/\/(?:j|my)\/([^/?#\s]+)(?:\?([^#\s]*))?/) ?? [];
  const room = /^[\d\s().-]+$/.test(name) ? name.replace(/\D/g, "") : name;
  if (!/^(\d{10,11}|[a-z][a-z\d.]{4,39})$/i.test(room)) return false;
  const values = new URLSearchParams(query);
  Object.assign(link, { room, passcode: values.get("pwd"), pass: values.get("pass"), omn: values.get("omn") });
  return true;
}

async function join(seat) {
  previewOff();
  display("visit-part", t("joining"));
  for (const id of ["again", "leave", "elsewhere"]) $(id).hidden = true;
  keepFocus(true);
  const { Rooms } = await library();
  visit = new Rooms({ token: async (refused) => session?.token(refused) }).visit(link.room, {
    displayName: session ? undefined : $("name").value.trim(), passcode: link.passcode || undefined,
    pass: link.pass || undefined, omn: link.omn || undefined, seat, guest: !session,
  });
  visit.addEventListener("change", show);
  show();
  return visit.start();
}

/** Returns rooms.js, as soon as the network allows: it tries every two seconds, and when the person asks for it. */
async function library() {
  for (;;) {
    const module = await load();
    if (module) return module;
    display("visit-part", t("offline"), t("offline.detail"));
    await new Promise((resolve) => { offer("again", resolve); setTimeout(resolve, 2000); });
  }
}

/** Loads rooms.js: not before somebody is about to join. A browser may remember a failure, by its address. */
function load() {
  const failed = () => { loading = undefined; };
  return loading ??= import("./rooms.js" + (attempt++ ? "?" + attempt : "")).catch(failed);
}

/** Shows the state of the visit. */
function show() {
  const { state, answer } = visit;
  const waits = state.startsWith("waiting");
  if (isOver()) forget();
  else if (visit.seat) remember();
  showButtons();
  $("pulse").hidden = !waits && state !== "joining";
  write("topic", answer && !isOver() ? topicOf(answer) : "");
  write("message", waits ? newsOf(answer) : "");
  write("note", state === "admitted" && !answer.media ? config.note ?? t("admitted.nomedia") : "");
  const { heading, detail, time } = views[state]();
  const news = $("heading").textContent !== heading;
  display("visit-part", heading, detail);
  showTime(time);
  showCall();
  keepFocus(news);
}

const isOver = () => ["refused", "ended", "left"].includes(visit.state);

/** Says what the hosts wrote to people who wait, or when a host comes. */
function newsOf({ message, host_comes_at: time }) {
  if (message) return t("waiting.message", { message });
  return time ? t("waiting.comes", { time: when(time, "time") }) : "";
}

/** Names the meeting and its host. The topic of a personal room names the host already. */
function topicOf({ topic = "", host = "", meeting }) {
  if (!topic && host) return t("waiting.topic.host", { host });
  if (!host || topic.includes(host)) return topic || meeting?.topic || "";
  return t("waiting.topic", { topic, host });
}

/** What people read in each state: a heading, a sentence, and perhaps the time of which the page counts down. */
const views = {
  joining: () => ({ heading: t("joining") }),
  waiting_for_host: () => {
    const time = visit.answer.starts_at;
    const detail = time ? t("waiting.host.at", { time: when(time) }) : t("waiting.host.detail");
    return { heading: t("waiting.host"), detail, time };
  },
  waiting_room: () => ({ heading: t("waiting.room"), detail: t("waiting.room.detail") }),
  admitted: () => ({ heading: t("admitted"), detail: t("admitted.detail") }),
  offline: () => (visit.error?.status
    ? { heading: t("offline.server"), detail: t("offline.server.detail") }
    : { heading: t("offline"), detail: t("offline.detail") }),
  left: () => ({ heading: t("refused.left"), detail: t("refused.left.detail") }),
  ended: () => ({ heading: t("refused.ended"), detail: t("refused.ended.detail") }),
  refused: () => {
    const { reason, error } = visit;
    const heading = t("refused." + reason);
    const why = visit.pass && reason === "meeting_not_found" ? "pass" : reason;
    if (heading !== "refused." + reason) return { heading, detail: t(`refused.${why}.detail`), time: timeOfRetry() };
    return { heading: t("refused.other"), detail: explain(error) };
  },
};

/** The time from which a person may try again, in milliseconds; 0 if there is none. */
function timeOfRetry() {
  const { status, retryAfter } = visit.error;
  return status === 429 ? visit.error.time ??= Date.now() + 1000 * Math.max(retryAfter, 1) : 0;
}

/** Counts down to a time. Screen readers read it on request only. */
function showTime(time) {
  const tick = () => {
    const left = time ? new Date(time) - Date.now() : 0;
    $("timer").textContent = left > 0 ? until(time) : "";
    if (visit.state === "refused" && time) $("again").hidden = left > 0;
    if (left <= 0) clearInterval(clock);
  };
  clock = setInterval(tick, 1000);
  tick();
}

function showButtons() {
  const { state, reason, answer } = visit;
  const hosts = state === "admitted" && isHost(answer);
  $("leave").hidden = isOver();
  $("elsewhere").hidden = !isOver();
  $("host-link").hidden = !hosts;
  $("host-link").href = "/host/" + encodeURIComponent(link.room);
  const useless = ["denied", "removed", "signed_out"].includes(reason) || (needsSignIn() && !config.sign_in);
  $("again").hidden = !isOver() || useless;
  $("again").textContent = needsSignIn() ? t("signin") : t(state === "refused" ? "again" : "join.again");
}

const isHost = (answer) => answer.seat.role !== "participant";

const needsSignIn = () => ["sign_in_required", "domain_not_allowed", "token"].includes(visit.reason);

function again() {
  if (!visit) return retry();
  if (needsSignIn()) return signIn();
  if (["meeting_not_found", "invalid"].includes(visit.reason)) return showForm();
  return join();
}

/** Keeps the seat for a reload. */
function remember() {
  tab.set("seat:" + link.room, { seat: visit.seat, guest: visit.guest });
  keep();
}

/** Keeps the link in this tab, at the room's own address, which has no passcode. */
function keep() {
  keepLink(link);
  if (typed) history.replaceState(null, "", addressOf(link));
}

const addressOf = ({ room, omn }) => (/^\d/.test(room) ? "/j/" : "/my/") + room + (omn ? "?omn=" + omn : "");

/** Forgets the seat, except while a person signs in again, and a passcode that is wrong. */
function forget() {
  if (!["token", "signed_out"].includes(visit.reason)) tab.remove("seat:" + link.room);
  if (visit.reason !== "meeting_not_found") return;
  link.passcode = link.pass = $("passcode").value = "";
  keepLink(link);
}

/** Opens the call of an admitted guest. It closes by itself, and goes on while this page is offline. */
function showCall() {
  const { state, answer } = visit;
  if (!["admitted", "offline"].includes(state)) {
    document.body.classList.remove("in-call");
    $("call").replaceChildren();
  }
  if (state !== "admitted" || !answer.media || $("call").firstChild) return;
  document.body.classList.add("in-call");
  $("call").append(el("p", {}, t("joining")));
  openCall(() => import("./call.js"), $("call"), visit);
}
