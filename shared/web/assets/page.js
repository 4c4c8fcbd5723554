// page.js has what all pages share: their texts and settings, elements, times, and what this tab remembers.

const data = (id) => JSON.parse(document.getElementById(id)?.textContent || "{}");

/** The settings of the server: see Config in web.go. */
export const config = data("config");

const texts = data("text");
const lang = document.documentElement.lang;

/** How dates and numbers are written: in the language of the page, as where the reader lives ("en-GB"). */
export const locale = navigator.languages?.find((name) => name.split("-")[0] === lang) ?? lang;

/** Returns the text of the key in the language of the page. {name} in it stands for values.name. */
export function t(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => written(values[name] ?? ""));
}

const written = (value) => (typeof value === "number" ? new Intl.NumberFormat(locale).format(value) : value);

/** Makes an element: el("button", { type: "button", onclick: f }, "Save"). Properties and attributes are both taken. */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made && name !== "form" && name !== "list") made[name] = value;
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== false));
  return made;
}

/** Makes a line that screen readers say at once when it has a text. */
export const alertLine = (text = "") => el("p", { class: "problem", role: "alert" }, text);

export const $ = (id) => document.getElementById(id);

/** Shows the elements with these ids and hides the others of the group. */
export function only(group, ...shown) {
  for (const id of group) $(id).hidden = !shown.includes(id);
}

/**
 * Shows a state of the page: its heading, and a sentence below. They are in a live region, so screen readers say them.
 * The title of the tab follows.
 */
export function say(heading, detail = "") {
  if ($("heading").textContent !== heading) $("heading").textContent = heading;
  if ($("detail").textContent !== detail) $("detail").textContent = detail;
  document.title = heading;
}

/** Shows a text, with links, which open beside this page: it holds the seat. Screen readers hear a change once. */
export function write(id, text) {
  if ($(id).textContent === text) return;
  const link = (href) => el("a", { href, target: "_blank", rel: "noopener noreferrer" }, href);
  const parts = text.split(/(https?:\/\/\S*[^\s.,;:!?)])/);
  $(id).replaceChildren(...parts.map((part, i) => (i % 2 ? link(part) : part)));
}

/** Moves the focus to the heading if what had it is hidden now, and, with news, also if nothing has it. */
export function keepFocus(news) {
  const focused = document.activeElement ?? document.body;
  if (focused === document.body ? news : focused.closest("[hidden]")) $("heading").focus();
}

/** Shows a number in the groups in which people read it, on one line: 555 123 4321. */
export function grouped(number) {
  const digits = String(number ?? "");
  return digits.length === 11 ? digits.replace(/(\d{3})(\d{4})(\d{4})/, "$1\u00a0$2\u00a0$3")
    : digits.replace(/(\d{3})(\d{3})(\d{4})/, "$1\u00a0$2\u00a0$3");
}

/**
 * Lets people choose camera and microphone before a call, when they open that part of the page. Returns what turns the
 * preview off. load imports devices.js: only pages with calls have its texts.
 */
export function offerDevices(load) {
  let off;
  $("devices").ontoggle = async () => {
    const { choose } = await load().catch(() => ({}));
    if (!choose) write("choice", t("reason.offline"));
    else off ??= choose($("choice"));
  };
  return () => off?.();
}

/** Opens the call of an admitted visit in the element. If that fails, a button there tries it again. load imports call.js. */
export async function openCall(load, place, visit) {
  try {
    await (await load()).open(place, visit);
  } catch {
    const retry = () => {
      place.replaceChildren(el("p"));
      $("heading").focus();
      again(load, place, visit);
    };
    if (!["admitted", "offline"].includes(visit.state)) return;
    place.replaceChildren(alertLine(t("reason.call")), el("button", { type: "button", onclick: retry }, t("again")));
  }
}

/** Opens the call with the next answer of the visit: the token of the last one may be too old. */
function again(load, place, visit) {
  const answered = () => {
    if (visit.state === "offline") return;
    visit.removeEventListener("change", answered);
    if (visit.state === "admitted") openCall(load, place, visit);
  };
  visit.addEventListener("change", answered);
  visit.hurry();
}

const formats = {
  day: { dateStyle: "full" },
  time: { timeStyle: "short" },
  both: { dateStyle: "medium", timeStyle: "short" },
};

/** Shows a time of the server in the reader's language and time zone, or in the given zone. */
export function when(time, format = "both", timeZone) {
  return new Intl.DateTimeFormat(locale, { ...formats[format], timeZone }).format(new Date(time));
}

/** Says how long it is until a time: "in 5 minutes". */
export function until(time) {
  const seconds = Math.round((new Date(time) - Date.now()) / 1000);
  const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const [unit, size] = units.find(([, s]) => Math.abs(seconds) >= s) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}

/** What this tab remembers: seats, passcodes of links, the sign-in. It is gone when the tab is closed. */
export const tab = storage("sessionStorage");

/** What this browser remembers: the person's name, nothing secret. */
export const browser = storage("localStorage");

/** A browser may forbid storage; then nothing is remembered. After clear(), this page remembers nothing any more. */
function storage(kind) {
  const use = (action, otherwise) => {
    try {
      return action(globalThis[kind]);
    } catch {
      return otherwise;
    }
  };
  let cleared = false;
  return {
    get: (key) => use((s) => JSON.parse(s.getItem(key)), null),
    set: (key, value) => use((s) => cleared || s.setItem(key, JSON.stringify(value))),
    remove: (key) => use((s) => s.removeItem(key)),
    clear: () => use((s) => { cleared = true; s.clear(); }),
  };
}

/**
 * Copies the text, and says so on the button for two seconds. The text may be a promise: Safari waits for no request.
 */
export async function copy(text, button) {
  const content = Promise.resolve(text).then((value) => new Blob([value], { type: "text/plain" }));
  await navigator.clipboard.write([new ClipboardItem({ "text/plain": content })]);
  button.dataset.label ??= button.textContent;
  button.textContent = t("copied");
  setTimeout(() => { button.textContent = button.dataset.label; }, 2000);
}

/** The name of a refusal for people: our own text, else the server's; undefined if there is neither. */
export const explain = ({ reason, errors = [], message }) =>
  texts["reason." + reason] ?? (errors.map((one) => flaw(one, one.field)).join("; ") || message);

/** Says what is wrong with a field. The server says that in English: who reads another language is told to check it. */
export const flaw = ({ message }, field) =>
  lang !== "en" ? t("check", { field }) : /^[A-Z]/.test(message) ? message : `${field} ${message}`;
