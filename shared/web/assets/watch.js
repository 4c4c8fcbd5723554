// watch.js asks the server how a room is and who is there: at each hint, and again and again where there are none.

import { Hints } from "./hints.js";
import { backoff, RoomsError } from "./rooms.js";

/** How long to wait without hints before the server is asked again, in milliseconds. */
const soon = 3000, whileHidden = 15000;

/** The room as its hosts see it. Each answer, and each trouble with the server, is a "change" event. */
export class Watch extends EventTarget {
  room = undefined; // as the server or the host's last change says; undefined: not known yet
  people = []; // in the room or waiting
  arriving = 0; // how many are in and not among them yet
  complete = true; // whether the people are all who are there
  trouble = undefined; // why the server does not answer
  wasLive = false;
  pending = {}; // the changes of the room that are on their way, by names
  #asked = 0; // the numbers of the last request, and of the newest answer that counts
  #newest = 0;
  #editing = 0; // how many changes of the room are on their way
  #wake = () => {};
  #hurried = false; // somebody wants to know more than the last request may have seen
  #hints = new Hints(() => this.look(), backoff);

  constructor(rooms, address) {
    super();
    Object.assign(this, { rooms, address });
  }

  /** Asks again and again. Throws RoomsError when the server refuses for good. */
  async follow() {
    for (let failed = 0; ;) {
      let wait;
      this.#hurried = false;
      try {
        await this.refresh();
        failed = 0;
        wait = this.#pause();
      } catch (error) {
        if (!(error instanceof RoomsError) || !error.temporary) {
          this.#hints.close();
          throw error;
        }
        wait = Math.max(error.retryAfter * 1000, backoff(failed++));
        this.trouble = error;
        this.#changed();
      }
      if (!this.#hurried) await new Promise((resolve) => { this.#wake = resolve; setTimeout(resolve, wait); });
    }
  }

  #pause() {
    if (this.#hints.open) return 1000 * this.#hints.offer.retry_after;
    return document.hidden ? whileHidden : soon;
  }

  /** Asks at once; while a request is on its way, after that. */
  look() {
    this.#hurried = true;
    this.#wake();
  }

  /** Takes the room as it is now. An answer from before a later one, or from before a decision, does not count. */
  async refresh() {
    const number = ++this.#asked;
    const { room, participants, arriving, complete } = await this.rooms.roster(this.address);
    this.trouble = undefined;
    this.#hints.take(room.hints);
    if (number <= this.#newest || this.#editing) return;
    this.#newest = number;
    this.wasLive ||= room.state === "live";
    Object.assign(this, { room, people: participants, arriving, complete });
    this.#changed();
  }

  /** Takes the room as it is after a decision. If that fails, follow() finds out why. */
  async refreshNow() {
    this.#newest = this.#asked;
    await this.refresh().catch((error) => { if (!(error instanceof RoomsError)) throw error; });
  }

  /** Changes the room. The change is pending until the server has answered. Throws RoomsError if it refuses. */
  async edit(change) {
    this.#editing++;
    Object.assign(this.pending, change);
    this.#changed();
    try {
      this.room = await this.rooms.update(this.address, change);
    } finally {
      this.#editing--;
      for (const name of Object.keys(change)) delete this.pending[name];
      this.#newest = this.#asked;
      this.#changed();
    }
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
