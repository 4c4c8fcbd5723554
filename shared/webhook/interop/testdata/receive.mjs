// Receives webhooks with Zoom's own library: node receive.mjs FOLDER SECRET NAME…. FOLDER contains the library. It prints
// its URL, and then each event of those names that the library verified, as JSON, one in each line. It ends with its input.
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [folder, secret, ...names] = process.argv.slice(2);
const { MeetingsS2SAuthClient } = createRequire(resolve(folder, "package.json"))("@zoom/rivet/meetings");

const client = new MeetingsS2SAuthClient({
  clientId: "none", clientSecret: "none", accountId: "none", webhooksSecretToken: secret, port: 0,
});
for (const name of names) {
  client.webEventConsumer.event(name, (event) => console.log(JSON.stringify(event)));
}
const server = await client.start();
console.log(`http://127.0.0.1:${server.address().port}/zoom/events`);
process.stdin.resume().on("end", () => process.exit());
