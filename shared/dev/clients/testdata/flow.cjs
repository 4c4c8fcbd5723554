// Runs the operations of a client, and prints one line of JSON for the outcome of each. Zoom's hosts lead to the front.
"use strict";
const fs = require("node:fs");
const https = require("node:https");
const path = require("node:path");
const tls = require("node:tls");

const scene = JSON.parse(process.env.SCENE);
const MANY = 43;

const [host, port] = process.env.FRONT.split(":");
https.globalAgent.createConnection = (options, connected) =>
  tls.connect({ ...options, servername: options.host, host, port: Number(port), path: undefined }, connected);

const print = (line) => console.log(JSON.stringify(line));

function begin(name) {
  const { version } = JSON.parse(fs.readFileSync(path.join(process.env.NODE_PATH, name, "package.json")));
  print({ client: `${name} ${version}` });
}

const noRegistration = "there is no registration";
const noSeries = "a series at fixed times has no PMI, at Zoom neither";

// run prints the outcome of the call. It returns its value, undefined if it fails. notOffered says why this product
// does not have the operation: then the client must show an error in Zoom's shape.
async function run(operation, call, notOffered) {
  const [outcome, value] = await attempt(call, notOffered);
  print({ operation, outcome });
  return value;
}

async function attempt(call, notOffered) {
  try {
    return ["works", await call()];
  } catch (error) {
    const outcome = describe(error);
    return [notOffered && /"code":|\/\d{3,}\]/.test(outcome) ? `not offered: ${notOffered}` : outcome];
  }
}

// describe returns what the client shows of an error: of n8n the answer, of zoomapi too, of others the message.
function describe(error) {
  if (error.messages?.length) return error.messages[0];
  if (error.response) return `${error.httpStatusCode ?? ""} ${error.response}`;
  return `${error.name}: ${error.message}`;
}

// given returns the value of an operation before, which must have worked.
function given(value) {
  expect(value !== undefined, "an operation before failed");
  return value;
}

function expect(condition, text) {
  if (!condition) throw new Error(text);
}

// whole checks what clients read of a meeting.
function whole(meeting, topic) {
  expect(meeting.topic === topic, `the topic is ${meeting.topic}`);
  expect(Number.isSafeInteger(meeting.id), `the id is ${meeting.id}`);
  expect(/^http/.test(meeting.join_url) && /^http/.test(meeting.start_url), "join_url or start_url is missing");
  expect(meeting.settings.approval_type === 2, "registration is required");
  return meeting;
}

// listed checks that a list has all meetings, and each one once.
function listed(ids) {
  const different = new Set(ids).size;
  expect(
    ids.length === MANY && different === MANY,
    `${ids.length} meetings, ${different} different ones, are not ${MANY}`,
  );
}

module.exports = { MANY, attempt, begin, expect, given, listed, noRegistration, noSeries, print, run, scene, whole };
