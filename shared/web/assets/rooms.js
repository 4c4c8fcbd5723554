// rooms.js is the client of a Personal Rooms server for web pages. It has no dependencies, and its types are in
// rooms.d.ts. The pages of the server use it too.
//
//   import { Rooms } from "https://meet.example.com/assets/rooms.js";
//   const rooms = new Rooms({ base: "https://meet.example.com" });
//   const visit = rooms.visit("5551234321", { displayName: "Charles", passcode: "aB3dE7", guest: true });
//   visit.addEventListener("change", () => console.log(visit.state, visit.reason));
//   visit.start();

/** The shortest and the longest pause before a request that failed is repeated, in milliseconds. */
const RETRY = { first: 1000, last: 30000 };

/** When a page that was reloaded asks again, in seconds: what the closing page sent may arrive after its first request. */
const AGAIN = 10;

/** How long the server may take for an answer, in milliseconds. It never takes longer than 30 seconds. */
const TIMEOUT = 35000;

/** A refusal of the server, or a failure of the network (status 0, reason "offline"). */
export class RoomsError extends Error {
  constructor(status, body = {}, retryAfter = 0) {
    super(body.message || "The server cannot be reached.");
    this.name = "RoomsError";
    this.status = status;
    this.reason = body.reason || REASONS[status] || "internal";
    this.code = body.code || 0;
    this.errors = body.errors || [];
    this.retryAfter = retryAfter; // seconds
  }

  /** Whether the same request may succeed later without a change. */
  get temporary() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Whether it is a RoomsError. A page may have loaded this module twice, so its class is not compared. */
const isRefusal = (error) => error.name === "RoomsError";

/** API Gateway refuses some requests itself; its answers have no reason. */
const REASONS = { 0: "offline", 401: "token", 413: "too_large", 429: "too_many_requests", 503: "busy" };

/** The server and who is calling it. */
export class Rooms {
  /**
   * @param {{base?: string, token?: (refused?: string) => Promise<string|undefined>, fetch?: typeof fetch}} options
   *   base: the address of the server; token: returns a valid token of the user, or nothing for a guest. refused is a
   *   token that the server did not take: if another one is returned, the request is sent once more
   */
  constructor({ base = "", token = async () => undefined, fetch = globalThis.fetch.bind(globalThis) } = {}) {
    Object.assign(this, { base: base.replace(/\/$/, ""), token, fetch });
  }

  /** Sends one request. Returns the answer's JSON, or undefined if it has none. Throws RoomsError. */
  async call(method, path, body, options = {}) {
    const token = options.open ? undefined : await this.token();
    try {
      return await this.send(method, path, body, token, options);
    } catch (error) {
      const fresh = token && error.status === 401 ? await this.token(token) : token;
      if (fresh === token) throw error;
      return this.send(method, path, body, fresh, options);
    }
  }

  async send(method, path, body, token, { headers = {}, signal, keepalive = false } = {}) {
    const sent = { ...headers };
    if (body !== undefined) sent["Content-Type"] = "application/json";
    if (token) sent.Authorization = "Bearer " + token;
    let answer, text;
    try {
      answer = await this.fetch(this.base + path, {
        method, headers: sent, body: body === undefined ? undefined : JSON.stringify(body), keepalive,
        cache: "no-store", signal: limited(signal),
      });
      text = await answer.text();
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new RoomsError(0);
    }
    const content = parse(text);
    if (!answer.ok) throw new RoomsError(answer.status, content, Number(answer.headers.get("Retry-After")) || 0);
    return content;
  }

  /** Like call, and repeats the request while it fails for a reason that passes. POSTs carry an Idempotency-Key. */
  async insist(method, path, body, options = {}) {
    const headers = { ...(method === "POST" && { "Idempotency-Key": uuid() }), ...options.headers };
    for (let failed = 0; ; failed++) {
      try {
        return await this.call(method, path, body, { ...options, headers });
      } catch (error) {
        if (!isRefusal(error) || !error.temporary || error.status === 429 || failed === 4) throw error;
        await pause(Math.max(error.retryAfter * 1000, backoff(failed)), options.signal);
      }
    }
  }

  /** Makes a visit of a room: a number, a meeting's id or a personal link. It does nothing before start(). */
  visit(room, options = {}) {
    return new Visit(this, room, options);
  }

  // What hosts do. `room` is as above; `ids` are ids of seats.
  live(room) { return this.call("GET", live(room)); }
  update(room, change) { return this.insist("PATCH", live(room), change); }
  start(meeting) { return this.insist("PUT", `/v2/meetings/${encode(meeting)}/status`, { action: "start" }); }
  end(meeting) { return this.insist("PUT", `/v2/meetings/${encode(meeting)}/status`, { action: "end" }); }
  /** Ends the instance with the uuid, and starts the meeting. */
  next(meeting, uuid) { return this.insist("PUT", `/v2/meetings/${encode(meeting)}/status`, { action: "next", uuid }); }
  decide(room, action, ids) {
    return this.insist("PUT", live(room) + "/participants/status", { action, ...(ids && { participant_ids: ids }) });
  }

  /** Returns the room as live() does, and all who are in or wait, at most `most`. */
  async roster(room, most = 1000) {
    const all = [];
    for (let next = ""; ;) {
      const page = await this.call("GET", `${live(room)}/participants?page_size=300&next_page_token=${encode(next)}`);
      all.push(...page.participants);
      next = page.next_page_token;
      if (!next || all.length >= most) return { room: page.room, participants: all, arriving: page.arriving, complete: !next };
    }
  }

  // What a user does with profile and meetings. `user` is "me", an id or an e-mail address.
  profile(user = "me") { return this.call("GET", `/v2/users/${encode(user)}`); }
  editProfile(change, user = "me") { return this.insist("PATCH", `/v2/users/${encode(user)}`, change); }
  personalRoom(user = "me") { return this.call("GET", `/v2/users/${encode(user)}/personal_meeting_room`); }
  editPersonalRoom(change, user = "me") {
    return this.insist("PATCH", `/v2/users/${encode(user)}/personal_meeting_room`, change);
  }
  passes(user = "me") { return this.call("GET", passesOf(user)); }
  makePass(pass, user = "me") { return this.insist("POST", passesOf(user), pass); }
  revokePass(id, user = "me") { return this.insist("DELETE", `${passesOf(user)}/${encode(id)}`); }
  startInstant(options = {}, user = "me") {
    return this.insist("POST", `/v2/users/${encode(user)}/instant_meetings`, options);
  }
  schedule(meeting, user = "me") { return this.insist("POST", `/v2/users/${encode(user)}/meetings`, meeting); }
  meeting(id, query = "") { return this.call("GET", `/v2/meetings/${encode(id)}${query}`); }
  editMeeting(id, change, query = "", options = {}) {
    return this.insist("PATCH", `/v2/meetings/${encode(id)}${query}`, change, options);
  }
  cancelMeeting(id, query = "", options = {}) {
    return this.insist("DELETE", `/v2/meetings/${encode(id)}${query}`, undefined, options);
  }
  invitation(id) { return this.call("GET", `/v2/meetings/${encode(id)}/invitation`); }
}

/**
 * One person's visit of a room. Its state is "joining", "waiting_for_host", "waiting_room", "admitted", "offline",
 * "refused", "ended" or "left". Each change of state, or of what the server says, is a "change" event.
 */
export class Visit extends EventTarget {
  /** @param options displayName, passcode, pass, omn, seat (of an earlier visit), guest (true: without the token) */
  constructor(rooms, room, { displayName, passcode, pass, omn, seat, guest = false } = {}) {
    super();
    Object.assign(this, { rooms, room, displayName, passcode, pass, omn, seat, guest, returns: Boolean(seat) });
    this.state = "joining";
    this.reason = "";
    this.answer = undefined; // the last answer to a join
    this.error = undefined; // the last refusal
    this.key = uuid();
  }

  /** Joins, and goes on until the visit ends: it waits, renews the seat, and comes back after the network was lost. */
  start() {
    this.left = false;
    this.stop = new AbortController();
    const { signal } = this.stop;
    const on = (event, action) => globalThis.addEventListener?.(event, action, { signal });
    for (const change of ["online", "offline"]) on(change, () => this.hurry());
    // In half a minute, unless a page comes back to the seat.
    on("pagehide", () => this.release("call", "?closing=true"));
    on("pageshow", (event) => event.persisted && this.hurry());
    this.running = this.run(signal);
    return this.running;
  }

  /** Asks the server at once, in place of waiting for the next time; while a request is on its way, after that. */
  hurry = () => {
    this.hurried = true;
    this.wake?.();
  };

  /** Gives up the seat and ends the visit. */
  async leave() {
    this.left = true;
    this.end("left");
    await this.release("insist");
  }

  async release(method, how = "") {
    if (!this.seat) return;
    const { id, secret } = this.seat;
    const options = { headers: { "X-Seat-Secret": secret }, keepalive: true, open: this.guest };
    await this.rooms[method]("DELETE", `${this.path()}/${encode(id)}${how}`, undefined, options).catch(() => {});
  }

  /** Ends the visit on this side only: the seat stays until its lease ends, so that a reload finds it. */
  end(state = "left", error) {
    this.stop?.abort();
    this.hints?.close();
    this.set(state, error);
  }

  path() {
    return `${live(this.room)}/${this.guest ? "guests" : "participants"}`;
  }

  async run(signal) {
    for (let failed = 0, again = this.returns ? AGAIN : Infinity; !signal.aborted;) {
      let wait;
      this.hurried = false;
      try {
        const answer = await this.ask(signal);
        if (signal.aborted) return;
        failed = 0;
        this.listen(answer, signal);
        const pause = this.hints?.open ? answer.hints.retry_after : answer.renew_after ?? answer.retry_after;
        wait = jitter(1000 * Math.min(again, pause));
        again = Infinity;
      } catch (error) {
        if (signal.aborted) return;
        if (!isRefusal(error)) throw error;
        if (!this.survives(error, failed)) return;
        wait = Math.max(error.retryAfter * 1000, backoff(failed++));
        this.hurried = false;
      }
      await this.sleep(wait, signal);
    }
  }

  /** Sends one join. The first one is not aborted: if the person left meanwhile, its seat is given up. */
  async ask(signal) {
    const body = this.seat ? { seat: this.seat, passcode: this.passcode, omn: this.omn }
      : { display_name: this.displayName, passcode: this.passcode, pass: this.pass, omn: this.omn };
    const headers = this.seat ? {} : { "Idempotency-Key": this.key };
    const answer = await this.rooms.call("POST", this.path(), body, {
      headers, open: this.guest, signal: this.seat && signal,
    });
    // A connection is of one seat.
    if (this.seat?.id !== answer.seat.id) this.hints?.close();
    this.seat = { id: answer.seat.id, secret: answer.seat.secret };
    if (this.left) await this.release("insist");
    if (signal.aborted) return answer;
    this.answer = answer;
    this.set(answer.state);
    return answer;
  }

  /** Listens to hints, if the server has them, until the person is in the call, which says itself what happens there. */
  async listen({ hints, media }, signal) {
    if (!hints || media) return this.hints?.close();
    const module = await (loadingHints ??= import("./hints.js").catch(() => { loadingHints = undefined; }));
    if (!module || signal.aborted || this.answer.media) return;
    this.hints ??= new module.Hints(this.hurry, backoff);
    this.hints.take(hints);
  }

  /**
   * Decides whether the visit goes on after an error, which came after `failed` others in a row. A server that refuses a
   * seat three times in a row is as good as none.
   */
  survives(error, failed) {
    const { status, code } = error;
    if (status === 0 || (this.seat && error.temporary && failed > 1)) this.set("offline", error);
    if (error.temporary && (this.seat || !status || (status === 429 ? !code : failed < 4))) return true;
    const over = ["ended", "seat_not_found"].includes(error.reason);
    this.stop.abort();
    this.hints?.close();
    this.set(over ? "ended" : "refused", error);
    return false;
  }

  set(state, error) {
    const before = this.state + this.reason;
    this.state = state;
    this.error = error;
    this.reason = error?.reason ?? "";
    if (before !== state + this.reason || !error) this.dispatchEvent(new Event("change"));
  }

  async sleep(ms, signal) {
    if (this.hurried) return;
    const soon = new Promise((resolve) => { this.wake = resolve; });
    await Promise.race([pause(ms, signal), soon]);
  }
}

let loadingHints; // a promise of hints.js

const encode = encodeURIComponent;
const passesOf = (user) => `/v2/users/${encode(user)}/personal_meeting_room/passes`;
const live = (room) => `/v2/live_meetings/${encode(room)}`;

/** Returns the JSON of an answer, or its text, or undefined if it is empty. */
function parse(text) {
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Returns a signal that also aborts when the server does not answer, if the browser can join signals. */
function limited(signal) {
  const late = AbortSignal.timeout(TIMEOUT);
  return signal && AbortSignal.any ? AbortSignal.any([signal, late]) : signal ?? late;
}

/** Returns a pause of the exponential back-off, in milliseconds, with full jitter above the half. */
export function backoff(failed) {
  const most = Math.min(RETRY.last, RETRY.first * 2 ** failed);
  return most / 2 + Math.random() * most / 2;
}

/** Spreads requests of many clients: a value of 90 to 100 % of ms. */
const jitter = (ms) => ms * (0.9 + Math.random() / 10);

/** Resolves after ms, or at once when the signal aborts. */
function pause(ms, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
  });
}

/** crypto.randomUUID exists on secure pages only; getRandomValues exists everywhere. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}
