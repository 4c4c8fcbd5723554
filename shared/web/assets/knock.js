// knock.js tells a host who began to wait: in words, and by a sound if the host wants one.

import { $, browser, t } from "./page.js";
import { withoutCrowd } from "./people.js";

export class Knocks {
  #known; // the ids of those who waited before
  #audio;

  /** tell says a text to everybody. */
  constructor(watch, tell) {
    Object.assign(this, { watch, tell });
    $("sound").checked = browser.get("sound") ?? true;
    $("sound").onchange = () => {
      browser.set("sound", $("sound").checked);
      this.show();
    };
    // Which of them counts as a gesture depends on the browser, and on mouse or finger. iOS stops the sound at any time.
    for (const gesture of ["pointerdown", "pointerup", "click", "keydown"]) addEventListener(gesture, () => this.#allowSound());
    document.addEventListener("visibilitychange", () => document.hidden || this.#allowSound());
  }

  /** Shows that the browser needs a gesture before it plays a sound. Nothing moves: the gesture may be a tap on a person. */
  show() {
    const silent = this.#audio?.state !== "running";
    const hidden = !silent || !$("sound").checked || this.watch.room?.state !== "live";
    $("sound-hint").hidden = hidden;
    if (hidden) $("sound").removeAttribute("aria-describedby"); // screen readers read a hidden description, too
    else $("sound").setAttribute("aria-describedby", "sound-hint");
  }

  /**
   * Tells of those who wait since the last look. There is no sound for guests from the network of somebody who was
   * refused, nor for the crowd, and nothing is said of them while others wait.
   */
  hear() {
    const before = this.#known;
    const waiting = this.watch.people.filter((p) => p.state === "waiting");
    this.#known = new Set(waiting.map((p) => p.id));
    const fresh = waiting.filter((p) => !before?.has(p.id));
    if (!fresh.length || this.watch.room.state !== "live") return;
    const loud = withoutCrowd(waiting).list.some((p) => !before?.has(p.id) && !p.same_network_as);
    if (before && loud && $("sound").checked) this.#play();
    if (!loud && before?.size) return;
    const [one, more] = fresh;
    this.tell(more ? t("host.knocks", { count: fresh.length }) : t("host.knock", { name: one.display_name }));
  }

  /** Makes sound possible, if the browser allows it now. */
  #allowSound() {
    if (!this.#audio) {
      this.#audio = new AudioContext();
      this.#audio.onstatechange = () => this.show();
    }
    if (this.#audio.state !== "running") this.#audio.resume().catch(() => {}); // not now: the hint stays
    this.show();
  }

  /** Plays two soft notes, if sound is possible. */
  #play() {
    if (this.#audio?.state !== "running") return;
    for (const [delay, frequency] of [[0, 660], [0.18, 880]]) note(this.#audio, this.#audio.currentTime + delay, frequency);
  }
}

function note(context, start, frequency) {
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setTargetAtTime(0.15, start, 0.01);
  volume.gain.setTargetAtTime(0, start + 0.08, 0.06);
  const tone = new OscillatorNode(context, { frequency });
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + 0.6);
}
