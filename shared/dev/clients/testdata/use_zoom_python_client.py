import os
import time

from flow import begin, expect, listed, run, scene, whole
from zoom_python_client.zoom_api_client import ZoomApiClient

begin("zoom-python-client")


# The client reads a token from here, and takes a new one when it expires.
os.environ.update(ZOOM_ACCESS_TOKEN=scene["lister_token"], ZOOM_ACCESS_TOKEN_EXPIRE=str(int(time.time()) + 3000))
client = ZoomApiClient(scene["account"], scene["lister"], "secret")


def token():
    expect(client.authentication_client.get_acceess_token(), "there is no token")


def page(**query):
    return client.users.get_user_meetings(scene["lister"], query)


def pages_by_number():
    number, ids = 1, []
    while True:
        answer = page(page_size=20, page_number=number)
        ids += [m["id"] for m in answer["meetings"]]
        if number >= answer["page_count"]:
            return listed(ids)
        number += 1


def pages_by_token():
    following, ids = None, []
    while True:
        answer = page(page_size=20, next_page_token=following)
        ids += [m["id"] for m in answer["meetings"]]
        following = answer["next_page_token"]
        if not following:
            return listed(ids)


def first_page():
    answer = page()
    expect(answer["total_records"] == 43 and len(answer["meetings"]) == 30, "not 30 of 43")


run("sign-in: server-to-server", token)
run("user: own", lambda: expect(isinstance(client.users.get_user("me")["pmi"], int), "the PMI is no number"))
run("user: by e-mail", lambda: expect(client.users.get_user(scene["email"])["email"] == scene["email"], "another user"))
run("list: first page", first_page)
run("list: all 43", pages_by_number)
run("list: all 43, by token", pages_by_token)
run("meeting: get", lambda: whole(client.meetings.get_meeting(scene["past_id"]), "Past"))
