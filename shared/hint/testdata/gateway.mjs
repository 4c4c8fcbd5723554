// gateway.mjs is API Gateway with its limits, before our functions with their rules of connections.

/** A token bucket: so many at once, and so many a second. */
class Bucket {
  #filled = 0;

  constructor(clock, rate, burst) {
    Object.assign(this, { clock, rate, burst, left: burst });
  }

  take() {
    this.left = Math.min(this.burst, this.left + (this.clock.now - this.#filled) * this.rate / 1000);
    this.#filled = this.clock.now;
    return this.left >= 1 && Boolean(this.left--);
  }
}

/** What was counted since the last report. */
class Counts {
  constructor() {
    Object.assign(this, { requests: 0, requestsRefused: 0, requestsFailed: 0, attempts: 0, attemptsRefused: 0, attemptsFailed: 0,
      ticketsExpired: 0, slotsTaken: 0, opened: 0, closedIdle: 0, closedAged: 0, kept: 0, hints: 0, hintsLost: 0,
      mostAttempts: 0, mostRequests: 0 });
  }
}

/** How many there were in a second. */
class Rate {
  #second = 0;
  #n = 0;

  /** Returns which one this is in its second. */
  next(now) {
    const second = Math.floor(now / 1000);
    this.#n = second === this.#second ? this.#n + 1 : 1;
    this.#second = second;
    return this.#n;
  }
}

/** The gateway. `answer` answers a request that is let through. */
export class Gateway {
  down = false;
  open = new Set(); // sockets
  requestRate = new Rate();
  attemptRate = new Rate();
  #slots = new Map(); // of holders: their connections

  constructor(clock, rules, answer) {
    Object.assign(this, { clock, rules, answer, counts: new Counts() });
    this.connects = new Bucket(clock, rules.connects, rules.connects);
    this.requests = new Map();
    const gateway = this;
    globalThis.WebSocket = class extends Socket {
      constructor(url) { super(gateway, url); }
    };
  }

  /** Returns what was counted, and counts anew. */
  report() {
    const counted = this.counts;
    this.counts = new Counts();
    return counted;
  }

  latency() {
    return this.clock.between(40, 120);
  }

  /** Is fetch for the clients. Each route has a limit of its own. */
  fetch = async (url, { method, body }) => {
    await this.clock.after(this.latency());
    const path = url.slice(this.rules.base.length).split("?")[0], route = method + path.slice(path.lastIndexOf("/"));
    this.counts.requests++;
    this.counts.mostRequests = Math.max(this.counts.mostRequests, this.requestRate.next(this.clock.now));
    if (this.down) {
      this.counts.requestsFailed++;
      throw new TypeError("network");
    }
    if (!this.requests.has(route)) this.requests.set(route, new Bucket(this.clock, this.rules.requests, this.rules.burst));
    if (!this.requests.get(route).take()) {
      this.counts.requestsRefused++;
      return response(429, { message: "Too Many Requests" });
    }
    const { status, ...content } = this.answer(path, body && JSON.parse(body));
    return response(status, content);
  };

  /** Returns an offer of hints to the holder. */
  offer(holder, ask) {
    return { url: "wss://hints.example.com", ticket: `${holder}~${this.clock.now + this.rules.ticket}`, retry_after: ask / 1000 };
  }

  /** Decides whether a socket opens, as API Gateway and then the function hints do. */
  connect(socket) {
    this.counts.attempts++;
    this.counts.mostAttempts = Math.max(this.counts.mostAttempts, this.attemptRate.next(this.clock.now));
    const [holder, expires] = socket.url.split("?ticket=")[1].split("~");
    if (this.down) this.counts.attemptsFailed++;
    else if (!this.connects.take()) this.counts.attemptsRefused++;
    else if (this.clock.now >= Number(expires)) this.counts.ticketsExpired++;
    else if (!this.#takeSlot(holder, socket)) this.counts.slotsTaken++;
    else {
      this.counts.opened++;
      this.open.add(socket);
      return true;
    }
    return false;
  }

  #takeSlot(holder, socket) {
    const slots = this.#slots.get(holder) ?? [];
    this.#slots.set(holder, slots);
    Object.assign(socket, { holder, openedAt: this.clock.now });
    if (slots.length === this.rules.slots) {
      const [oldest] = slots.sort((a, b) => a.openedAt - b.openedAt);
      if (this.clock.now - oldest.openedAt < this.rules.shortest) return false;
      slots.shift();
      oldest.end();
    }
    slots.push(socket);
    return true;
  }

  /** Forgets a connection that was reported as closed. */
  closed(socket) {
    this.open.delete(socket);
    const slots = this.#slots.get(socket.holder) ?? [];
    if (slots.includes(socket)) slots.splice(slots.indexOf(socket), 1);
  }

  /** Drops all connections at once. Nobody reports them, so they keep their slots. */
  dropAll() {
    for (const socket of this.open) {
      this.open.delete(socket);
      socket.lost();
    }
  }

  /** Sends a hint to the connections of the holder, soon; some are lost. */
  hint(holder, lost) {
    this.clock.in(this.clock.between(100, 400), () => {
      for (const socket of this.#slots.get(holder) ?? []) {
        if (!this.open.has(socket)) continue;
        this.counts.hints++;
        if (this.clock.random() < lost) this.counts.hintsLost++;
        else socket.receive('{"hint":"ask"}');
      }
    });
  }
}

const response = (status, content) =>
  ({ ok: status < 400, status, headers: new Map(), text: async () => JSON.stringify(content) });

/** A WebSocket of a client. */
class Socket {
  readyState = 0;

  constructor(gateway, url) {
    Object.assign(this, { gateway, url, clock: gateway.clock });
    this.clock.in(gateway.latency(), () => {
      if (this.readyState) return this.lost();
      if (!gateway.connect(this)) return this.lost();
      this.readyState = 1;
      this.#used();
      this.#watch(gateway.rules.idle);
      this.clock.in(gateway.rules.longest, () => { if (this.readyState === 1) { gateway.counts.closedAged++; this.end(); } });
      this.onopen();
    });
  }

  send() {
    this.gateway.counts.kept++;
    this.#used();
  }

  receive(data) {
    this.#used();
    this.onmessage({ data });
  }

  /** The client closes it. */
  close() {
    if (this.readyState === 1) this.end();
    else if (!this.readyState) this.readyState = 2;
  }

  /** It ends, and that is reported. */
  end() {
    this.gateway.closed(this);
    this.lost();
  }

  lost() {
    this.readyState = 3;
    this.onclose();
  }

  #used() {
    this.usedAt = this.clock.now;
  }

  #watch(wait) {
    this.clock.in(wait, () => {
      const rest = this.usedAt + this.gateway.rules.idle - this.clock.now;
      if (this.readyState !== 1) return;
      if (rest > 0) return this.#watch(rest);
      this.gateway.counts.closedIdle++;
      this.end();
    });
  }
}
