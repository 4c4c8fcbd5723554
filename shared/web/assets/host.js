// host.js is the console of a host: who waits, who is in, and the meeting itself.

import { $, config, copy, el, explain, grouped, offerDevices, openCall, say, t, tab, write } from "./page.js";
import { Rooms, RoomsError } from "./rooms.js";
import { open, signIn } from "./session.js";
import { Watch } from "./watch.js";
import { Coming } from "./coming.js";
import { Decisions } from "./decisions.js";
import { counted, showPeople, showTitle, withoutCrowd } from "./people.js";
import { Knocks } from "./knock.js";

const address = decodeURIComponent(location.pathname.split("/")[2]);
const room = /^[\d\s-]+$/.test(address) ? address.replace(/\D/g, "") : address; // a number or a personal link
const seatKey = "seat:" + room; // where this tab keeps the seat: of this page, and of that of guests

let session, visit;
let topic; // of the meeting that is planned here
let begun = false; // the room is known
let touched = false; // a finger is on the people
let refused; // why the host has no controls any more
let toldUntil; // the timer that hides what was told
let wanted = location.hash.slice(1); // the seat of the person whom the notification names
let previewOff; // turns the camera off that was tried
const rooms = new Rooms({ token: (refused) => session.token(refused) });
const watch = new Watch(rooms, room);
const decisions = new Decisions(watch, { say: tell, why, show });
const coming = new Coming(watch, decisions, show);
const knocks = new Knocks(watch, tell);

start();

async function start() {
  listen();
  session = config.sign_in && await open();
  if (session) return watch.follow().catch(stop);
  $("sign-in").hidden = !config.sign_in;
  say(t("host.title"), t(config.sign_in ? "host.signed_out" : "host.no_sign_in"));
}

function listen() {
  previewOff = offerDevices(() => import("./devices.js"));
  const send = once(sendMessage);
  const clicks = {
    "sign-in": signIn, start: startMeeting, join, leave: once(leave), lock: once(lock), next: once(next), copy: once(copyInvitation),
    "admit-all": once(admitAll), "crowd-deny": once(denyCrowd), end: () => askEnd(true),
    "end-cancel": () => askEnd(false), "end-now": once(end), "take-back": () => send(""),
  };
  for (const [id, action] of Object.entries(clicks)) $(id).onclick = action;
  $("waiting-room").onchange = () => attempt(() => watch.edit({ waiting_room: $("waiting-room").value }));
  $("write").onsubmit = (event) => { event.preventDefault(); send($("to-waiting").value.trim()); };
  document.addEventListener("visibilitychange", () => document.hidden || watch.look());
  watch.addEventListener("change", changed);
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    wanted = data.seat;
    watch.look();
    show();
  });
  addEventListener("signout", () => visit?.leave());
  for (const part of ["waiting-part", "in-part"]) keepStill($(part));
}

/** Returns the action, which is not repeated while it runs: a button may be pressed twice. */
function once(action) {
  let running = false;
  return async (...values) => {
    if (running) return;
    running = true;
    await action(...values).finally(() => { running = false; });
  };
}

/** The people stay as they are while a finger is on them. A key that is held down decides once. */
function keepStill(part) {
  part.addEventListener("pointerdown", () => { touched = true; });
  for (const end of ["pointerup", "pointercancel", "contextmenu", "blur"]) { // a menu or a window may take the pointer
    addEventListener(end, () => setTimeout(() => { if (touched) { touched = false; show(); } }));
  }
  part.addEventListener("keydown", (event) => { if (event.repeat && event.key === "Enter") event.preventDefault(); });
}

function changed() {
  if (watch.room && !watch.trouble) knocks.hear();
  if (watch.room && !begun) begin();
  show();
}

/** Runs once, when the room is first known. */
async function begin() {
  begun = true;
  const { id, meeting_id: meeting } = watch.room; // a room has several addresses
  const kept = [room, id, meeting].map((at) => tab.get("seat:" + at));
  const own = kept.find((one) => one && !one.guest && watch.people.some((p) => p.id === one.seat.id));
  if (own) enter(own.seat);
  coming.follow().catch(() => {}); // without it, only those who wait say what is next
  if (!Number(room) || Number(room) === watch.room.id) return;
  topic = await rooms.meeting(room).then((m) => m.topic, () => undefined);
  show();
}

/** Takes the controls away, because the server refuses everything. Who is in may still be in the call. */
function stop(error) {
  if (!(error instanceof RoomsError)) throw error;
  refused = error;
  watch.room = undefined;
  for (const id of ["waiting-part", "in-part", "meeting", "bar", "start", "join", "copy", "by-hand", "devices", "sound-hint"]) {
    $(id).hidden = true;
  }
  $("to-meetings").hidden = error.reason !== "meeting_not_found";
  $("heading").focus();
  if (isInside()) visit.hurry(); // it knows more: see visitChanged
  else sayRefused();
}

function sayRefused() {
  const { state, reason } = visit ?? {};
  const gone = refused.reason === "meeting_not_found";
  if (state === "admitted") return say(t("host.in"), t("host.no_more"));
  if (waiting()) return say(t(waiting()), t(waiting() + ".detail"));
  if (reason === "removed") return say(t("host.removed"), t("host.reason.removed"));
  if (gone && ["ended", "left"].includes(state)) return say(t("host.ended"), t("host.ended.detail"));
  if (gone) return say(t("host.not_found"), t("host.not_found.detail"));
  $("sign-in").hidden = refused.reason !== "token"; // of one that ended, the session says so itself
  return say(t("host.title"), refused.reason === "signed_out" ? t("host.signed_out") : why(refused));
}

/** Does something that the server may refuse, and then says why. Returns whether it was done. */
async function attempt(action) {
  $("problem").textContent = "";
  try {
    await action();
    return true;
  } catch (error) {
    if (!(error instanceof RoomsError)) throw error;
    $("problem").textContent = why(error);
    return false;
  }
}

/** Says in words why the server refused. */
function why(error) {
  const own = t("host.reason." + error.reason);
  return own.startsWith("host.reason.") ? explain(error) : own;
}

/** Says something in a live region, which everybody sees for some seconds. */
function tell(text) {
  clearTimeout(toldUntil);
  $("news").textContent = text;
  $("news").classList.remove("unseen");
  toldUntil = setTimeout(() => $("news").classList.add("unseen"), 6000);
}

// The host in the meeting.

async function startMeeting() {
  $("start").disabled = true;
  const started = await attempt(() => rooms.start(Number(room) ? room : watch.room.id));
  $("start").disabled = false;
  if (!started) return $("start").focus();
  join();
  return watch.refreshNow();
}

function join() {
  $("problem").textContent = "";
  enter();
  $("heading").focus();
}

/** Enters the meeting, or comes back to the seat. */
function enter(seat, at = room) {
  previewOff();
  visit = rooms.visit(at, { seat });
  visit.addEventListener("change", visitChanged);
  visit.start();
  show();
}

function visitChanged() {
  const { state, error, answer } = visit;
  keepSeat();
  keepPage();
  if (!["admitted", "offline"].includes(state)) $("call").replaceChildren();
  if (state === "admitted" && answer.media) showCall();
  write("note", state === "admitted" && !answer.media ? config.note ?? t("host.no_media") : "");
  if (refused) return sayRefused();
  if (state === "refused") $("problem").textContent = why(error);
  watch.look();
  return show();
}

/** Keeps the seat for a reload, and for the time after the next sign-in. */
function keepSeat() {
  if (isInside() && visit.seat) tab.set(seatKey, { seat: visit.seat, guest: false });
  else if (!isInside() && !["token", "signed_out"].includes(visit.reason)) tab.remove(seatKey);
}

/** Lets links of the navigation open beside this page while the host is in: it holds the seat and the call. */
function keepPage() {
  for (const link of $("nav").querySelectorAll("a")) Object.assign(link, { target: isInside() ? "_blank" : "", rel: "noopener" });
}

const isInside = () => Boolean(visit) && !["refused", "ended", "left"].includes(visit.state);

function showCall() {
  if ($("call").firstChild) return;
  const place = el("div", { className: "call" });
  $("call").append(place);
  openCall(() => import("./call.js"), place, visit);
}

async function leave() {
  await visit.leave();
  $("heading").focus();
  await watch.refreshNow();
}

// The meeting.

async function lock() {
  const locked = !watch.room.locked;
  if (await attempt(() => watch.edit({ locked }))) tell(t(locked ? "host.locked.news" : "host.unlocked.news"));
}

/** Ends what is live and starts the next meeting. Who is in the one comes along to the other. */
async function next() {
  const { id, topic: name } = coming.meeting;
  const inside = isInside();
  if (!await attempt(() => rooms.next(id, watch.room.uuid))) return;
  tell(t("host.next.news", { topic: name }));
  if (inside) visit.end("ended");
  if (inside) enter(undefined, String(watch.room.id));
  $("heading").focus();
  await watch.refreshNow();
}

/** Writes to the people who wait; "" takes the message back. */
async function sendMessage(text) {
  if (!await attempt(() => watch.edit({ waiting_message: text }))) return;
  if ($("to-waiting").value.trim() === text) $("to-waiting").value = "";
  if (!text) $("send").focus();
  tell(t(text ? "host.message.sent" : "host.message.none"));
}

function askEnd(asks) {
  $("actions").hidden = asks;
  $("end-part").hidden = !asks;
  $(asks ? "end-cancel" : "end").focus();
}

async function end() {
  const ended = await attempt(() => rooms.end(watch.room.meeting_id ?? watch.room.id));
  askEnd(false);
  if (!ended) return;
  visit ??= rooms.visit(room);
  visit.end("ended");
  $("heading").focus();
  await watch.refreshNow();
}

async function copyInvitation() {
  await attempt(async () => {
    const text = rooms.invitation(Number(number()) || watch.room.id).then(({ invitation }) => invitation);
    await copy(text, $("copy")).catch(async () => showInvitation(await text));
  });
}

/** A browser may forbid a page to copy. */
function showInvitation(text) {
  $("by-hand").hidden = false;
  $("invitation").value = text;
  $("invitation").select();
}

// The people.

async function admitAll() {
  $("waiting-title").focus();
  await attempt(async () => {
    const { missed } = await decisions.many("admit");
    if (missed.some((m) => m.state === "waiting")) $("problem").textContent = t("host.reason.full");
  });
}

async function denyCrowd() {
  $("waiting-title").focus();
  await attempt(() => decisions.many("deny", withoutCrowd(decisions.in("waiting")).crowd.map((p) => p.id)));
}

// What the page shows.

function show() {
  if (!watch.room && watch.trouble) say(t("host.title"), why(watch.trouble));
  if (!watch.room || touched) return;
  const live = watch.room.state === "live";
  sayState(live);
  $("start").hidden = live;
  $("copy").hidden = false;
  $("join").hidden = !live || isInside();
  $("leave").hidden = !isInside();
  $("devices").hidden = !config.devices || isInside();
  $("console").hidden = false;
  for (const part of document.querySelectorAll(".live-only")) part.hidden = !live;
  $("in-part").hidden = !live;
  $("call").hidden = !$("call").firstChild;
  knocks.show();
  showMeeting();
  showWaiting(live);
  showIn();
  if (document.activeElement.closest("[hidden]")) $("heading").focus();
  goToWanted();
}

/** Moves the focus to the person whom the notification names, once they are on the list. */
function goToWanted() {
  const row = wanted && [...$("waiting").children].find(({ dataset }) => dataset.id === wanted);
  if (!row) return;
  wanted = "";
  (row.querySelector("button") ?? $("waiting-title")).focus();
  row.scrollIntoView({ block: "center" });
}

function sayState(live) {
  const { room: now, trouble } = watch;
  const state = t(trouble?.status === 0 ? "offline" : live ? liveState() : watch.wasLive ? "host.ended" : "host.idle");
  const name = (!live && topic) || now.topic;
  const detail = live && waiting() ? t(waiting() + ".detail")
    : [name, grouped(number()), live && now.locked && t("host.locked")].filter(Boolean).join(" · ");
  say(state, trouble ? (trouble.status ? why(trouble) : t("offline.detail")) : detail);
  const count = live ? counted(decisions.in("waiting")) : 0;
  document.title = (count ? `(${count}) ` : "") + `${state} · ${name}`;
}

function liveState() {
  if (visit?.state === "admitted") return "host.in";
  if (waiting()) return waiting();
  return anotherIsLive() ? "host.other" : "host.live";
}

/** The text for a host whom another one moved to the waiting room; undefined for others. */
const waiting = () => ({ waiting_room: "waiting.room", waiting_for_host: "waiting.host" })[visit?.state];

/** Whether another meeting is live than that of the page's address, as after Next. */
const anotherIsLive = () => topic && watch.room.state === "live" && watch.room.meeting_id !== Number(room);

/** The number or the link of the meeting that the page shows. */
const number = () => (anotherIsLive() ? watch.room.meeting_id ?? watch.room.id : room);

function showMeeting() {
  const { room: { under_attack: attack, locked, waiting_room: held, waiting_message: message }, pending } = watch;
  $("attack").hidden = !attack;
  $("next").hidden = !coming.meeting;
  $("next").title = $("next").firstChild.textContent = coming.meeting ? t("host.next", { topic: coming.meeting.topic }) : "";
  $("lock").textContent = t(pending.locked !== undefined ? "host.pending" : locked ? "host.unlock" : "host.lock");
  $("bar-offline").hidden = watch.trouble?.status !== 0;
  if (pending.waiting_room === undefined && $("waiting-room").value !== held) $("waiting-room").value = held;
  write("message-now", message ? t("host.message.now", { message }) : "");
  $("take-back").hidden = !message;
}

function showWaiting(live) {
  const all = decisions.in("waiting").map(withOtherMeeting), { list, crowd } = withoutCrowd(all);
  const count = counted(all), title = $("waiting-title");
  const actions = live ? () => ["admit", "deny"] : () => [];
  showTitle(title, "host.waiting", all);
  $("waiting-hint").textContent = all.length ? (live ? "" : t("host.waiting.idle")) : t("host.waiting.nobody");
  $("admit-all").hidden = !live || count < 2;
  showPeople($("waiting"), title, list, actions, decide);
  $("crowd").hidden = !crowd.length;
  $("crowd-deny").hidden = !live;
  showTitle($("crowd-title"), "host.crowd", crowd);
  showPeople($("crowd-list"), title, crowd, actions, decide);
}

function showIn() {
  const list = decisions.in("admitted").map((p) => ({ ...p, me: p.id === visit?.seat?.id }));
  showTitle($("in-title"), "host.people", list);
  $("in-hint").textContent = inHint(list.length);
  showPeople($("in"), $("in-title"), list, actionsOnIn, decide);
}

function inHint(count) {
  if (!watch.complete) return t("host.incomplete");
  if (watch.arriving) return t("host.arriving", { count: watch.arriving });
  return count ? "" : t("host.people.nobody");
}

const decide = (action, person) => decisions.one(action, person);

function actionsOnIn({ role, guest, me }) {
  if (role === "host" || me) return [];
  return [...(guest || role !== "participant" ? [] : ["make_host"]), "wait", "remove"];
}

/** Says for which meeting somebody waits, if another one is live. */
function withOtherMeeting(person) {
  const { meeting_id: id, meeting_topic: name } = person;
  return { ...person, other_meeting: id && id !== watch.room.meeting_id ? name : undefined };
}
