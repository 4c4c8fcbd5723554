// Does what a media server and its clients do: node livekit.mjs FOLDER. FOLDER contains LiveKit's own library. Each line of
// the input is a question, a JSON object with a member ask; each line of the output is its answer, or {error}.
//
//   verify {provider, token, key, secret} → {header, claims}   verifies a token. Jitsi publishes no library, so a JWT
//                                                              library verifies its tokens by its documentation.
//   hook {key, secret, event} → {authorization, body}          makes a webhook; event is in the JSON of Protocol Buffers
//   call {url, key, secret, room, identity} → {}               removes a participant, or deletes the room without identity
import { createRequire } from "node:module";
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

const require = createRequire(resolve(process.argv[2], "package.json"));
const { AccessToken, RoomServiceClient, TokenVerifier, WebhookEvent, WebhookReceiver } = require("livekit-server-sdk");
const jose = require("jose");

async function claims({ provider, token, key, secret }) {
  if (provider === "livekit") {
    return new TokenVerifier(key, secret).verify(token, 0);
  }
  const must = { algorithms: ["HS256"], typ: "JWT", issuer: key, audience: key, requiredClaims: ["exp", "room", "sub"] };
  const { payload } = await jose.jwtVerify(token, new TextEncoder().encode(secret), must);
  return payload;
}

const answers = {
  async verify(asked) {
    return { claims: await claims(asked), header: jose.decodeProtectedHeader(asked.token) };
  },
  async hook({ key, secret, event }) {
    const body = WebhookEvent.fromJson(event).toJsonString();
    const token = new AccessToken(key, secret, { ttl: "5m" });
    token.sha256 = createHash("sha256").update(body).digest("base64");
    const authorization = await token.toJwt();
    await new WebhookReceiver(key, secret).receive(body, authorization); // or throws
    return { authorization, body };
  },
  async call({ url, key, secret, room, identity }) {
    const client = new RoomServiceClient(url, key, secret);
    await (identity ? client.removeParticipant(room, identity) : client.deleteRoom(room));
    return {};
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  const answer = await answers[asked.ask](asked).catch((e) => ({ error: e.message }));
  console.log(JSON.stringify(answer));
}
