// support.mjs has what all tests of the pages need: a browser with a page for each person, users of the API, and checks
// that hold for every state of every page. README: doc.go.

import assert from "node:assert/strict";
import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { request as send } from "node:http";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Network } from "./network.mjs";

const tools = process.env.BROWSER_TOOLS || fileURLToPath(new URL("../../../../.tools/browser", import.meta.url));
const require = createRequire(tools + "/");
const { chromium } = require("playwright-core");
const axeSource = require("axe-core").source;

/** The address of the server under test. */
export const base = (process.env.BASE_URL || "http://127.0.0.1:3000").replace(/\/$/, "");

/** How long a person waits for something to happen, in milliseconds. */
export const patience = 20_000;

const screenshots = process.env.SCREENSHOTS;
if (screenshots) mkdirSync(screenshots, { recursive: true });

const phone = {
  name: "phone", viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2,
};
const desktop = { name: "desktop", viewport: { width: 1280, height: 800 } };

/** Runs a test at the width of a phone and of a desktop: body(t, size). The size is for visitor(). */
export function eachSize(name, body) {
  for (const size of [phone, desktop]) test(`${name}, ${size.name}`, (t) => body(t, size));
}

let starting;
const browser = () => (starting ??= chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
}));
after(async () => (await starting)?.close());

/**
 * Opens a page for one more person: a browser context and a network address of their own, until the test ends. The test
 * fails if the page has an error, breaks its own policy, or loads something from an origin that is not allowed.
 * Options are those of a browser context, and `size`, `network` (of another visitor) and `origins` (more allowed ones).
 * The page has `network`, to slow it down or to cut it.
 */
export async function visitor(t, { size = desktop, network, origins = [], ...options } = {}) {
  const { name, ...shape } = size;
  const own = network ?? await Network.open();
  const context = await (await browser()).newContext({
    baseURL: base, locale: "en-GB", timezoneId: "Europe/London", proxy: { server: own.proxy }, ...shape, ...options,
  });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const flaws = watch(page, [new URL(base).origin, ...origins]);
  t.after(async () => {
    await context.close();
    if (!network) own.close();
    assert.deepEqual(flaws, []);
  });
  return Object.assign(page, { network: own, size: name });
}

/** What Chromium writes about a request that was refused, or that failed: that is no error of a page. */
const ofNetwork = /^(Failed to load resource|WebSocket connection to)/;

/** Collects what no page may do. */
function watch(page, origins) {
  const flaws = [];
  page.on("pageerror", (error) => flaws.push(String(error.stack ?? error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !ofNetwork.test(message.text())) flaws.push(message.text());
  });
  page.on("websocket", (socket) => {
    if (!origins.includes(new URL(socket.url().replace("ws", "http")).origin)) flaws.push("it opens " + socket.url());
  });
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && !origins.includes(origin)) flaws.push("it loads " + request.url());
  });
  return flaws;
}

/** Reloads the page as one in German, after a sign-in in English. */
export async function inGerman(page) {
  await page.route(page.url().replace(/#.*/, ""), (route) =>
    route.continue({ headers: { ...route.request().headers(), "accept-language": "de" } }));
  await page.reload();
}

/** Waits until the page says the state: its h1. */
export async function says(page, heading) {
  await page.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor();
}

/** Presses the button of this name. */
export const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

/**
 * Checks the present state of the page in light and dark: axe finds nothing, nothing is wider than the page, also at
 * 320 pixels, and all that people touch is large enough. Keeps a screenshot of it under the name.
 */
export async function inspect(page, name) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await settled(page);
    const path = `${screenshots}/${name}.${page.size}.${colorScheme}.png`;
    if (screenshots) await page.screenshot({ path, fullPage: true });
    assert.deepEqual(await axe(page), [], `${name}: axe, ${colorScheme}`);
  }
  assert.deepEqual(await small(page), [], `${name}: too small to touch`);
  await fits(page, name);
  const size = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  await fits(page, name);
  await page.setViewportSize(size);
}

/** Waits until no animation of a limited length runs, and all is drawn. */
const settled = (page) => page.evaluate(async () => {
  const limited = document.getAnimations().filter((a) => a.effect.getComputedTiming().iterations !== Infinity);
  await Promise.allSettled(limited.map((a) => a.finished));
  await new Promise(requestAnimationFrame);
});

/** Returns what axe-core finds, in one line for each element. */
export async function axe(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${v.help}: ${n.html}`));
}

async function fits(page, name) {
  const [content, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= width, `${name}: the content is ${content} wide, and the page ${width}`);
}

/** Returns the controls that are lower than 44 pixels. A link within a text may be; so may a box whose label is not. */
const small = (page) => page.evaluate(() => {
  const target = (e) => (["checkbox", "radio"].includes(e.type) ? e.closest("label") ?? e.labels[0] ?? e : e);
  const low = (e) => e.checkVisibility() && target(e).getBoundingClientRect().height < 44;
  return [...document.querySelectorAll("button, .button, select, input, textarea")].filter(low).map((e) => e.outerHTML);
});

/** Makes a user of the API, whose name on pages is as given with some random characters. */
export async function user(name) {
  const full = `${name} ${randomBytes(4).toString("hex")}`;
  const id = full.toLowerCase().replaceAll(" ", ".");
  const form = new URLSearchParams({ grant_type: "client_credentials" });
  const headers = { Authorization: "Basic " + Buffer.from(id + ":any").toString("base64") };
  const answer = await fetch(base + "/oauth/token", { method: "POST", headers, body: form });
  const { access_token: token } = await answerOf(answer);
  const call = (method, path, body) => request(method, path, body, { Authorization: "Bearer " + token });
  const me = await call("PATCH", "/v2/users/me", { first_name: name, last_name: full.split(" ").at(-1) })
    .then(() => call("GET", "/v2/users/me"));
  return { id, name: full, token, call, number: String(me.pmi), me };
}

/** Makes a user with a personal room of these settings. The room has number, passcode and join_url. */
export async function host(name, settings = {}) {
  const made = await user(name);
  if (Object.keys(settings).length) await made.call("PATCH", "/v2/users/me/personal_meeting_room", settings);
  const room = await made.call("GET", "/v2/users/me/personal_meeting_room");
  const live = "/v2/live_meetings/" + made.number;
  return {
    ...made, room, link: new URL(room.join_url).pathname + new URL(room.join_url).search,
    start: () => made.call("PUT", `/v2/meetings/${made.number}/status`, { action: "start" }),
    end: () => made.call("PUT", `/v2/meetings/${made.number}/status`, { action: "end" }),
    lock: (locked) => made.call("PATCH", live, { locked }),
    roster: async () => (await made.call("GET", live + "/participants")).participants,
    decide: (action, ids) => made.call("PUT", live + "/participants/status", { action, participant_ids: ids }),
  };
}

/** Sends one request to the API. Returns the JSON of the answer; throws if it is a refusal. */
export async function request(method, path, body, headers = {}) {
  const sent = { ...headers, "Content-Type": "application/json" };
  return answerOf(await fetch(base + path, { method, headers: sent, body: body && JSON.stringify(body) }));
}

async function answerOf(answer) {
  const text = await answer.text();
  if (!answer.ok) throw Object.assign(new Error(`${answer.url}: ${answer.status} ${text}`), { status: answer.status });
  return text ? JSON.parse(text) : undefined;
}

/** Signs a user in as people do, by the button of the page, and waits until the page is back, by default at its address. */
export async function signIn(page, { name }, back = new URL(page.url()).pathname) {
  await press(page, "Sign in");
  await page.waitForURL("**/oauth/authorize?**");
  await page.getByLabel("Your name").fill(name);
  await press(page, "Sign in");
  await page.waitForURL((url) => url.pathname === back && !url.searchParams.has("code"));
}

/** Waits until the condition, which may be asynchronous, is true. */
export async function eventually(condition, what) {
  for (const end = Date.now() + patience; Date.now() < end;) {
    if (await condition()) return;
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  assert.fail(what);
}

/** Returns a PMI that nobody has, most probably, and that keeps the rules. */
export const freeNumber = () => `5${randomInt(10, 99)}${randomInt(1, 9)}${randomInt(10, 99)}${randomInt(1000, 9999)}`;

/** Returns an address of this machine that nobody used, most probably. */
export const newAddress = () => `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}`;

/** Sends a guest to the door, from an address of their own or the given one. The guest can poll. */
export async function knock(ada, name, address = newAddress()) {
  const join = (seat) => post(`/v2/live_meetings/${ada.number}/guests`, address,
    seat ? { seat } : { display_name: name, passcode: ada.room.passcode });
  const first = await join();
  return { ...first, id: first.seat?.id, poll: () => join(first.seat) };
}

/** Sends a POST from the address; returns the JSON of the answer. */
const post = (path, localAddress, body) => new Promise((resolve, reject) => {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": randomUUID() };
  const sent = send(base + path, { method: "POST", headers, localAddress }, async (answer) => {
    resolve(JSON.parse(Buffer.concat(await answer.toArray())));
  });
  sent.on("error", reject).end(JSON.stringify(body));
});
