// n8n's Zoom node, called as n8n's engine calls it. The engine's HTTP helper has a stand-in.
"use strict";
const https = require("node:https");
const { begin, expect, given, listed, run, scene, whole } = require("./flow.cjs");
const { Zoom } = require("n8n-nodes-base/dist/nodes/Zoom/Zoom.node.js");

// request sends what the node asks for, with the token of its credential.
function request(token, { method, uri, qs, body, headers }) {
  const url = new URL(uri);
  for (const [name, value] of Object.entries(qs ?? {})) url.searchParams.set(name, value);
  return new Promise((resolve, reject) => {
    const sent = https.request(
      url,
      { method, headers: { ...headers, Authorization: `Bearer ${token}` } },
      async (answer) => {
        let text = "";
        for await (const part of answer) text += part;
        if (answer.statusCode < 300) return resolve(text ? JSON.parse(text) : undefined);
        return reject(Object.assign(new Error(`${answer.statusCode} ${text}`), { statusCode: answer.statusCode }));
      },
    );
    sent.on("error", reject);
    sent.end(body ? JSON.stringify(body) : undefined);
  });
}

async function execute(parameters, token = scene.token) {
  const values = {
    authentication: "accessToken",
    resource: "meeting",
    additionalFields: {},
    filters: {},
    ...parameters,
  };
  const [items] = await new Zoom().execute.call({
    getInputData: () => [{ json: {} }],
    getNode: () => ({ name: "Zoom", type: "zoom" }),
    getNodeParameter: (name, _, fallback) => values[name] ?? fallback,
    getTimezone: () => "UTC",
    continueOnFail: () => false,
    helpers: {
      async requestWithAuthentication(credential, options) {
        return request(token, options);
      },
      returnJsonArray: (data) => [data].flat().map((json) => ({ json })),
      constructExecutionMetaData: (data) => data,
    },
  });
  return items.map((item) => item.json);
}

async function create(topic, type, more = {}) {
  const additionalFields = { type, startTime: "2030-05-01T09:00:00", duration: 30, ...more };
  const [meeting] = await execute({ operation: "create", topic, additionalFields });
  return whole(meeting, topic);
}

(async () => {
  begin("n8n-nodes-base");
  const plain = await run("create: scheduled (type 2)", () =>
    create("Plain", 2, {
      timeZone: "Europe/Zurich",
      settings: { hostVideo: true, joinBeforeHost: true, audio: "both", autoRecording: "none" },
    }),
  );
  await run("create: instant (type 1)", () => create("Now", 1));
  await run("create: no fixed time (type 3)", () => create("Whenever", 3));
  await run("create: series (type 8)", () => create("Series", 8));
  await run("meeting: get", async () =>
    whole((await execute({ operation: "get", meetingId: given(plain).id }))[0], "Plain"),
  );
  await run("meeting: update", async () => {
    await execute({
      operation: "update",
      meetingId: given(plain).id,
      updateFields: { topic: "Changed", settings: { muteUponEntry: true } },
    });
    const [meeting] = await execute({ operation: "get", meetingId: given(plain).id });
    expect(meeting.topic === "Changed" && meeting.settings.mute_upon_entry === true, "it did not change");
  });
  await run("meeting: delete", () => execute({ operation: "delete", meetingId: given(plain).id }));
  await run("list: first page", async () => {
    const meetings = await execute({ operation: "getAll", returnAll: false, limit: 30 }, scene.lister_token);
    expect(meetings.length === 30, `the page has ${meetings.length} meetings`);
  });
  await run("list: all 43", async () => {
    const ids = (await execute({ operation: "getAll", returnAll: true }, scene.lister_token)).map((m) => m.id);
    const different = new Set(ids).size;
    const twice = `all ${different} are there, 30 of them twice: the node asks for the pages 0 and 1, both the first one`;
    expect(ids.length !== different + 30, twice);
    listed(ids);
  });
})();
