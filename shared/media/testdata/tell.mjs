// Tells what happened as LiveKit does: node tell.mjs FOLDER, with {key, secret, event} as its input, the event in the JSON of Protocol
// Buffers. FOLDER holds LiveKit's own library. The output is {authorization, body}.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { resolve } from "node:path";

const require = createRequire(resolve(process.argv[2], "package.json"));
const { AccessToken, WebhookEvent, WebhookReceiver } = require("livekit-server-sdk");

const { key, secret, event } = JSON.parse(readFileSync(0, "utf8"));
const body = WebhookEvent.fromJson(event).toJsonString();
const token = new AccessToken(key, secret, { ttl: "5m" });
token.sha256 = createHash("sha256").update(body).digest("base64");
const authorization = await token.toJwt();
await new WebhookReceiver(key, secret).receive(body, authorization); // or throws
console.log(JSON.stringify({ authorization, body }));
