// support.mjs has what the tests of calls need: guests in a call, and the media server itself.

import { createHmac } from "node:crypto";
import { eventually, visitor } from "../support.mjs";

const { MEDIA_URL: media = "", MEDIA_KEY: key, MEDIA_SECRET: secret } = process.env;
const web = media.replace("ws", "http");

/** Options of a visitor who may come into a call. */
export const inCalls = { origins: [media, web], permissions: ["camera", "microphone"] };

/** Opens the link, and joins under the name. The page goes to the call by the browser itself: LiveKit is not proxied. */
export async function join(t, link, name, options) {
  const page = await visitor(t, { ...inCalls, ...options });
  await page.goto(link);
  await enter(page, name);
  return page;
}

/** Joins under the name. The page has `tickets`: those for the media server, the latest one last. */
export async function enter(page, name) {
  page.tickets = [];
  page.on("response", async (answer) => {
    if (!answer.url().endsWith("/guests") || !answer.ok()) return;
    const { media: ticket } = await answer.json().catch(() => ({}));
    if (ticket) page.tickets.push(ticket.token);
  });
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Join", exact: true }).click();
}

/** Waits until the video of the person, seen on the page, has moved on. */
export async function sees(page, name) {
  const video = page.locator("figure", { hasText: name }).locator("video");
  await video.waitFor();
  const at = await video.evaluate((v) => v.currentTime);
  await eventually(async () => await video.evaluate((v) => v.videoWidth > 0 && v.currentTime) > at, `no video of ${name}`);
}

/** Returns what a token says. */
export const claims = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));

/** Lets the media server disconnect the person with the ticket. The door does not know of it. */
export async function disconnect(ticket) {
  const { sub: identity, video: { room } } = claims(ticket);
  const answer = await fetch(web + "/twirp/livekit.RoomService/RemoveParticipant", {
    method: "POST", body: JSON.stringify({ room, identity }),
    headers: { "Content-Type": "application/json", Authorization: "Bearer " + adminToken(room) },
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}

function adminToken(room) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + 60;
  const text = part({ alg: "HS256", typ: "JWT" }) + "." + part({ iss: key, exp, video: { roomAdmin: true, room } });
  return text + "." + createHmac("sha256", secret).update(text).digest("base64url");
}
