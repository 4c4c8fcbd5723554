from flow import NO_REGISTRATION, START, begin, expect, given, listed, run, scene
from pyzoom import ZoomClient
from pyzoom.schemas import ZoomMeetingSettings

begin("pyzoom")
client = ZoomClient(scene["token"])
lister = ZoomClient(scene["lister_token"])
meetings = client.meetings


def create(topic, type_, use_pmi):
    settings = ZoomMeetingSettings.default_settings()
    settings.use_pmi = use_pmi
    made = meetings.create_meeting(topic, start_time=START, duration_min=45, type_=type_, settings=settings)
    expect(made.topic == topic and made.settings.approval_type == 2, f"the answer is {made}")
    return made


def update():
    meetings.update_meeting("Changed", start_time=START, duration_min=30, meeting_id=given(plain).id)
    expect(meetings.get_meeting(given(plain).id).topic == "Changed", "the topic did not change")


def first_page():
    page = lister.meetings.list_meetings()
    expect(page.total_records == 43 and len(page.meetings) == 30, f"{len(page.meetings)} of {page.total_records}")


def past():
    people = meetings.past_meeting_participants(scene["past_id"])
    expect([p.name for p in people] == ['Guest "Past"'], f"the participants are {people}")


plain = run("create: scheduled (type 2)", lambda: create("Plain", 2, False))
run("create: instant (type 1)", lambda: create("Now", 1, False))
run("create: no fixed time (type 3)", lambda: create("Whenever", 3, False))
run("create: scheduled, with PMI", lambda: create("In the room", 2, True))
run("meeting: get", lambda: meetings.get_meeting(given(plain).id))
run("meeting: update", update)
run("meeting: delete", lambda: expect(meetings.delete_meeting(given(plain).id), "it was not deleted"))
run("meeting: registrants", lambda: meetings.list_meeting_registrants(scene["past_id"]), NO_REGISTRATION)
run("list: first page", first_page)
run("list: all 43", lambda: listed(m["id"] for m in lister.raw.get_all_pages("/users/me/meetings")["meetings"]))
run("past: participants", past)
run("user: list", lambda: expect(client.users.get_users("active").users, "there are no users"))
