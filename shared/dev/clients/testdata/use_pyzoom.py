from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs, urlparse

import requests
from flow import NO_REGISTRATION, START, begin, expect, given, listed, run, scene
from pyzoom import ZoomClient, oauth
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


# The client of `make run`, and where it receives codes.
APP = {"client_id": "personal-rooms-web", "redirect_uri": "http://localhost:3000/integrations/zoom"}
VERIFIER = "v" * 43


def consent(**challenge):
    """Signs in as a browser does, and returns the code that the browser is sent back with."""
    form = {"response_type": "code", "name": scene["user"], **APP, **challenge}
    answer = requests.post("https://zoom.us/oauth/authorize", data=form, allow_redirects=False)
    query = parse_qs(urlparse(answer.headers["location"]).query)
    expect("code" in query, query.get("error_description"))
    return query["code"][0]


def by_code():
    tokens = oauth.request_tokens(APP["client_id"], "secret", APP["redirect_uri"], consent())
    expect(tokens["access_token"] and tokens["refresh_token"], f"the tokens are {tokens}")


def by_refresh():
    challenge = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
    code = consent(code_challenge=challenge, code_challenge_method="S256")
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER, **APP}
    first = requests.post("https://zoom.us/oauth/token", data=form).json()
    following = oauth.refresh_tokens(APP["client_id"], "secret", first["refresh_token"])
    expect(ZoomClient(following["access_token"]).raw.get("/users/me").json()["id"], "there is no user")


run("sign-in: code", by_code)
run("sign-in: refresh", by_refresh)
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
