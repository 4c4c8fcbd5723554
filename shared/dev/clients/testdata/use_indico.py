"""Indico's client, called with what Indico's plugin sends.

Of Indico itself there are stand-ins for its cache, log and settings.
"""

import logging
import sys
import time
import types
from binascii import crc32
from datetime import datetime, timezone
from gettext import gettext

from flow import begin, body, expect, given, run, scene, whole


class Cache(dict):
    def get(self, key):  # a token that Indico took before
        return super().get(key, {"access_token": scene["token"], "expires_at": time.time() + 3000})

    def set(self, key, value, timeout):
        self[key] = value


class Plugin:
    logger = logging.getLogger("silent")
    settings = {"account_id": scene["account"], "client_id": scene["user"], "client_secret": "secret"}


def stand_in(name, **members):
    module = types.ModuleType(name)
    module.__path__ = []
    vars(module).update(members)
    sys.modules[name] = module


for package in ("indico", "indico.core", "indico.util"):
    stand_in(package)
stand_in("indico.core.cache", make_scoped_cache=lambda scope: Cache())
stand_in("indico.util.string", crc32=lambda text: crc32(text.encode()))
stand_in("indico.util.i18n", make_bound_gettext=lambda domain: gettext)
stand_in("indico_vc_zoom.plugin", ZoomPlugin=Plugin)
Plugin.logger.disabled = True
sys.modules.pop("indico_vc_zoom", None)

from indico_vc_zoom.api import ZoomIndicoClient
from indico_vc_zoom.api.client import get_zoom_token

begin("indico-plugin-vc-zoom")
client = ZoomIndicoClient()
START = datetime(2030, 5, 1, 9, tzinfo=timezone.utc)


def create(topic, type_, **schedule):
    return whole(
        client.create_meeting(
            scene["email"],
            type=type_,
            schedule_for=scene["email"],
            topic=topic,
            agenda="",
            password="73514682",
            timezone="Europe/Zurich",
            **schedule,
            settings={
                "host_video": True,
                "mute_upon_entry": True,
                "participant_video": False,
                "waiting_room": True,
                "join_before_host": False,
            },
        ),
        topic,
    )


def read():
    meeting = whole(client.get_meeting(given(plain)["id"]), "Plain")
    expect(meeting["password"] == "73514682", f"the passcode is {meeting['password']}")
    settings = meeting["settings"]
    expect(
        settings["mute_upon_entry"] is True and settings["participant_video"] is False, f"the settings are {settings}"
    )


def update(changes, **want):
    client.update_meeting(given(plain)["id"], changes)
    meeting = client.get_meeting(given(plain)["id"])
    for name, value in want.items():
        expect(meeting[name] == value, f"{name} is {meeting[name]}")


def delete():
    client.delete_meeting(given(plain)["id"])
    response = client.client.meeting.get(given(plain)["id"])
    expect(response.status_code == 404 and response.json()["code"] == 3001, f"{response.status_code} {response.text}")


run("sign-in: server-to-server", lambda: get_zoom_token(dict(Plugin.settings), force=True))
run(
    "user: by e-mail",
    lambda: expect(client.get_user(scene["email"], silent=True)["email"] == scene["email"], "another user"),
)
run(
    "user: by an unknown e-mail",
    lambda: expect(client.get_user("nobody@example.com", silent=True) is None, "there is one"),
)
run("user: list", lambda: expect(body(client.client.user.list(), 200)["users"], "there are no users"))
plain = run("create: scheduled (type 2)", lambda: create("Plain", 2, start_time=START, duration=90.0))
run("create: no fixed time (type 3)", lambda: create("Whenever", 3))
run("meeting: get", read)
run("meeting: update", lambda: update({"topic": "Changed", "settings": {"waiting_room": False}}, topic="Changed"))
run("meeting: update, without its time", lambda: update({"start_time": None, "duration": None, "type": 3}, type=3))
run("meeting: delete", delete)
run("webinar: create", lambda: client.create_webinar(scene["email"], topic="Webinar", type=5), "there are no webinars")
