// hints.js keeps a WebSocket open on which the server says "ask again now", and nothing else.

/** How long a connection lasts that counts as a good one, and how often the client sends something, in milliseconds. */
const GOOD = 60_000, ALIVE = 9 * 60_000;

/**
 * Over how long clients that lost a connection at the same time spread their attempts to connect again, in milliseconds:
 * AWS allows an account 500 new connections a second.
 */
const AGAIN = 20_000;

/** How far clients that get a hint at the same time spread their requests, in milliseconds. */
const SPREAD = 150;

/** The connection of one waiting person, or of one console. */
export class Hints {
  offer = undefined; // the last one: each answer of the server has a new ticket
  #socket;
  #timer;
  #failed = 0;

  /** @param ask asks the server: at each hint, and when the connection opens. @param backoff: see rooms.js. */
  constructor(ask, backoff) {
    Object.assign(this, { ask, backoff });
  }

  /** Whether hints arrive. */
  get open() {
    return this.#socket?.readyState === 1;
  }

  /** Takes the offer of an answer, and connects; without one, there are no hints any more. */
  take(offer) {
    if (!offer) return this.close();
    this.offer = offer;
    if (!this.#socket) this.#connect();
  }

  /** Closes the connection, until there is another offer. */
  close() {
    this.offer = undefined;
    clearTimeout(this.#timer);
    this.#socket?.close(1000, "done");
    this.#socket = undefined;
  }

  #connect() {
    const began = Date.now();
    let socket, opened = false;
    try {
      socket = new WebSocket(`${this.offer.url}?ticket=${this.offer.ticket}`);
    } catch {
      return; // the browser refuses the address, and will again
    }
    this.#socket = socket;
    // API Gateway closes a connection on which nothing is sent for ten minutes.
    const alive = setInterval(() => this.open && socket.send("{}"), ALIVE);
    socket.onopen = () => {
      opened = true;
      if (this.#socket === socket) this.ask();
    };
    socket.onmessage = ({ data }) => {
      if (String(data).includes('"hint"')) setTimeout(this.ask, Math.random() * SPREAD);
    };
    socket.onclose = () => {
      clearInterval(alive);
      if (this.#socket !== socket) return;
      this.#failed = opened && Date.now() - began > GOOD ? 1 : this.#failed + 1;
      if (this.#failed === 2) this.ask(); // from now on, the client asks as without a connection
      const first = opened && this.#failed === 1;
      this.#timer = setTimeout(() => this.#connect(), first ? Math.random() * AGAIN : this.backoff(this.#failed));
    };
  }
}
