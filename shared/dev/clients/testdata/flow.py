"""Runs the operations of a client, and prints one line of JSON for the outcome of each."""

import json
import os
from importlib.metadata import version

scene = json.loads(os.environ["SCENE"])
START = "2030-05-01T09:00:00Z"
MANY = 43
NO_REGISTRATION = "there is no registration"
NO_SERIES = "a series at fixed times has no PMI, at Zoom neither"


def begin(package):
    print(json.dumps({"client": f"{package} {version(package)}"}), flush=True)


def run(operation, call, not_offered=None):
    """Prints the outcome of the call. Returns its value, None if it fails.

    not_offered says why this product does not have the operation. Then the client must show an error in Zoom's shape.
    """
    try:
        value, outcome = call(), "works"
    except Exception as error:  # whatever a client raises is its outcome
        value, outcome = None, describe(error)
        if not_offered and "code" in outcome and "message" in outcome:
            outcome = "not offered: " + not_offered
    print(json.dumps({"operation": operation, "outcome": outcome}), flush=True)
    return value


def describe(error):
    if hasattr(error, "errors"):  # of pydantic: the first one, without the value, says enough
        first = error.errors()[0]
        return f"{type(error).__name__}: {'.'.join(map(str, first['loc']))}: {first['msg']}"
    response = getattr(error, "response", None)
    if response is not None:
        return f"{response.status_code} {response.text}"
    return f"{type(error).__name__}: {error}"


def given(value):
    """Returns the value of an operation before, which must have worked."""
    expect(value is not None, "an operation before failed")
    return value


def expect(condition, text):
    if not condition:
        raise AssertionError(text)


def body(response, status):
    """Returns the body of a response, which must have the status."""
    expect(response.status_code == status, f"{response.status_code} {response.text}")
    return response.json() if response.content else None


def whole(meeting, topic):
    """Checks what clients read of a meeting."""
    expect(meeting["topic"] == topic, f"the topic is {meeting['topic']}")
    expect(isinstance(meeting["id"], int), f"the id is {meeting['id']!r}")
    expect(meeting["join_url"].startswith("http"), f"join_url is {meeting['join_url']}")
    expect(meeting["start_url"].startswith("http"), f"start_url is {meeting['start_url']}")
    expect(meeting["settings"]["approval_type"] == 2, "registration is required")
    for name in ("host_video", "participant_video", "mute_upon_entry", "waiting_room", "join_before_host", "audio"):
        expect(name in meeting["settings"], f"settings.{name} is missing")
    return meeting


def listed(ids):
    """Checks that a list has all meetings, and each one once."""
    ids = list(ids)
    expect(
        len(ids) == MANY and len(set(ids)) == MANY,
        f"{len(ids)} meetings, {len(set(ids))} different ones, are not {MANY}",
    )
