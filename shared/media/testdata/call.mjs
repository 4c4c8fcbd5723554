// Calls RoomService as LiveKit's own library does: node call.mjs FOLDER URL KEY SECRET ROOM [IDENTITY].
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [folder, url, key, secret, room, identity] = process.argv.slice(2);
const { RoomServiceClient } = createRequire(resolve(folder, "package.json"))("livekit-server-sdk");

const client = new RoomServiceClient(url, key, secret);
await (identity ? client.removeParticipant(room, identity) : client.deleteRoom(room));
