// coming.js knows which meeting comes next in the room of a console.

/** How often the plan is read, and how long before its start a meeting is due, in milliseconds. */
const every = 300000, due = 600000;

export class Coming {
  #planned = []; // the host's own meetings in this room, the soonest first
  #held = new Set(); // the meetings that were live while this page was open

  constructor(watch, decisions, show) {
    Object.assign(this, { watch, decisions, show });
  }

  /**
   * Reads the plan again and again, also after a failure of the network. It has the meetings of the person themselves:
   * others host only what is waited for. Throws RoomsError when the server refuses for good.
   */
  async follow() {
    for (;;) {
      await this.#read().catch((error) => { if (!error.temporary) throw error; });
      await new Promise((resolve) => { setTimeout(resolve, every); });
    }
  }

  async #read() {
    const { meetings } = await this.watch.rooms.call("GET", "/v2/users/me/upcoming_meetings");
    const { id } = this.watch.room ?? {};
    this.#planned = meetings.filter((m) => m.use_pmi && new URL(m.join_url).pathname === "/j/" + id);
    this.show();
  }

  /** The meeting that people wait for while another one is live, or else that is due; undefined if there is none. */
  get meeting() {
    const { meeting_id: live } = this.watch.room;
    this.#held.add(live);
    const awaited = this.decisions.in("waiting").find((p) => p.meeting_id && p.meeting_id !== live);
    if (awaited) return { id: awaited.meeting_id, topic: awaited.meeting_topic };
    return this.#planned.find((m) => !this.#held.has(m.id) && new Date(m.start_time) - Date.now() < due);
  }
}
