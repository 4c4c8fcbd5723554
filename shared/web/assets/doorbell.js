// doorbell.js is the part of My Profile for the doorbell: on which devices of the person a notification says who waits.

import { $, el, explain, t } from "./page.js";
import { Section } from "./forms.js";
import { devices as path, idOf, subscription } from "./push.js";

/** Shows the doorbell. `rooms` calls the API as the person; `email` is their address, if it is known. */
export class Doorbell {
  constructor(rooms, email) {
    Object.assign(this, { rooms, email });
    this.form = new Section($("bell-quiet"), (change) => rooms.insist("PATCH", `${path}/${this.chosen.id}`, change), () => this.load());
    $("bell-on").onclick = () => this.run(() => this.switchOn());
    $("bell-mail").onclick = () => this.run(() => this.add({ name: email.slice(0, 64), endpoint: "mailto:" + email }));
    $("bell-mail").textContent = t("me.bell.mail", { email });
  }

  async load() {
    const { public_key: key, mails, devices } = await this.rooms.call("GET", path);
    this.key = key;
    const [own, mail] = await Promise.all([idOf(await subscription()), idOf({ endpoint: "mailto:" + this.email })]);
    this.own = devices.find((device) => device.id === own);
    this.chosen = devices.find((device) => device.id === this.chosen?.id) ?? this.own; // whose settings are shown
    this.show(devices);
    $("bell-mail").hidden = !mails || !this.email || devices.some(({ id }) => id === mail);
  }

  show(devices) {
    const problem = unable();
    $("bell-state").textContent = this.own ? t("me.bell.own") + " " + limits() : problem ? t("me.bell." + problem) : limits();
    $("bell-on").hidden = Boolean(this.own || problem);
    $("bell-devices").replaceChildren(...devices.map((device) => this.row(device)));
    $("bell-devices-title").hidden = devices.length === 0;
    $("bell-quiet").hidden = !this.chosen;
    if (this.chosen) {
      $("bell-quiet-title").textContent = this.chosen === this.own ? t("me.bell.this") : this.chosen.name;
      this.form.fill(this.chosen);
    }
    $("bell").hidden = false;
  }

  row(device) {
    const id = "device-" + device.id;
    const name = el("span", { className: "name", id, dir: "auto" }, device.name);
    const mark = device === this.own ? t("me.bell.this") : device.service === "email" ? t("me.bell.email") : device.service;
    const settings = el("button", { type: "button", "aria-describedby": id, onclick: () => this.run(() => this.choose(device)) },
      t("me.bell.settings"));
    const remove = el("button", { type: "button", "aria-describedby": id, onclick: () => this.run(() => this.remove(device)) },
      t("me.bell.remove"));
    return el("li", {}, el("span", { className: "name" }, name, " ", el("span", { className: "mark" }, mark)), settings, remove);
  }

  /** Shows the settings of the device. */
  async choose(device) {
    this.form.cancel();
    this.chosen = device;
    await this.load();
    $("bell-quiet-title").focus();
  }

  /** Subscribes for this person: another one may have used this browser before. */
  async switchOn() {
    if (await Notification.requestPermission() !== "granted") return this.load();
    await navigator.serviceWorker.register("/sw.js");
    const { pushManager } = await navigator.serviceWorker.ready;
    await (await pushManager.getSubscription())?.unsubscribe();
    const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: this.key });
    const { endpoint, keys } = made.toJSON();
    await this.add({ name: nameOfBrowser(), endpoint, keys });
  }

  async add(device) {
    await this.rooms.insist("POST", path, device);
    await this.load();
    $("bell-title").focus(); // the button is hidden now
  }

  async remove(device) {
    await this.rooms.insist("DELETE", `${path}/${device.id}`);
    if (device.id === this.own?.id) await (await subscription())?.unsubscribe();
    await this.load();
    $("bell-title").focus();
  }

  /** Runs an action, unless one is running. Shows its error. */
  async run(action) {
    if (this.busy) return;
    this.busy = true;
    $("bell-problem").textContent = "";
    try {
      await action();
    } catch (error) {
      $("bell-problem").textContent = error.reason && !error.errors?.length ? explain(error) : t("me.bell.failed");
    } finally {
      this.busy = false;
    }
  }
}

/** Returns why this browser cannot ring; undefined if it can. On iOS, pages ring only from the Home Screen. */
function unable() {
  if (!("PushManager" in globalThis && "Notification" in globalThis)) return navigator.standalone === false ? "home" : "unable";
  return Notification.permission === "denied" ? "denied" : undefined;
}

/** Says whether notifications have buttons here. */
const limits = () => t(globalThis.Notification?.maxActions > 0 ? "me.bell.actions" : "me.bell.noactions");

function nameOfBrowser() {
  const { userAgent, userAgentData, platform } = navigator;
  const brand = /(Edg|OPR|SamsungBrowser|Firefox|Chrome|Safari)/.exec(userAgent)?.[1] ?? "Browser";
  return `${{ Edg: "Edge", OPR: "Opera", SamsungBrowser: "Samsung Internet" }[brand] ?? brand}, ${userAgentData?.platform || platform}`;
}
