// clock.mjs is the time and the randomness of a simulation. It replaces those of the modules that are loaded after it.

const drain = globalThis.setImmediate;

/** A queue of actions, and the present. Times are in milliseconds. */
export class Clock {
  now = 0;
  #heap = [];
  #scheduled = 0;
  #random;

  constructor(seed) {
    this.#random = seed;
    const at = (ms) => (action, wait = 0, ...given) => this.in(ms(wait), () => action(...given));
    Date.now = () => this.now;
    Math.random = () => this.random();
    globalThis.setTimeout = at((ms) => ms);
    globalThis.setInterval = (action, ms) => {
      const timer = { action: () => { action(); this.#push(timer, ms); } };
      return this.#push(timer, ms);
    };
    globalThis.clearTimeout = globalThis.clearInterval = (timer) => { if (timer) timer.action = undefined; };
    // Nothing here answers so late that a request is given up.
    const never = new AbortController().signal;
    AbortSignal.timeout = () => never;
    AbortSignal.any = undefined;
  }

  /** Mulberry32: a number from 0 to 1, without 1. */
  random() {
    let t = this.#random = (this.#random + 0x6D2B79F5) | 0;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A time between the two. */
  between(from, to) {
    return from + this.random() * (to - from);
  }

  /** Does the action after so long. */
  in(ms, action) {
    return this.#push({ action }, ms);
  }

  /** Resolves after so long. */
  after(ms) {
    return new Promise((resolve) => { this.in(ms, resolve); });
  }

  /** Does all that happens until the time, one thing after the other, each with all that follows from it at once. */
  async runUntil(time) {
    while (this.#heap.length && this.#heap[0].due <= time) {
      const timer = this.#pop();
      if (!timer.action) continue;
      this.now = timer.due;
      timer.action();
      await new Promise(drain);
    }
    this.now = time;
  }

  #push(timer, ms) {
    Object.assign(timer, { due: this.now + Math.max(0, ms), order: this.#scheduled++ });
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    for (let up; at > 0 && before(timer, heap[up = (at - 1) >> 1]); at = up) heap[at] = heap[up];
    heap[at] = timer;
    return timer;
  }

  #pop() {
    const heap = this.#heap, first = heap[0], last = heap.pop();
    if (!heap.length) return first;
    let at = 0;
    for (let down; (down = 2 * at + 1) < heap.length; at = down) {
      if (down + 1 < heap.length && before(heap[down + 1], heap[down])) down++;
      if (!before(heap[down], last)) break;
      heap[at] = heap[down];
    }
    heap[at] = last;
    return first;
  }
}

const before = (a, b) => a.due < b.due || (a.due === b.due && a.order < b.order);
