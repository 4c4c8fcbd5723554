// push.mjs is a push service (RFC 8030) for one browser: it decrypts what the server sends (RFC 8291). Chromium subscribes
// at a public service only, so the tests give the page this one, and give the plain text to its service worker.

import { createDecipheriv, createECDH, hkdfSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";

/** Starts the service, until the test ends. It has `subscription` and `next()`, which waits for a message as text. */
export async function pushService(t) {
  const keys = createECDH("prime256v1"), auth = randomBytes(16);
  keys.generateKeys();
  const messages = [], waiting = [];
  const server = createServer(async (request, response) => {
    messages.push(decrypt(Buffer.concat(await request.toArray()), keys, auth));
    waiting.shift()?.();
    response.writeHead(201).end();
  });
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  t.after(() => server.close());
  const next = async () => {
    if (!messages.length) await new Promise((resolve) => { waiting.push(resolve); });
    return messages.shift();
  };
  const subscription = {
    endpoint: `http://127.0.0.1:${server.address().port}/${randomBytes(8).toString("hex")}`,
    keys: { p256dh: keys.getPublicKey("base64url"), auth: auth.toString("base64url") },
  };
  return { subscription, next, messages };
}

/** Decrypts a body of one record (RFC 8188, 2; RFC 8291, 3). */
function decrypt(body, keys, auth) {
  const salt = body.subarray(0, 16), size = body[20], sender = body.subarray(21, 21 + size), record = body.subarray(21 + size);
  const derive = (material, with_, info, length) => Buffer.from(hkdfSync("sha256", material, with_, info, length));
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), keys.getPublicKey(), sender]);
  const material = derive(keys.computeSecret(sender), auth, info, 32);
  const key = derive(material, salt, "Content-Encoding: aes128gcm\0", 16);
  const decipher = createDecipheriv("aes-128-gcm", key, derive(material, salt, "Content-Encoding: nonce\0", 12));
  decipher.setAuthTag(record.subarray(-16));
  const plain = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  return plain.subarray(0, plain.lastIndexOf(2)).toString();
}
