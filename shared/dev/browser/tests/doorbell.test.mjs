// What a host does with the doorbell: switch it on in My Profile, and answer on notifications.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { base, eachSize, eventually, host, inspect, knock, press, says, signIn, visitor } from "./support.mjs";
import { pushService } from "./push.mjs";

const section = (page, name) => page.locator(".card").filter({ has: page.getByRole("heading", { level: 2, name, exact: true }) });

/** Opens My Profile of the host. The browser subscribes at the push service, and allows notifications unless denied. */
async function profileOf(t, ada, push, { size, permission = "granted" } = {}) {
  const page = await visitor(t, { size });
  if (permission === "granted") await page.context().grantPermissions(["notifications"], { origin: base });
  await page.addInitScript((made) => {
    let present = JSON.parse(localStorage.getItem("test-push"));
    const shown = () => present && {
      endpoint: present.endpoint, toJSON: () => present,
      unsubscribe: async () => {
        present = null;
        localStorage.removeItem("test-push");
        document.cookie = "unsubscribed=" + made.endpoint;
        return true;
      },
    };
    PushManager.prototype.getSubscription = async () => shown();
    PushManager.prototype.subscribe = async ({ applicationServerKey: key, userVisibleOnly: visible }) => {
      if (!visible || !/^[\w-]{87}$/.test(key)) throw new Error("a bad request to subscribe");
      present = made;
      localStorage.setItem("test-push", JSON.stringify(made));
      return shown();
    };
  }, push.subscription);
  await page.goto("/me");
  await signIn(page, ada);
  await section(page, "Doorbell").waitFor();
  return page;
}

/** Switches the doorbell on. */
async function switchOn(page) {
  await press(page, "Switch on for this device");
  await section(page, "Doorbell").getByText("It rings on this device.").waitFor();
}

/**
 * Gives the service worker of the page the plain text of a message, as the browser does; again, if the worker was not
 * ready for it. Returns the notifications: a message that comes twice makes one.
 */
async function deliver(page, data) {
  await page.evaluate(() => navigator.serviceWorker.ready);
  const devtools = await page.context().newCDPSession(page);
  const registered = new Promise((resolve) => {
    devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations: [one] }) => one && resolve(one.registrationId));
  });
  await devtools.send("ServiceWorker.enable");
  const message = { origin: base + "/", registrationId: await registered, data };
  let all;
  await eventually(async () => {
    await devtools.send("ServiceWorker.deliverPushMessage", message);
    await page.waitForTimeout(500);
    return (all = await notifications(page)).length > 0;
  }, "a notification");
  return all;
}

const notifications = (page) => page.evaluate(async () => {
  const registration = await navigator.serviceWorker.ready;
  const all = await registration.getNotifications();
  return all.map(({ title, body, tag, actions }) => ({ title, body, tag, actions: actions.map((a) => a.title) }));
});

/** Clicks the notification, or a button of it. Returns the address that it opened. The browser itself needs a real click. */
async function click(page, action = "") {
  const [worker] = page.context().serviceWorkers();
  return worker.evaluate(async (chosen) => {
    const [notification] = await self.registration.getNotifications();
    let done, opened;
    self.clients.openWindow = (url) => { opened = url; };
    const event = new NotificationEvent("notificationclick", { notification, action: chosen });
    Object.defineProperty(event, "waitUntil", { value: (promise) => { done = promise; } });
    self.dispatchEvent(event);
    await done;
    return opened;
  }, action);
}

eachSize("a host switches the doorbell on, sets quiet hours, and removes the device", async (t, size) => {
  const ada = await host("Ada"), push = await pushService(t);
  const page = await profileOf(t, ada, push, { size });
  await inspect(page, "me-doorbell-off");
  await switchOn(page);
  await inspect(page, "me-doorbell-on");
  const { devices: [device] } = await ada.call("GET", "/v2/users/me/devices");
  assert.match(device.name, /Chrome/);
  const quiet = section(page, "This device");
  await quiet.getByLabel("Quiet from").fill("22:00");
  await quiet.getByRole("button", { name: "Save" }).click();
  await quiet.getByText("leave both empty").waitFor();
  await quiet.getByLabel("Quiet until").fill("07:00");
  await quiet.getByLabel("Rooms for which it does not ring").fill(ada.number);
  await quiet.getByRole("button", { name: "Save" }).click();
  await quiet.getByText("Saved.", { exact: true }).waitFor();
  const { devices: [now] } = await ada.call("GET", "/v2/users/me/devices");
  assert.deepEqual([now.id, now.quiet_from, now.quiet_to, now.muted_rooms], [device.id, "22:00", "07:00", [ada.number]]);
  await page.reload();
  await section(page, "Doorbell").getByText("It rings on this device.").waitFor();
  assert.equal(await section(page, "This device").getByLabel("Quiet from").inputValue(), "22:00");
  await press(page, "Remove");
  await page.getByRole("button", { name: "Switch on for this device" }).waitFor();
  assert.deepEqual((await ada.call("GET", "/v2/users/me/devices")).devices, []);
});

test("a host without notifications gets mails", { skip: !process.env.LOG }, async (t) => {
  const ada = await host("Ada");
  const page = await visitor(t);
  await page.goto("/me");
  await signIn(page, ada);
  const { email } = await ada.call("GET", "/v2/users/me");
  await press(page, "Also send mails to " + email);
  const row = section(page, "Doorbell").getByRole("listitem").filter({ hasText: email });
  await row.getByText("E-mail", { exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Also send mails to" }).isVisible(), false);
  await row.getByRole("button", { name: "Settings" }).click();
  const quiet = section(page, email);
  await quiet.getByLabel("Rooms for which it does not ring").fill("555 12");
  await quiet.getByRole("button", { name: "Save" }).click();
  await quiet.getByText("55512").first().waitFor();
  assert.doesNotMatch(await quiet.textContent(), /form\.rule/);
  await quiet.getByLabel("Rooms for which it does not ring").fill("555 000 0000");
  await quiet.getByRole("button", { name: "Save" }).click();
  await quiet.getByText("Saved.", { exact: true }).waitFor();
  await inspect(page, "me-doorbell-mail");
  const name = "Charles " + randomUUID().slice(0, 8);
  await knock(ada, name);
  const told = `${name} is waiting: ${ada.room.topic}  to ${email}`;
  await eventually(async () => (await readFile(process.env.LOG, "utf8")).includes(told), "the mail is sent");
});

test("signing out switches the doorbell off in this browser", async (t) => {
  const ada = await host("Ada"), push = await pushService(t);
  const page = await profileOf(t, ada, push);
  await switchOn(page);
  await press(page, "Sign out");
  await page.waitForURL(base + "/");
  assert.deepEqual((await ada.call("GET", "/v2/users/me/devices")).devices, []);
  assert.equal(await page.evaluate(() => document.cookie), "unsubscribed=" + push.subscription.endpoint);
});

test("signing out does not wait for a server that does not answer", async (t) => {
  const ada = await host("Ada"), push = await pushService(t);
  const page = await profileOf(t, ada, push);
  await switchOn(page);
  await page.route("**/v2/users/me/devices/**", () => {});
  await press(page, "Sign out");
  await page.waitForURL(base + "/");
  assert.equal(await page.evaluate(() => document.cookie), "unsubscribed=" + push.subscription.endpoint);
});

test("signing out on another page ends the subscription, although the server fails", async (t) => {
  const ada = await host("Ada"), push = await pushService(t);
  const page = await profileOf(t, ada, push);
  await switchOn(page);
  await page.route("**/assets/push*", (route) => route.fulfill({ status: 503, body: "busy" }));
  await page.goto("/meetings");
  await press(page, "Sign out");
  await page.waitForURL(base + "/");
  assert.equal(await page.evaluate(() => document.cookie), "unsubscribed=" + push.subscription.endpoint);
});

test("a doorbell that cannot be loaded says why", async (t) => {
  const ada = await host("Ada");
  const page = await visitor(t);
  await page.route("**/v2/users/me/devices", (route) => route.fulfill({ status: 503, json: {} }));
  await page.goto("/me");
  await signIn(page, ada);
  await section(page, "Doorbell").getByRole("alert").getByText("The server is busy.").waitFor();
  await inspect(page, "me-doorbell-failed");
});

test("a browser that blocks notifications says so", async (t) => {
  const ada = await host("Ada"), push = await pushService(t);
  const page = await visitor(t);
  await page.addInitScript(() => Object.defineProperty(Notification, "permission", { get: () => "denied" }));
  await page.goto("/me");
  await signIn(page, ada);
  await section(page, "Doorbell").getByText("are blocked in this browser").waitFor();
  assert.equal(await page.getByRole("button", { name: "Switch on for this device" }).isVisible(), false);
  assert.equal(push.messages.length, 0);
});

test("a host admits a guest on the notification", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" }), push = await pushService(t);
  const page = await profileOf(t, ada, push);
  await switchOn(page);
  await ada.start();
  const charles = await knock(ada, "Charles");
  const [shown] = await deliver(page, await push.next());
  assert.deepEqual(shown, {
    title: "Charles is waiting", body: ada.room.topic, tag: "room " + ada.number, actions: ["Admit", "5 minutes"],
  });
  await click(page, "admit");
  assert.equal((await charles.poll()).state, "admitted");
  assert.deepEqual(await notifications(page), []);
});

test("a host who is away says that they come, and opens the console at the person", async (t) => {
  const ada = await host("Ada"), push = await pushService(t);
  const page = await profileOf(t, ada, push);
  await switchOn(page);
  const guest = await visitor(t);
  await guest.goto(ada.link);
  await guest.getByLabel("Your name").fill("Charles");
  await press(guest, "Join");
  await says(guest, "Waiting for the host");
  const message = await push.next();
  const [shown] = await deliver(page, message);
  assert.deepEqual(shown.actions, ["5 minutes"]);
  await click(page, "later");
  await guest.getByText("The host comes at").waitFor();
  await inspect(guest, "join-host-comes");
  await deliver(page, message);
  const opened = await click(page);
  assert.match(opened, new RegExp(`^/host/${ada.number}#`));
  await page.goto(opened);
  await page.getByRole("listitem").filter({ hasText: "Charles" }).waitFor();
  await eventually(() => page.evaluate(() => document.activeElement.id === "waiting-title"
    || document.activeElement.closest("li")?.textContent.includes("Charles")), "the focus is at the person");
});

test("a notification whose person is gone says so", async (t) => {
  const ada = await host("Ada", { waiting_room: "everyone" }), push = await pushService(t);
  const page = await profileOf(t, ada, push);
  await switchOn(page);
  await ada.start();
  const charles = await knock(ada, "Charles");
  await deliver(page, await push.next());
  await ada.decide("deny", [charles.id]);
  await click(page, "admit");
  await eventually(async () => (await notifications(page))[0]?.title === "Charles does not wait any more", "it says so");
});
