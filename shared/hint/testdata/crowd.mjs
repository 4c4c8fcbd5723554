// crowd.mjs lets 10,000 people wait at 1,000 doors, for three hours of a simulated time: with the modules of the pages,
// before an API Gateway with its limits.
//
//   node crowd.mjs <folder of the modules> <rules as JSON>
//
// It prints what was counted in each part, as JSON.

import { pathToFileURL } from "node:url";
import { Clock } from "./clock.mjs";
import { Gateway } from "./gateway.mjs";

const SECOND = 1000, MINUTE = 60 * SECOND;
const DOORS = 1000, EACH = 10, LOST = 0.1; // the part of the hints that is lost

const rules = JSON.parse(process.argv[3]);
const clock = new Clock(rules.seed);
const gateway = new Gateway(clock, rules, answer);
globalThis.document = { hidden: false };
Error.stackTraceLimit = 0; // tens of thousands of requests fail
const load = (name) => import(pathToFileURL(`${process.argv[2]}/${name}`));
const { Rooms } = await load("rooms.js");
const { Watch } = await load("watch.js");

// The server.

const people = []; // by the number in the ids of their seats

function answer(path, body) {
  const [, , , room, list] = path.split("/");
  if (list === "participants") {
    return { status: 200, room: { state: "live", hints: gateway.offer("console" + room, rules.askConsole) }, participants: [],
      next_page_token: "" };
  }
  const person = body.seat ? people[body.seat.id] : arrive(room, Number(body.display_name));
  person.silent = Math.max(person.silent, clock.now - person.asked);
  person.asked = clock.now;
  const seat = { id: person.id, secret: "s" }, hints = gateway.offer("seat" + person.id, rules.askSeat);
  if (person.admittedAt < clock.now) return { status: 200, state: "admitted", seat, renew_after: 200, media: {}, hints };
  return { status: 202, state: "waiting_room", seat, retry_after: retryAfter(clock.now - person.joined) / 1000, hints };
}

function arrive(room, id) {
  gateway.hint("console" + room, LOST);
  return Object.assign(people[id], { room, joined: clock.now, asked: clock.now, silent: 0, admittedAt: Infinity });
}

const retryAfter = (waited) => waited < 30 * SECOND ? rules.soon : waited > 5 * MINUTE ? rules.seldom : rules.usual;

function admit(room) {
  gateway.hint("console" + room, LOST);
  for (const person of people.filter((p) => p.room === room)) {
    person.admittedAt = clock.now;
    gateway.hint("seat" + person.id, LOST);
  }
}

// The clients.

const rooms = new Rooms({ base: rules.base, fetch: gateway.fetch });
const numbers = Array.from({ length: DOORS }, (_, i) => String(5550000000 + i));

const openConsole = (room) => new Watch(rooms, room).follow();

function join(id) {
  const visit = rooms.visit(numbers[id % DOORS], { displayName: String(id), guest: true });
  const person = people[id] = { id, visit };
  visit.addEventListener("change", () => {
    if (visit.state === "admitted") person.knows ??= clock.now;
  });
  visit.start();
}

/** Does the action for each, at times that are spread over so long. */
function spread(all, ms, action) {
  for (const one of all) clock.in(clock.between(0, ms), () => action(one));
}

// The parts.

const report = {};

/** Lets time pass, and reports what was counted meanwhile. `more` is measured at the end. */
async function part(name, ms, more = () => ({})) {
  await clock.runUntil(clock.now + ms);
  report[name] = { ...gateway.report(), connected: gateway.open.size, ...more() };
}

/** Lets time pass until all are connected again, and returns how long that took, in seconds. */
async function reconnected(all) {
  const began = clock.now;
  while (gateway.open.size < all) await clock.runUntil(clock.now + SECOND);
  return (clock.now - began) / SECOND;
}

/** The longest time in which somebody sent no request that was answered, in seconds. */
function silence() {
  const longest = Math.max(...people.map((p) => Math.max(p.silent, clock.now - p.asked)));
  for (const p of people) p.silent = 0;
  return { silence: Math.ceil(longest / SECOND) };
}

const ids = Array.from({ length: DOORS * EACH }, (_, i) => i), all = DOORS * (EACH + 1);

spread(numbers, MINUTE, openConsole);
await part("consoles", 117 * MINUTE);
spread(ids, MINUTE, join);
await part("arrival", 2 * MINUTE, silence);
await part("waiting", 3 * MINUTE, silence); // the connections of the consoles end, after two hours

gateway.dropAll();
const afterDrop = await reconnected(all);
await part("dropped", MINUTE, () => ({ took: afterDrop, ...silence() }));

gateway.down = true;
gateway.dropAll();
await part("outage", MINUTE);
gateway.down = false;
const afterOutage = await reconnected(all);
await part("back", MINUTE, () => ({ took: afterOutage, ...silence() }));

spread(numbers, MINUTE, admit);
await part("admission", 2 * MINUTE, () => {
  const waited = people.map((p) => (p.knows ?? Infinity) - p.admittedAt).sort((a, b) => a - b);
  const part = (of) => Math.round(waited[Math.ceil(of * waited.length) - 1]) / SECOND;
  return { half: part(0.5), most: part(0.9), all: part(1), unaware: waited.filter((w) => !Number.isFinite(w)).length };
});

console.log(JSON.stringify(report));
