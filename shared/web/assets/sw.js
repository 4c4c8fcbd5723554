// sw.js is the service worker of the pages: it shows the notifications of the doorbell, and sends what a host answers on
// them. It sees no other request. The server puts the texts in the reader's language before it.

/* global texts */

/** Returns the text of the key. {name} in it stands for values.name. */
const t = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(ring(event.data.json())));

self.addEventListener("notificationclick", (event) => {
  const { notification, action } = event;
  notification.close();
  event.waitUntil(action ? answer(action, notification.data) : openConsole(notification.data));
});

/** Shows who waits. A later ring of the room takes the place of the one before. */
function ring(notice) {
  const { name, count, topic, admit } = notice;
  const title = count > 2 ? t("doorbell.more", { name, count: count - 1 }) : t(count > 1 ? "doorbell.two" : "doorbell.one", { name });
  const actions = [{ action: "later", title: t("doorbell.later") }];
  if (admit) actions.unshift({ action: "admit", title: t(count > 1 ? "doorbell.admit.one" : "doorbell.admit", { name }) });
  return show(title, { body: topic, actions, renotify: true, requireInteraction: true, data: notice });
}

const show = (title, options) => self.registration.showNotification(title, {
  tag: "room " + options.data.room, icon: "/favicon.svg", badge: "/favicon.svg", ...options,
});

/** Sends the ticket of the action: "admit" or "later". Says so if it had no effect: a click opens the console then. */
async function answer(action, notice) {
  let problem = "doorbell.failed";
  try {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ ticket: notice[action] });
    const sent = await fetch("/v2/doorbell", { method: "POST", headers, body, keepalive: true });
    const { state } = sent.status === 200 ? await sent.json() : {};
    if (sent.status === 204 || state === "admitted") return;
    if (sent.ok || sent.status === 404 || sent.status === 409) problem = "doorbell.gone";
  } catch { /* no answer */ }
  await show(t(problem === "doorbell.gone" ? "doorbell.gone" : "doorbell.failed", { name: notice.name }), {
    body: t("doorbell.open"), data: { ...notice, admit: undefined },
  });
}

/** Opens the console of the room at the person, or brings one that is open to the front. */
async function openConsole({ room, seat }) {
  const path = "/host/" + room;
  const all = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = all.find(({ url }) => new URL(url).pathname === path);
  if (!open) return self.clients.openWindow(`${path}#${seat}`);
  open.postMessage({ seat });
  return open.focus();
}
