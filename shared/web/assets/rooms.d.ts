// The types of rooms.js.

/** A refusal of the server, or a failure of the network (status 0, reason "offline"). */
export class RoomsError extends Error {
  readonly status: number;
  /** A word of the API, such as "locked": see api.md. */
  readonly reason: string;
  /** Zoom's number of the error, 0 if there is none. */
  readonly code: number;
  readonly errors: { field: string; message: string; rule?: string }[];
  /** Seconds, 0 if the server named none. */
  readonly retryAfter: number;
  /** Whether the same request may succeed later without a change. */
  readonly temporary: boolean;
}

export interface RoomsOptions {
  /** The address of the server, such as https://meet.example.com; empty: that of the page. */
  base?: string;
  /**
   * Returns a valid token of the user, or nothing for a guest. `refused` is a token that the server did not take: if
   * another one is returned, the request is sent once more.
   */
  token?: (refused?: string) => Promise<string | undefined>;
  fetch?: typeof fetch;
}

export interface CallOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Without the token. */
  open?: boolean;
  /** Goes on when the page is closed. */
  keepalive?: boolean;
}

/** A number, a meeting's id, or a personal link. */
export type RoomName = string;

export type HostAction = "admit" | "deny" | "remove" | "wait" | "make_host";

/** The server and who is calling it. Methods return the JSON of the API's answer: see openapi.yaml. */
export class Rooms {
  constructor(options?: RoomsOptions);
  /** Sends one request. Throws RoomsError. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<any>;
  /** Like call, and repeats the request while it fails for a reason that passes. POSTs carry an Idempotency-Key. */
  insist(method: string, path: string, body?: unknown, options?: CallOptions): Promise<any>;
  /** Makes a visit of a room. It does nothing before start(). */
  visit(room: RoomName, options?: VisitOptions): Visit;

  live(room: RoomName): Promise<any>;
  update(room: RoomName, change: {
    locked?: boolean; waiting_room?: boolean | "off" | "everyone" | "guests"; waiting_message?: string;
  }): Promise<any>;
  start(meeting: RoomName): Promise<void>;
  end(meeting: RoomName): Promise<void>;
  /** Ends the instance with the uuid in the personal room, and starts the meeting. */
  next(meeting: RoomName, uuid: string): Promise<void>;
  /** Without ids, of everybody who waits. */
  decide(room: RoomName, action: HostAction, ids?: string[]): Promise<{ participants: any[]; missed: any[] }>;
  roster(room: RoomName, most?: number): Promise<{ room: any; participants: any[]; arriving: number; complete: boolean }>;

  profile(user?: string): Promise<any>;
  editProfile(change: object, user?: string): Promise<any>;
  personalRoom(user?: string): Promise<any>;
  editPersonalRoom(change: object, user?: string): Promise<any>;
  passes(user?: string): Promise<{ passes: any[] }>;
  /** The answer has the link of the pass: no other one does. */
  makePass(pass: object, user?: string): Promise<any>;
  revokePass(id: string, user?: string): Promise<void>;
  startInstant(options?: object, user?: string): Promise<any>;
  schedule(meeting: object, user?: string): Promise<any>;
  meeting(id: string, query?: string): Promise<any>;
  editMeeting(id: string, change: object, query?: string, options?: CallOptions): Promise<any>;
  cancelMeeting(id: string, query?: string, options?: CallOptions): Promise<any>;
  invitation(id: string): Promise<any>;
}

export interface Seat { id: string; secret: string }

export interface VisitOptions {
  displayName?: string;
  /** The passcode, or the token `pwd` of the link. */
  passcode?: string;
  /** The token of a guest pass: `pass` of its link. */
  pass?: string;
  /** The meeting of the invitation: `omn` of the link. */
  omn?: string;
  /** Of an earlier visit: it goes on. */
  seat?: Seat;
  /** Without the user's token. */
  guest?: boolean;
}

export type VisitState =
  "joining" | "waiting_for_host" | "waiting_room" | "admitted" | "offline" | "refused" | "ended" | "left";

/**
 * One person's visit of a room. Each change of the state, or of what the server says, is a "change" event. When the page
 * closes or reloads, the seat stays theirs for half a minute.
 */
export class Visit extends EventTarget {
  readonly state: VisitState;
  /** Why it was refused, such as "locked"; else empty. */
  readonly reason: string;
  /** The last answer to a join. */
  readonly answer?: Answer;
  readonly error?: RoomsError;
  readonly seat?: Seat;
  /** Whether it goes on with the seat of an earlier visit. */
  readonly returns: boolean;
  /** Joins, and goes on until the visit ends: it waits, renews the seat, and comes back after the network was lost. */
  start(): Promise<void>;
  /** Asks the server at once, in place of waiting for the next time; while a request is on its way, after that. */
  hurry(): void;
  /** Gives up the seat and ends the visit. */
  leave(): Promise<void>;
  /** Ends the visit on this side only: the seat stays until its lease ends, so that a reload finds it. */
  end(state?: VisitState, error?: RoomsError): void;
}

export interface Answer {
  state: "waiting_for_host" | "waiting_room" | "admitted";
  seat: Seat & { role?: string; display_name?: string };
  renew_after?: number;
  retry_after?: number;
  topic?: string;
  host?: string;
  starts_at?: string;
  message?: string;
  /** When a host comes, as they said. */
  host_comes_at?: string;
  meeting?: { id: number; uuid: string; topic: string; host_id: string; started_at?: string };
  media?: { provider: "livekit" | "jitsi"; url: string; room: string; token: string; expires_at: string };
  /** Where hints arrive, and how many seconds to wait between two requests while they do. The visit uses it. */
  hints?: { url: string; ticket: string; retry_after: number };
}

/** Returns a pause of the exponential back-off, in milliseconds, after so many failures. */
export function backoff(failed: number): number;
export function uuid(): string;
