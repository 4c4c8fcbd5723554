// plan.js is the form of a meeting. It fills and reads the fields, and shows what is wrong at each. A start is a local
// time with its time zone: the server knows the rules of the zone.

import { $, config, el, explain, flaw, grouped, locale, t, tab } from "./page.js";
import { zones } from "./zones.js";

const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
const form = $("plan");

/** The fields of the API, and the elements of the form. */
const fields = {
  topic: "meeting-topic", agenda: "agenda", start_time: "clock", duration: "duration", timezone: "timezone",
  password: "passcode", type: "repeat", "recurrence.repeat_interval": "interval", "recurrence.weekly_days": "days",
  "recurrence.monthly_day": "month-day", "recurrence.monthly_week": "month-week",
  "recurrence.monthly_week_day": "month-weekday", "recurrence.end_times": "end-times",
  "recurrence.end_date_time": "end-date", recurrence: "end", "settings.use_pmi": "use-pmi",
  "settings.waiting_room": "waiting-room", "settings.join_before_host": "early", "settings.jbh_time": "early-by",
  "settings.meeting_authentication": "known", "settings.authentication_domains": "domains",
  "settings.alternative_hosts": "hosts", "settings.meeting_invitees": "invitees",
};
const limits = { 1: 99, 2: 50, 3: 10 }; // of the interval, in days, weeks and months

let user;
let follows; // whether the days of a recurrence are those of the date, because nobody chose others
let one; // whether the form is about one occurrence of a series
let foreign; // whether the browser lacks the zone of the meeting: the form has UTC in its place

/** Makes the choices of the form that depend on the language: weekdays and time zones. */
export function prepare() {
  const days = weekdays();
  $("day-boxes").append(...days.map(dayBox));
  $("month-weekday").append(...days.map(([value, name]) => el("option", { value }, name)));
  $("invitees-hint").append(" ", t(config.mails ? "schedule.invitees.mails" : "schedule.invitees.nomails"));
  form.oninput = ({ target }) => {
    clear(target);
    follows &&= !target.matches("#days *, [data-month] *");
    if (target.id === "date" && follows) fillDays();
    adapt();
  };
  addEventListener("signin", keep);
  $("here").onclick = () => { $("timezone").value = here; adapt(); $("timezone").focus(); };
}

const dayBox = ([value, name]) =>
  el("label", { class: "check" }, el("input", { type: "checkbox", id: "day-" + value, value, name: "day" }), name);

/** Returns the days of the week with their numbers, of which 1 is Sunday, as a week begins where the reader lives. */
function weekdays() {
  const name = new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" });
  const place = new Intl.Locale(locale);
  const begin = (place.getWeekInfo?.() ?? place.weekInfo)?.firstDay ?? 7; // 7 is Sunday
  return Array.from({ length: 7 }, (_, i) => {
    const day = (begin + i) % 7;
    return [day + 1, name.format(Date.UTC(2023, 0, 1 + day))]; // 1 January 2023 is a Sunday
  });
}

/** Fills the form: with the meeting, or for a new one with the choices of the user. */
export function fill(profile, meeting, occurrence) {
  user = profile;
  one = Boolean(occurrence);
  form.reset();
  for (const field of form.elements) clear(field);
  fillZones(meeting?.timezone ?? (user.timezone === "UTC" ? here : user.timezone)); // a new profile has UTC
  fillTime(meeting);
  fillRecurrence(meeting ?? {});
  fillAccess(meeting ?? { settings: { use_pmi: user.usePMI } });
  $("meeting-topic").value = meeting?.topic ?? "";
  $("meeting-topic").required = Boolean(meeting);
  $("agenda").value = meeting?.agenda ?? "";
  adapt();
}

/** Keeps what was typed in this tab while its user signs in again. */
function keep() {
  if (form.closest("[hidden]")) return;
  const values = [...form.elements].filter((field) => field.id).map((field) => [field.id, field.checked, field.value]);
  tab.set("plan", { by: user.id, hash: location.hash, values });
}

/** Fills in what was kept, if it was for this form. */
export function restore() {
  const { by, hash, values } = tab.get("plan") ?? {};
  tab.remove("plan");
  if (by !== user.id || hash !== location.hash) return;
  for (const [id, checked, value] of values) {
    if ($(id).type === "checkbox") $(id).checked = checked;
    else $(id).value = value;
  }
  adapt();
}

function fillZones(zone) {
  foreign = !hasZone(zone);
  const own = foreign ? "UTC" : zone;
  $("timezone").replaceChildren(...zones(here, own).map((value) => el("option", { value }, value.replaceAll("_", " "))));
  $("timezone").value = own;
}

function hasZone(timeZone) {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone }));
  } catch {
    return false;
  }
}

/** A new meeting begins at the next full hour. */
function fillTime(meeting) {
  const at = meeting?.start_time ?? Date.now() + 3600_000;
  const [date, clock] = local(at, $("timezone").value);
  $("date").value = date;
  $("clock").value = meeting?.start_time ? clock : clock.slice(0, 3) + "00";
  $("duration").value = meeting?.duration || 60;
}

/** Returns the date and the time of day in the zone: ["2027-03-25", "10:00"]. */
function local(time, timeZone) {
  const digits = "2-digit";
  const parts = new Intl.DateTimeFormat("en", {
    timeZone, hourCycle: "h23", year: "numeric", month: digits, day: digits, hour: digits, minute: digits,
  }).formatToParts(new Date(time));
  const { year, month, day, hour, minute } = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return [`${year}-${month}-${day}`, `${hour}:${minute}`];
}

function fillRecurrence({ type, recurrence: r }) {
  $("repeat").value = type === 3 ? "open" : r ? r.type : "once";
  $("interval").value = r?.repeat_interval ?? 1;
  $("month-by").value = r?.monthly_week ? "week" : "day";
  follows = !r;
  fillDays(r);
  $("end").value = r?.end_date_time ? "date" : r?.end_times === 0 ? "never" : "times";
  $("end-times").value = r?.end_times || 10;
  $("end-date").value = r?.end_date_time ? local(r.end_date_time, $("timezone").value)[0] : "";
}

/** Fills the days on which a series recurs: by default those of its first date. */
function fillDays(r) {
  const first = new Date(($("date").value || "2023-01-01") + "T00:00Z");
  const day = first.getUTCDate(), weekday = first.getUTCDay() + 1;
  const days = (r?.weekly_days ?? String(weekday)).split(",");
  for (const box of form.elements.day) box.checked = days.includes(box.value);
  $("month-day").value = r?.monthly_day || day;
  $("month-week").value = r?.monthly_week || Math.min(4, Math.ceil(day / 7));
  $("month-weekday").value = r?.monthly_week_day || weekday;
}

function fillAccess({ password = "", settings: s }) {
  $("use-pmi").checked = s.use_pmi;
  $("passcode").value = s.use_pmi ? "" : password;
  $("passcode").required = Boolean($("passcode").value);
  $("waiting-room").checked = s.waiting_room;
  $("early").checked = s.join_before_host;
  $("early-by").value = s.jbh_time ?? 0;
  $("known").checked = s.meeting_authentication;
  $("domains").value = s.authentication_domains ?? "";
  $("hosts").value = (s.alternative_hosts ?? "").split(";").join("\n");
  $("invitees").value = (s.meeting_invitees ?? []).map(({ email }) => email).join("\n");
}

/** Shows the fields that the choices need. The others are disabled: they are neither checked nor read. */
function adapt() {
  const repeat = $("repeat").value;
  const fixed = ["1", "2", "3"].includes(repeat);
  $("use-pmi").disabled = fixed;
  if (fixed) $("use-pmi").checked = false;
  const pmi = $("use-pmi").checked;
  const hint = fixed ? "schedule.pmi.series" : pmi ? "schedule.pmi.on" : "schedule.pmi.off";
  $("pmi-hint").textContent = t(hint, { number: grouped(user.pmi) });
  show("[data-series]", () => !one);
  show("[data-timed]", () => repeat !== "open");
  show("[data-repeats]", ({ dataset }) => !one && dataset.repeats.includes(repeat));
  show("[data-month]", ({ dataset }) => !one && repeat === "3" && dataset.month === $("month-by").value);
  show("[data-end]", ({ dataset }) => !one && fixed && dataset.end === $("end").value);
  show("[data-own]", (part) => !one && !pmi && !(part.matches("[data-early]") && !$("early").checked) &&
    !(part.matches("[data-known]") && !$("known").checked));
  $("interval").max = limits[repeat] ?? 99;
  $("interval-hint").textContent = fixed ? t("schedule.interval." + repeat) : "";
  $("timezone").disabled ||= one;
  $("here").hidden = $("timezone").disabled || $("timezone").value === here;
  $("here").textContent = t("schedule.here", { zone: here.replaceAll("_", " ") });
}

function show(selector, needed) {
  for (const part of form.querySelectorAll(selector)) {
    const shown = needed(part);
    part.hidden = !shown;
    for (const field of part.querySelectorAll("input, select, textarea")) {
      if (field.id !== "use-pmi") field.disabled = !shown;
    }
  }
}

/** Returns what the form says, in the API's words. Of one occurrence only what can differ from the series. */
export function read() {
  const repeat = $("repeat").value;
  const body = { agenda: $("agenda").value.trim(), duration: Number($("duration").value) };
  const utc = foreign && $("timezone").value === "UTC" ? "Z" : "";
  if (repeat !== "open") body.start_time = `${$("date").value}T${$("clock").value}:00${utc}`;
  if (one) return body;
  const topic = $("meeting-topic").value.trim();
  if (topic) body.topic = topic;
  body.type = { once: 2, open: 3 }[repeat] ?? 8;
  if (repeat !== "open") body.timezone = $("timezone").value;
  if (body.type === 8) body.recurrence = readRecurrence(Number(repeat));
  return { ...body, ...readAccess() };
}

function readRecurrence(type) {
  const rule = { type, repeat_interval: Number($("interval").value) };
  if (type === 2) rule.weekly_days = chosenDays().sort().join(",");
  if (type === 3 && $("month-by").value === "day") rule.monthly_day = Number($("month-day").value);
  if (type === 3 && $("month-by").value === "week") {
    rule.monthly_week = Number($("month-week").value);
    rule.monthly_week_day = Number($("month-weekday").value);
  }
  const ends = {
    times: { end_times: Number($("end-times").value) }, never: { end_times: 0 },
    date: { end_date_time: $("end-date").value + "T23:59:59" },
  };
  return { ...rule, ...ends[$("end").value] };
}

const chosenDays = () => [...form.elements.day].filter((box) => box.checked).map((box) => box.value);
const addresses = (id) => $(id).value.split(/[\s,;]+/).filter(Boolean);

/** In the personal room, passcode and access are the room's. Without a passcode the server makes one. */
function readAccess() {
  const settings = {
    use_pmi: $("use-pmi").checked, alternative_hosts: addresses("hosts").join(";"),
    meeting_invitees: addresses("invitees").map((email) => ({ email })),
  };
  if (settings.use_pmi) return { settings };
  Object.assign(settings, {
    waiting_room: $("waiting-room").checked, join_before_host: $("early").checked,
    jbh_time: $("early").checked ? Number($("early-by").value) : 0,
    meeting_authentication: $("known").checked,
    authentication_domains: $("known").checked ? addresses("domains").join(",") : "",
  });
  return { ...($("passcode").value && { password: $("passcode").value }), settings };
}

/** Checks the form, as the browser does. What is wrong is shown at the field, and the first one gets the focus. */
export function valid() {
  for (const field of form.elements) clear(field);
  const days = $("repeat").value === "2" && !one && !chosenDays().length;
  form.elements.day[0].setCustomValidity(days ? t("schedule.days.missing") : "");
  const wrong = [...form.elements].filter((field) => field.willValidate && !field.validity.valid);
  for (const field of wrong) mark(field, wrongIn(field));
  wrong[0]?.focus();
  return !wrong.length;
}

/** Returns what is wrong, in the browser's words, where these help. */
const wrongIn = (field) => (field.validity.patternMismatch ? t("schedule.wrong.password") : field.validationMessage);

/** Shows a refusal of the server at its fields. Returns false if it has none that the form has. */
export function refuse({ reason, errors = [] }) {
  const wrong = errors.map((error) => [element(error.field), text(error, explain({ reason }))]);
  if (!wrong.length || wrong.some(([field]) => !field || field.disabled)) return false;
  for (const [field, message] of wrong) mark(field, message);
  wrong[0][0].focus();
  return true;
}

/** Returns the element of "settings.alternative_hosts[0]". */
function element(name) {
  const found = $(fields[name.replace(/\[.*/, "")]);
  return found?.matches("fieldset") ? found.querySelector("input") : found;
}

/** Our own text of what is wrong with the field, or of the refusal, else the server's. */
function text(error, refusal) {
  const name = error.field.replace(/\[.*/, "");
  const own = t("schedule.wrong." + name);
  return own.startsWith("schedule.wrong.") ? refusal ?? flaw(error, labelOf(element(name))) : own;
}

/** A field of a set, such as a day, has the name of the set. */
const labelOf = (field) => (field?.closest("#days")?.querySelector("legend") ?? field?.labels[0])?.textContent.trim();

function mark(field, message) {
  clear(field);
  const id = field.id + "-problem";
  field.setAttribute("aria-invalid", true);
  field.setAttribute("aria-describedby", `${id} ${field.getAttribute("aria-describedby") ?? ""}`.trim());
  field.closest(".field, fieldset").append(el("p", { class: "problem", id }, message));
}

function clear(field) {
  const problem = $(field.id + "-problem");
  if (!problem) return;
  problem.remove();
  field.removeAttribute("aria-invalid");
  const others = field.getAttribute("aria-describedby").split(" ").filter((id) => id !== problem.id).join(" ");
  if (others) field.setAttribute("aria-describedby", others);
  else field.removeAttribute("aria-describedby");
}
