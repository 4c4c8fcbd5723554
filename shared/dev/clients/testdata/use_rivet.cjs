// Zoom's own client. Each answer is also checked against the type that the client declares for it.
"use strict";
const { MANY, attempt, begin, expect, listed, noRegistration, noSeries, print, scene, whole } = require("./flow.cjs");
const { findMistakes } = require("./types.cjs");
const { MeetingsS2SAuthClient } = require("@zoom/rivet/meetings");
const { UsersS2SAuthClient } = require("@zoom/rivet/users");

const outcomes = [];
const answers = []; // { operation, type, value }

// run keeps the outcome, until the types are checked.
async function run(operation, call, notOffered) {
  const typed = async (type, response) => {
    const { data } = await response;
    answers.push({ operation, type, value: data });
    return data;
  };
  const [outcome, value] = await attempt(() => call(typed), notOffered);
  outcomes.push({ operation, outcome });
  return value;
}

const credentials = { clientId: scene.user, clientSecret: "secret", accountId: scene.account, disableReceiver: true };
const withToken = (accessToken) => ({
  ...credentials,
  tokenStore: {
    getLatestToken: () => ({ accessToken, expirationTimeIso: new Date(Date.now() + 3e6).toISOString(), scopes: [] }),
    storeToken() {},
  },
});
const meetings = new MeetingsS2SAuthClient(withToken(scene.token)).endpoints;
const users = new UsersS2SAuthClient(withToken(scene.token)).endpoints.users;
const lister = new MeetingsS2SAuthClient(withToken(scene.lister_token)).endpoints;
const me = { userId: "me" };
const start_time = "2030-05-01T09:00:00Z";
const recurrence = { type: 2, repeat_interval: 1, weekly_days: "4", end_times: 3 };
const day = (ago) => new Date(Date.now() - ago * 864e5).toISOString().slice(0, 10);

const create =
  (topic, type, more = {}) =>
  async (typed) =>
    whole(
      await typed(
        "MeetingsCreateMeetingResponse",
        meetings.meetings.createMeeting({ path: me, body: { topic, type, start_time, duration: 30, ...more } }),
      ),
      topic,
    );

const pages = (next) => async (typed) => {
  const ids = [];
  let query = { page_size: 20 };
  while (query) {
    const page = await typed("MeetingsListMeetingsResponse", lister.meetings.listMeetings({ path: me, query }));
    ids.push(...page.meetings.map((m) => m.id));
    query = next(page);
  }
  listed(ids);
};

const oneGuest = ({ participants }) =>
  expect(
    participants.length === 1 && participants[0].name === 'Guest "Past"',
    `the participants are ${JSON.stringify(participants)}`,
  );

(async () => {
  begin("@zoom/rivet");
  await run("sign-in: server-to-server", () =>
    new UsersS2SAuthClient(credentials).endpoints.users.getUser({ path: me }),
  );
  await run("user: own", (typed) => typed("UsersGetUserResponse", users.getUser({ path: me })));
  await run("user: by e-mail", (typed) =>
    typed("UsersGetUserResponse", users.getUser({ path: { userId: scene.email } })),
  );
  await run("user: list", (typed) => typed("UsersListUsersResponse", users.listUsers({})));
  await run("user: settings", (typed) => typed("UsersGetUserSettingsResponse", users.getUserSettings({ path: me })));
  await run("user: change settings", async (typed) => {
    await users.updateUserSettings({ path: me, body: { schedule_meeting: { host_video: true } } });
    const { schedule_meeting } = await typed("UsersGetUserSettingsResponse", users.getUserSettings({ path: me }));
    expect(schedule_meeting.host_video === true, "it did not change");
  });
  await run("user: change", () => users.updateUser({ path: me, body: { first_name: "Zoe" } }));
  await run("user: change PMI", () => users.updateUser({ path: me, body: { pmi: scene.pmi } }));
  await run("user: create", (typed) =>
    typed(
      "UsersCreateUsersResponse",
      users.createUsers({
        body: {
          action: "create",
          user_info: { email: scene.new_email, type: 1, first_name: "New", last_name: "User" },
        },
      }),
    ),
  );
  await run("user: deactivate", () =>
    users.updateUserStatus({ path: { userId: scene.colleague }, body: { action: "deactivate" } }),
  );
  await run("user: delete", () => users.deleteUser({ path: { userId: scene.new_email }, query: { action: "delete" } }));
  await run("user: schedulers", (typed) =>
    typed("UsersListUserSchedulersResponse", users.listUserSchedulers({ path: me })),
  );
  await run("user: is an e-mail known", (typed) =>
    typed("UsersCheckUserEmailResponse", users.checkUserEmail({ query: { email: scene.email } })),
  );

  const plain = await run("create: scheduled (type 2)", create("Plain", 2));
  await run("create: instant (type 1)", create("Now", 1));
  await run("create: no fixed time (type 3)", create("Whenever", 3));
  await run("create: series (type 8)", create("Weekly", 8, { recurrence }));
  await run("create: instant, with PMI", create("Now", 1, { settings: { use_pmi: true } }));
  await run("create: scheduled, with PMI", create("In the room", 2, { settings: { use_pmi: true } }));
  await run("create: no fixed time, with PMI", create("Whenever", 3, { settings: { use_pmi: true } }));
  await run("create: series, with PMI", create("Weekly", 8, { recurrence, settings: { use_pmi: true } }), noSeries);
  const meeting = { meetingId: plain?.id ?? "none" };
  await run("meeting: get", async (typed) =>
    whole(await typed("MeetingsGetMeetingResponse", meetings.meetings.getMeeting({ path: meeting })), "Plain"),
  );
  await run("meeting: update", async (typed) => {
    await meetings.meetings.updateMeeting({ path: meeting, body: { topic: "Changed" } });
    expect(
      (await typed("MeetingsGetMeetingResponse", meetings.meetings.getMeeting({ path: meeting }))).topic === "Changed",
      "the topic did not change",
    );
  });
  await run("meeting: invitation", (typed) =>
    typed("MeetingsGetMeetingInvitationResponse", meetings.meetings.getMeetingInvitation({ path: meeting })),
  );
  await run("meeting: delete", () => meetings.meetings.deleteMeeting({ path: meeting }));
  await run("meeting: end", () =>
    meetings.meetings.updateMeetingStatus({ path: { meetingId: scene.live_id }, body: { action: "end" } }),
  );
  await run(
    "meeting: registrants",
    () => meetings.meetings.listMeetingRegistrants({ path: { meetingId: scene.past_id } }),
    noRegistration,
  );
  await run("list: first page", async (typed) => {
    expect(
      (await typed("MeetingsListMeetingsResponse", lister.meetings.listMeetings({ path: me }))).total_records === MANY,
      "the total is another",
    );
  });
  await run(
    "list: all 43",
    pages((p) => (p.page_number < p.page_count ? { page_size: 20, page_number: p.page_number + 1 } : undefined)),
  );
  await run(
    "list: all 43, by token",
    pages((p) => (p.next_page_token ? { page_size: 20, next_page_token: p.next_page_token } : undefined)),
  );
  await run("list: upcoming", (typed) =>
    typed("MeetingsListUpcomingMeetingsResponse", lister.meetings.listUpcomingMeetings({ path: me })),
  );
  await run("past: meeting", (typed) =>
    typed(
      "MeetingsGetPastMeetingDetailsResponse",
      meetings.meetings.getPastMeetingDetails({ path: { meetingId: scene.past_id } }),
    ),
  );
  await run("past: instances", (typed) =>
    typed(
      "MeetingsListPastMeetingInstancesResponse",
      meetings.meetings.listPastMeetingInstances({ path: { meetingId: scene.past_id } }),
    ),
  );
  await run("past: participants", async (typed) =>
    oneGuest(
      await typed(
        "MeetingsGetPastMeetingParticipantsResponse",
        meetings.meetings.getPastMeetingParticipants({ path: { meetingId: scene.past_id } }),
      ),
    ),
  );
  await run("report: meetings of a user", async (typed) => {
    const report = await typed(
      "ReportsGetMeetingReportsResponse",
      meetings.reports.getMeetingReports({ path: me, query: { from: day(1), to: day(0) } }),
    );
    const ids = report.meetings.map((m) => String(m.id));
    expect(ids.includes(scene.past_id), `the report has ${ids.length} other meetings`);
  });
  await run("report: meeting", (typed) =>
    typed(
      "ReportsGetMeetingDetailReportsResponse",
      meetings.reports.getMeetingDetailReports({ path: { meetingId: scene.past_id } }),
    ),
  );
  await run("report: participants", async (typed) =>
    oneGuest(
      await typed(
        "ReportsGetMeetingParticipantReportsResponse",
        meetings.reports.getMeetingParticipantReports({ path: { meetingId: scene.past_id } }),
      ),
    ),
  );

  const mistakes = findMistakes(answers);
  for (const { operation, outcome } of outcomes)
    print({ operation, outcome: outcome === "works" ? (mistakes[operation] ?? outcome) : outcome });
  if (mistakes["the types"]) throw new Error(mistakes["the types"]);
})();
