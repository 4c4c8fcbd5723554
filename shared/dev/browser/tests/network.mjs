// network.mjs is the network of one person: a SOCKS proxy (RFC 1928), whose connections come from an address of their
// own, and which can be slow, lossy or down. The server limits guesses by address, so each test needs its own.

import { randomInt } from "node:crypto";
import { connect, createServer } from "node:net";

const reply = Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]);

export class Network {
  delay = 0; // milliseconds, each way
  loss = 0; // the part of messages that break their connection: 0 to 1
  sockets = new Set();
  address = `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}`; // macOS has none of these: see dial

  static async open() {
    const network = new Network();
    network.server = createServer((socket) => network.accept(socket));
    await new Promise((resolve) => { network.server.listen(0, "127.0.0.1", resolve); });
    network.proxy = "socks5://127.0.0.1:" + network.server.address().port;
    return network;
  }

  close() {
    this.server.close();
    this.cut();
  }

  /** Breaks all connections. New ones are made, unless loss is 1. */
  cut() {
    for (const socket of this.sockets) socket.destroy();
  }

  accept(socket) {
    this.keep(socket);
    socket.once("data", () => {
      socket.write(Buffer.from([5, 0])); // no authentication
      socket.once("data", (wanted) => this.dial(socket, wanted));
    });
  }

  /** Connects to the address of a request: version, command, 0, kind of address, address, port. */
  dial(socket, wanted) {
    const name = wanted[3] === 3;
    const end = name ? 5 + wanted[4] : 8;
    const host = name ? wanted.toString("latin1", 5, end) : wanted.subarray(4, end).join(".");
    const own = process.platform === "linux" && host.startsWith("127.") ? this.address : undefined;
    const far = connect({ host, port: wanted.readUInt16BE(end), localAddress: own }, () => socket.write(reply));
    this.keep(far);
    this.pass(socket, far);
    this.pass(far, socket);
  }

  keep(socket) {
    this.sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.sockets.delete(socket));
  }

  pass(from, to) {
    from.on("data", (data) => {
      if (Math.random() < this.loss) from.destroy();
      else setTimeout(() => to.writable && to.write(data), this.delay);
    });
    from.on("close", () => setTimeout(() => to.destroy(), this.delay));
  }
}
