from datetime import datetime, timedelta, timezone

import zoomus
from flow import MANY, NO_REGISTRATION, NO_SERIES, begin, body, expect, given, listed, run, scene, whole

begin("zoomus")
START = datetime(2030, 5, 1, 9, tzinfo=timezone.utc)
NOW = datetime.now(timezone.utc)


def sign_in(user):
    client = zoomus.ZoomClient(user, "secret", scene["account"])
    expect(client.config["token"], "there is no token")
    return client


client = run("sign-in: server-to-server", lambda: sign_in(scene["user"]))
lister = sign_in(scene["lister"])


def create(topic, type_, **more):
    return whole(
        body(client.meeting.create(user_id="me", topic=topic, type=type_, start_time=START, duration=30, **more), 201),
        topic,
    )


def update():
    body(client.meeting.update(id=given(plain)["id"], topic="Changed", duration=60), 204)
    expect(body(client.meeting.get(id=given(plain)["id"]), 200)["topic"] == "Changed", "the topic did not change")


def first_page():
    page = body(lister.meeting.list(user_id="me"), 200)
    expect(len(page["meetings"]) == 30, f"the page has {len(page['meetings'])} meetings")
    return page


def pages_by_number():
    page, ids = 1, []
    while True:
        answer = body(lister.meeting.list(user_id="me", page_size=20, page_number=page), 200)
        ids += [m["id"] for m in answer["meetings"]]
        if page >= answer["page_count"]:
            return listed(ids)
        page += 1


def pages_by_token():
    token, ids = "", []
    while True:
        answer = body(lister.meeting.list(user_id="me", page_size=20, next_page_token=token), 200)
        ids += [m["id"] for m in answer["meetings"]]
        token = answer["next_page_token"]
        if not token:
            return listed(ids)


def change_pmi():
    body(client.user.update(id="me", pmi=scene["pmi"]), 204)
    expect(body(client.user.get(id="me"), 200)["pmi"] == scene["pmi"], "the PMI did not change")


def change_settings():
    body(client.user.update_settings(id="me", schedule_meeting={"host_video": True}), 204)
    expect(body(client.user.get_settings(id="me"), 200)["schedule_meeting"]["host_video"] is True, "it did not change")


def create_user():
    info = {"email": scene["new_email"], "type": 1, "first_name": "New", "last_name": "User"}
    return body(client.user.create(action="create", user_info=info), 201)


def own_user(**key):
    user = body(client.user.get(**key), 200)
    expect(user["email"] == scene["email"] and isinstance(user["pmi"], int), f"the user is {user}")


def participants(answer):
    expect(
        [p["name"] for p in answer["participants"]] == ['Guest "Past"'],
        f"the participants are {answer['participants']}",
    )
    expect(answer["total_records"] == 1 and answer["next_page_token"] == "", f"the answer is {answer}")


def meetings_report():
    answer = body(
        client.report.get_user_report(
            user_id="me", start_time=NOW - timedelta(days=1), end_time=NOW + timedelta(minutes=1)
        ),
        200,
    )
    expect(scene["past_id"] in [str(m["id"]) for m in answer["meetings"]], f"the report is {answer}")


run("user: own", lambda: own_user(id="me"))
run("user: by e-mail", lambda: own_user(id=scene["email"]))
run("user: list", lambda: expect(body(client.user.list(), 200)["users"], "there are no users"))
run("user: change", lambda: body(client.user.update(id="me", first_name="Zoe", last_name="Must"), 204))
run("user: change PMI", change_pmi)
run("user: settings", lambda: body(client.user.get_settings(id="me"), 200)["schedule_meeting"])
run("user: change settings", change_settings)
run(
    "user: is an e-mail known",
    lambda: expect(body(client.user.check_email(email=scene["email"]), 200)["existed_email"], "no"),
)
run("user: create", create_user)
run("user: deactivate", lambda: body(client.user.update_status(id=scene["colleague"], action="deactivate"), 204))
run("user: delete", lambda: body(client.user.delete(id=scene["new_email"], action="delete"), 204))

plain = run("create: scheduled (type 2)", lambda: create("Plain", 2))
run("create: instant (type 1)", lambda: create("Now", 1))
run("create: no fixed time (type 3)", lambda: create("Whenever", 3))
weekly = {"type": 2, "repeat_interval": 1, "weekly_days": "4", "end_times": 3}
run("create: series (type 8)", lambda: create("Weekly", 8, recurrence=weekly))
run("create: instant, with PMI", lambda: create("Now", 1, settings={"use_pmi": True}))
run("create: scheduled, with PMI", lambda: create("In the room", 2, settings={"use_pmi": True}))
run("create: no fixed time, with PMI", lambda: create("Whenever", 3, settings={"use_pmi": True}))
run("create: series, with PMI", lambda: create("Weekly", 8, recurrence=weekly, settings={"use_pmi": True}), NO_SERIES)
run("meeting: get", lambda: whole(body(client.meeting.get(id=given(plain)["id"]), 200), "Plain"))
run("meeting: update", update)
run("meeting: delete", lambda: body(client.meeting.delete(id=given(plain)["id"]), 204))
run("meeting: end", lambda: body(client.meeting.update_status(id=scene["live_id"], action="end"), 204))
run("meeting: registrants", lambda: body(client.meeting.list_registrants(id=scene["past_id"]), 200), NO_REGISTRATION)
run("list: first page", lambda: expect(first_page()["total_records"] == MANY, "the total is another"))
run("list: all 43", pages_by_number)
run("list: all 43, by token", pages_by_token)
run(
    "past: meeting",
    lambda: expect(body(client.past_meeting.get(meeting_id=scene["past_uuid"]), 200)["topic"] == "Past", "another"),
)
run(
    "past: instances",
    lambda: expect(len(body(client.past_meeting.list(meeting_id=scene["past_id"]), 200)["meetings"]) == 1, "not one"),
)
run(
    "past: participants",
    lambda: participants(body(client.past_meeting.get_participants(meeting_id=scene["past_uuid"]), 200)),
)
run("report: meetings of a user", meetings_report)
run(
    "report: participants",
    lambda: participants(body(client.report.get_meeting_participants_report(id=scene["past_id"]), 200)),
)
