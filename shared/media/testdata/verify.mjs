// Verifies a token as its media server does: node verify.mjs FOLDER, with {provider, token, key, secret} as its input. FOLDER holds
// LiveKit's own library; Jitsi publishes none, so its tokens are held to what its documentation says, by a JWT library. The
// output is {header, claims}, or {error}.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const require = createRequire(resolve(process.argv[2], "package.json"));
const { TokenVerifier } = require("livekit-server-sdk");
const jose = require("jose");

async function claims({ provider, token, key, secret }) {
  if (provider === "livekit") {
    return new TokenVerifier(key, secret).verify(token, 0);
  }
  const must = { algorithms: ["HS256"], typ: "JWT", issuer: key, audience: key, requiredClaims: ["exp", "room", "sub"] };
  const { payload } = await jose.jwtVerify(token, new TextEncoder().encode(secret), must);
  return payload;
}

try {
  const asked = JSON.parse(readFileSync(0, "utf8"));
  console.log(JSON.stringify({ claims: await claims(asked), header: jose.decodeProtectedHeader(asked.token) }));
} catch (e) {
  console.log(JSON.stringify({ error: e.message }));
}
