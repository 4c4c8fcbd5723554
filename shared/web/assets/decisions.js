// decisions.js has what a host decides on people. A decision shows at once at the row of the person; then the server
// says what became of them, or why nothing did.

import { t } from "./page.js";
import { RoomsError } from "./rooms.js";

/** How long a row says what was decided before it goes, in milliseconds: a second tap must not hit the next row. */
const settling = 700;
const problemStays = 10000;

/** On how many people one request decides. */
const most = 300;

export class Decisions {
  #open = new Map(); // by id of a seat: { person, busy or problem }

  /** say says a text to screen readers, why returns in words why the server refused, show shows the people. */
  constructor(watch, { say, why, show }) {
    Object.assign(this, { watch, say, why, show });
  }

  /** Decides on one person: the action is "admit", "deny", "remove", "wait" or "make_host". */
  async one(action, person) {
    this.#open.set(person.id, { person, busy: action });
    this.show();
    const pause = new Promise((resolve) => { setTimeout(resolve, settling); });
    const [problem] = await Promise.all([this.#send(action, person), pause]);
    this.#close(person, problem);
    await this.watch.refreshNow();
    this.show();
  }

  /** Decides on those with the ids; without ids, on everybody who waits. Throws RoomsError. */
  async many(action, ids) {
    const { rooms, address } = this.watch;
    const decided = { participants: [], missed: [] };
    for (let i = 0; i === 0 || i < ids?.length; i += most) {
      const { participants, missed } = await rooms.decide(address, action, ids?.slice(i, i + most));
      decided.participants.push(...participants);
      decided.missed.push(...missed);
    }
    this.say(t("host.done." + action, { count: decided.participants.length }));
    await this.watch.refreshNow();
    return decided;
  }

  /** Sends a decision on one person, and says what became of them. Returns in words why it had no effect. */
  async #send(action, { id, display_name: name }) {
    try {
      const { rooms, address } = this.watch;
      const { participants: [done], missed: [missed] } = await rooms.decide(address, action, [id]);
      const now = t("host.now." + (done && action === "make_host" ? "host" : (done ?? missed).state), { name });
      this.say(now);
      return done ? undefined : now;
    } catch (error) {
      if (!(error instanceof RoomsError)) throw error;
      const other = action === "make_host" && error.status === 400;
      const problem = other ? t("host.reason.other_account") : this.why(error);
      this.say(`${name}: ${problem}`);
      return problem;
    }
  }

  #close(person, problem) {
    this.#open.delete(person.id);
    if (!problem) return;
    const decision = { person, problem };
    this.#open.set(person.id, decision);
    setTimeout(() => {
      if (this.#open.get(person.id) === decision) this.#open.delete(person.id);
      this.show();
    }, problemStays);
  }

  /**
   * Returns those in the state. Somebody on whom a decision is on its way is where they were, with `busy`. Who is gone
   * stays, with `gone`, as long as there is a decision or a problem to show.
   */
  in(state) {
    const { people } = this.watch;
    const open = [...this.#open.values()];
    const here = people.filter((p) => this.#stateOf(p) === state);
    const gone = open.filter(({ person }) => person.state === state && !people.some((p) => p.id === person.id));
    return [...here, ...gone.map(({ person }) => ({ ...person, gone: true }))].map((p) => this.#with(p));
  }

  #stateOf(person) {
    const decision = this.#open.get(person.id);
    return decision?.busy ? decision.person.state : person.state;
  }

  #with(person) {
    const { busy, problem } = this.#open.get(person.id) ?? {};
    return { ...person, busy, problem };
  }
}
