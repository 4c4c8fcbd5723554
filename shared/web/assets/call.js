// call.js is the call itself: a LiveKit room by its own library, or Jitsi Meet's page in a frame.

import { alertLine, el, t } from "./page.js";
import { choice, comeBack, fillLists, turned } from "./devices.js";

/**
 * Opens the call of an admitted visit in the element. It closes when the visit ends, or waits again.
 * Each answer of the visit brings a newer token, which a reconnect uses.
 */
export async function open(element, visit) {
  const { media } = visit.answer;
  const call = media.provider === "jitsi" ? frame(element, media) : await liveKit(element, visit);
  const follow = () => {
    if (["admitted", "offline"].includes(visit.state)) return;
    visit.removeEventListener("change", follow);
    call.close();
  };
  visit.addEventListener("change", follow);
  follow();
}

function frame(element, media) {
  const allow = "camera; microphone; display-capture; autoplay; fullscreen";
  element.replaceChildren(el("iframe", { title: t("call.frame"), allow, src: `${media.url}?jwt=${media.token}` }));
  return { close: () => element.replaceChildren() };
}

/** Loads LiveKit's library, which is a classic script. */
const library = () => new Promise((resolve, reject) => {
  if (globalThis.LivekitClient) return resolve(globalThis.LivekitClient);
  const script = el("script", { src: new URL("livekit-client.js", import.meta.url).href });
  script.onload = () => resolve(globalThis.LivekitClient);
  script.onerror = () => reject(new Error("the library of the call cannot be loaded"));
  return document.head.append(script);
});

async function liveKit(element, visit) {
  const kit = await library();
  kit.setLogLevel("silent"); // it logs an error when a host removes somebody
  if (visit.returns) comeBack(visit.seat.id);
  const call = new Call(kit, element, visit);
  try {
    await call.connect();
  } catch (error) {
    call.close(); // it must not come back by itself
    throw error;
  }
  return call;
}

/** One person's call: tiles of all who are in, and the buttons below. */
class Call {
  constructor(kit, element, visit) {
    Object.assign(this, { kit, element, visit, tiles: new Map(), problems: {}, closed: false });
    // A page that reloads must not leave: the server would free its seat, and a host would have to admit it again.
    this.room = new kit.Room({ adaptiveStream: true, dynacast: true, disconnectOnPageLeave: false });
    this.stage = el("div", { class: "tiles" });
    this.people = el("ul", { class: "plain card", hidden: true, "aria-label": t("call.people") });
    this.problem = alertLine();
    element.replaceChildren(this.stage, this.problem, this.toolbar(), this.people);
    this.listen();
  }

  toolbar() {
    const toggle = (key, press) => el("button", { type: "button", "aria-pressed": "false", onclick: press }, t(key));
    this.buttons = {
      microphone: toggle("call.microphone", () => this.set("microphone", !this.me.isMicrophoneEnabled)),
      camera: toggle("call.camera", () => this.set("camera", !this.me.isCameraEnabled)),
      screen: toggle("call.screen", () => this.share(!this.me.isScreenShareEnabled)),
      list: el("button", { type: "button", "aria-expanded": "false", onclick: () => this.showPeople() }, t("call.people")),
      sound: el("button", { type: "button", class: "main", hidden: true, onclick: () => this.room.startAudio().catch(() => {}) }, t("call.sound")),
    };
    this.buttons.screen.hidden = !navigator.mediaDevices?.getDisplayMedia;
    const select = (kind) => el("select", {
      "data-kind": kind, "aria-label": t(`call.${kind}.which`), hidden: true,
      onchange: (event) => this.use(kind, event.target.value),
    });
    return el("div", { class: "row tools" }, ...Object.values(this.buttons), select("camera"), select("microphone"));
  }

  get me() { return this.room.localParticipant; }

  listen() {
    const { RoomEvent: on } = this.kit;
    const draw = () => this.draw();
    for (const event of [on.ParticipantConnected, on.ParticipantDisconnected, on.TrackSubscribed, on.TrackUnsubscribed,
      on.TrackMuted, on.TrackUnmuted, on.LocalTrackPublished, on.LocalTrackUnpublished, on.ActiveSpeakersChanged,
      on.ParticipantNameChanged]) this.room.on(event, draw);
    this.room.on(on.AudioPlaybackStatusChanged, () => { this.buttons.sound.hidden = this.room.canPlaybackAudio; });
    this.room.on(on.Disconnected, () => this.lost());
  }

  /** Connects by the visit's latest token, and turns on what was chosen before. */
  async connect() {
    const { url, token } = this.visit.answer.media;
    await this.room.connect(url, token);
    this.draw();
    await Promise.all(["microphone", "camera"].map((kind) => choice[kind].on && this.set(kind, true)));
    await fillLists(this.element);
  }

  /**
   * The media server let go of us: the door says why. As long as it admits us, we come back with its newer token. The
   * library also says that it is disconnected when it could not connect, so that only one loop runs.
   */
  async lost() {
    if (this.returning) return;
    this.returning = true;
    this.draw();
    for (let failed = 0; !this.closed && !this.connected; failed++) {
      if (failed) await this.pause(failed);
      await this.askDoor();
      if (!this.closed && this.visit.state === "admitted") await this.connect().catch(() => {});
      this.say("call", this.connected ? "" : t("call.lost"));
    }
    this.returning = false;
  }

  get connected() { return this.room.state === this.kit.ConnectionState.Connected; }

  /** Waits for 2, 4, 8 and at most 16 seconds, less up to the half, so that not all people come at the same time. */
  pause(failed) {
    const seconds = 2 ** Math.min(failed, 4) * (1 - Math.random() / 2);
    return new Promise((resolve) => { setTimeout(resolve, 1000 * seconds); });
  }

  /** Asks the server at once. Returns when the visit changes, or has its next answer. */
  askDoor() {
    const changed = new Promise((resolve) => { this.visit.addEventListener("change", resolve, { once: true }); });
    this.visit.hurry();
    return changed;
  }

  /** Shows a problem with "camera", "microphone", "screen" or the whole "call", beside those with the others; "": it is over. */
  say(what, text) {
    this.problems[what] = text;
    const all = Object.values(this.problems).filter(Boolean).join(" ");
    if (this.problem.textContent !== all) this.problem.textContent = all;
  }

  async set(kind, on) {
    const set = kind === "camera" ? this.me.setCameraEnabled : this.me.setMicrophoneEnabled;
    await this.tell(kind, set.call(this.me, on, choice[kind].id ? { deviceId: choice[kind].id } : undefined));
    turned(kind, kind === "camera" ? this.me.isCameraEnabled : this.me.isMicrophoneEnabled, this.visit.seat.id);
    this.draw();
  }

  /** Uses another device. If that fails, the list shows the one before. */
  async use(kind, id) {
    const change = this.room.switchActiveDevice(kind === "camera" ? "videoinput" : "audioinput", id);
    if (await this.tell(kind, change)) choice[kind].id = id;
    await fillLists(this.element);
  }

  /** Says whether a device can be used. Returns whether the change of it succeeds. */
  async tell(kind, change) {
    const done = await change.then(() => true, () => false);
    this.say(kind, done ? "" : t(`call.no${kind}`));
    return done;
  }

  /** Shares the screen or stops. People who close the browser's own question changed their mind: that is no error. */
  async share(on) {
    const error = await this.me.setScreenShareEnabled(on).then(() => undefined, (reason) => reason);
    this.say("screen", error && error.name !== "NotAllowedError" ? t("call.noscreen") : "");
    this.draw();
  }

  showPeople() {
    this.people.hidden = !this.people.hidden;
    this.buttons.list.setAttribute("aria-expanded", String(!this.people.hidden));
  }

  draw() {
    const { Track: { Source } } = this.kit;
    const all = [this.me, ...this.room.remoteParticipants.values()];
    const shown = all.flatMap((person) => [this.tile(person, Source.Camera), this.tile(person, Source.ScreenShare)])
      .filter(Boolean);
    for (const [key, tile] of this.tiles) if (!shown.includes(tile)) { tile.remove(); this.tiles.delete(key); }
    for (const tile of shown) if (!tile.isConnected) this.stage.append(tile);
    for (const person of all.slice(1)) this.hear(person);
    this.people.replaceChildren(...all.map((person) => el("li", {}, this.nameOf(person), this.marks(person))));
    this.press("microphone", this.me.isMicrophoneEnabled);
    this.press("camera", this.me.isCameraEnabled);
    this.press("screen", this.me.isScreenShareEnabled);
  }

  press(button, on) { this.buttons[button].setAttribute("aria-pressed", String(on)); }

  nameOf(person) { return person === this.me ? t("call.you", { name: person.name }) : person.name; }

  marks(person) { return person.isMicrophoneEnabled ? "" : el("span", { class: "mark" }, " " + t("call.muted")); }

  /** Returns the tile of a person's camera, which exists without a picture too, or of their screen if they share it. */
  tile(person, source) {
    const track = person.getTrackPublication(source)?.track;
    const isScreen = source === this.kit.Track.Source.ScreenShare;
    if (isScreen && !track) return undefined;
    const key = person.identity + source;
    const tile = this.tiles.get(key) ?? el("figure", { class: isScreen ? "tile screen" : "tile" },
      el("video", { autoplay: true, playsInline: true, muted: true }), el("figcaption"));
    this.tiles.set(key, tile);
    this.fill(tile, person, track);
    return tile;
  }

  fill(tile, person, track) {
    const [video, caption] = tile.children;
    const live = track && !track.isMuted;
    if (tile.track !== track) {
      tile.track?.detach(video);
      tile.track = track;
      track?.attach(video);
    }
    video.hidden = !live;
    video.setAttribute("aria-label", this.nameOf(person));
    caption.replaceChildren(this.nameOf(person), this.marks(person));
    tile.classList.toggle("speaks", person.isSpeaking);
  }

  /** Plays what a person says. LiveKit's elements play sound without being on the page. */
  hear(person) {
    for (const { track } of person.audioTrackPublications.values()) {
      if (track && track.attachedElements.length === 0) track.attach();
    }
  }

  close() {
    this.closed = true;
    this.room.disconnect();
    this.element.replaceChildren();
  }
}
