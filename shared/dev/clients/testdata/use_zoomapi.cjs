"use strict";
const { MANY, begin, expect, given, listed, noRegistration, noSeries, run, scene, whole } = require("./flow.cjs");
const zoomApi = require("zoomapi").default;

const credentials = { oauthClientId: scene.user, oauthClientSecret: "secret", accountId: scene.account };
const withToken = (token) => zoomApi({ ...credentials, onGetAccessToken: async () => ({ access_token: token }) });
const client = withToken(scene.token);
const lister = withToken(scene.lister_token);
const start = "2030-05-01T09:00:00Z";
const weekly = { type: 2, repeat_interval: 1, weekly_days: "4", end_times: 3 };

async function create(topic, type, more = {}) {
  return whole(
    await client.meetings.CreateMeeting("me", { topic, type, start_time: start, duration: 30, ...more }),
    topic,
  );
}

async function pages(next) {
  const ids = [];
  let query = { page_size: 20 };
  while (query) {
    const page = await lister.meetings.ListMeetings("me", query);
    ids.push(...page.meetings.map((m) => m.id));
    query = next(page);
  }
  listed(ids);
}

(async () => {
  begin("zoomapi");
  await run("sign-in: server-to-server", async () =>
    expect((await zoomApi(credentials).oauth.GetServerToServerOAuthToken()).access_token, "no token"),
  );
  await run("user: own", async () =>
    expect(Number.isSafeInteger((await client.users.GetUser("me")).pmi), "the PMI is no number"),
  );
  await run("user: by e-mail", async () =>
    expect((await client.users.GetUser(scene.email)).email === scene.email, "another user"),
  );
  await run("user: list", async () => expect((await client.users.ListUsers()).users.length, "there are no users"));
  await run("user: change", () => client.users.UpdateUser("me", undefined, { first_name: "Zoe" }));
  await run("user: change PMI", async () => {
    await client.users.UpdateUser("me", undefined, { pmi: scene.pmi });
    expect((await client.users.GetUser("me")).pmi === scene.pmi, "the PMI did not change");
  });
  await run("user: settings", async () =>
    expect((await client.users.GetUserSettings("me")).schedule_meeting, "not there"),
  );
  await run("user: create", () =>
    client.users.CreateUser({
      action: "create",
      user_info: { email: scene.new_email, type: 1, first_name: "New", last_name: "User" },
    }),
  );
  await run("user: delete", () => client.users.DeleteUser(scene.new_email, { action: "delete" }));
  const plain = await run("create: scheduled (type 2)", () => create("Plain", 2));
  await run("create: instant (type 1)", () => create("Now", 1));
  await run("create: no fixed time (type 3)", () => create("Whenever", 3));
  await run("create: series (type 8)", () => create("Weekly", 8, { recurrence: weekly }));
  await run("create: instant, with PMI", () => create("Now", 1, { settings: { use_pmi: true } }));
  await run("create: scheduled, with PMI", () => create("In the room", 2, { settings: { use_pmi: true } }));
  await run("create: no fixed time, with PMI", () => create("Whenever", 3, { settings: { use_pmi: true } }));
  await run(
    "create: series, with PMI",
    () => create("Weekly", 8, { recurrence: weekly, settings: { use_pmi: true } }),
    noSeries,
  );
  await run("meeting: get", async () => whole(await client.meetings.GetMeeting(given(plain).id), "Plain"));
  await run("meeting: update", async () => {
    await client.meetings.UpdateMeeting(given(plain).id, { topic: "Changed" });
    expect((await client.meetings.GetMeeting(given(plain).id)).topic === "Changed", "the topic did not change");
  });
  await run("meeting: invitation", async () =>
    expect((await client.meetings.GetMeetingInvitation(given(plain).id)).invitation, "not there"),
  );
  await run("meeting: delete", () => client.meetings.DeleteMeeting(given(plain).id));
  await run("meeting: end", () => client.meetings.UpdateMeetingStatus(scene.live_id, { action: "end" }));
  await run("meeting: registrants", () => client.meetings.ListRegistrants(scene.past_id), noRegistration);
  await run(
    "meeting: recordings",
    () => client.meetings.GetMeetingRecordings(scene.past_id),
    "there are no recordings",
  );
  await run("list: first page", async () =>
    expect((await lister.meetings.ListMeetings("me")).total_records === MANY, "the total is another"),
  );
  await run("list: all 43", () =>
    pages((p) => (p.page_number < p.page_count ? { page_size: 20, page_number: p.page_number + 1 } : undefined)),
  );
  await run("list: all 43, by token", () =>
    pages((p) => (p.next_page_token ? { page_size: 20, next_page_token: p.next_page_token } : undefined)),
  );
  await run("report: participants", async () => {
    const people = (await client.reports.GetMeetingParticipantReports(scene.past_id)).participants;
    expect(people.length === 1 && people[0].name === 'Guest "Past"', `the participants are ${JSON.stringify(people)}`);
  });
})();
