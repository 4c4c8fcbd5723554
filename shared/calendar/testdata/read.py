"""How other programs read a calendar: a request in JSON on each line of the input, an answer on each line of the output.

Time zones are what the calendar says of them; none is known by its name.
"""

import json
import sys
import traceback
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import recurring_ical_events
import vobject
import vobject.icalendar
from dateutil.tz import resolve_imaginary
from icalendar import Calendar
from icalendar.timezone import tzp
from icalendar.timezone.zoneinfo import ZONEINFO


class Defined(ZONEINFO):
    """Knows UTC, and what VTIMEZONE defines."""

    def knows_timezone_id(self, tzid):
        return False

    def timezone(self, name):
        return self.utc if name == "UTC" else None


def instant(time):
    return int(resolve_imaginary(time).timestamp())


def held(event):
    start, end = event["DTSTART"].dt, event["DTEND"].dt
    if "RRULE" in event:  # every occurrence takes as long as the first: RFC 5545, 3.8.5.3
        return instant(start), instant(start) + int((end - start).total_seconds())
    return instant(start), instant(end)


def people(event, name):
    found = event.get(name, [])
    return [
        {"address": str(person), "parameters": {key: str(value) for key, value in person.params.items()}}
        for person in (found if isinstance(found, list) else [found])
    ]


def entry(event):
    single = ("UID", "SUMMARY", "DESCRIPTION", "LOCATION", "URL", "STATUS", "TRANSP")
    times = ("DTSTAMP", "CREATED", "RECURRENCE-ID")
    return {
        "Names": sorted(event.keys()),
        **{name: str(event[name]) for name in single if name in event},
        **{name: instant(event[name].dt) for name in times if name in event},
        "SEQUENCE": event["SEQUENCE"],
        "ORGANIZER": people(event, "ORGANIZER"),
        "ATTENDEE": people(event, "ATTENDEE"),
    }


def occurrences(calendar, start, end):
    query = recurring_ical_events.of(calendar, keep_recurrence_attributes=True)
    window = (datetime.fromtimestamp(when, timezone.utc) for when in (start, end))
    found = []
    for event in query.between(*window):
        start, end = held(event)
        found.append({"Start": start, "End": end, "Summary": str(event["SUMMARY"]), "Description": str(event.get("DESCRIPTION", ""))})
    return sorted(found, key=lambda one: one["Start"])


def occurrences_by_vobject(text, start, end):
    """The occurrences as vobject has them: by their times only. An entry with a RECURRENCE-ID replaces one of the rule."""
    getattr(vobject.icalendar, "__tzidMap").clear()
    vobject.icalendar.registerTzid("UTC", vobject.icalendar.utc)
    events = vobject.readOne(text).vevent_list
    times = [held_by_vobject(event) for event in events]
    replaced = [instant(event.recurrence_id.value) for event in events if hasattr(event, "recurrence_id")]
    found = [time for time, event in zip(times, events) if event.rruleset is None]
    for (first, last), event in zip(times, events):
        for time in event.rruleset.xafter(datetime.fromtimestamp(start, timezone.utc) - timedelta(days=2)) if event.rruleset else ():
            if instant(time) >= end:
                break
            if instant(time) not in replaced:
                found.append((instant(time), instant(time) + last - first))
    return sorted(time for time in found if time[0] < end and time[1] > start)


def held_by_vobject(event):
    start = instant(event.dtstart.value)
    if hasattr(event, "duration"):
        return start, start + int(event.duration.value.total_seconds())
    return start, instant(event.dtend.value)


def disagreements(defined, name, start, end):
    """Where the clocks of a VTIMEZONE do not show what the zone of that name shows: looked at every week, and around each change."""
    known = ZoneInfo(name)
    zone = defined.to_tz(lookup_tzid=False)

    def offset(when):
        return datetime.fromtimestamp(when, known).utcoffset()

    def change(low, high):
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
        return high

    week = int(timedelta(weeks=1).total_seconds())
    looks = [*range(start, end, week), end]
    for low, high in zip(looks[:], looks[1:]):
        if offset(low) != offset(high):
            at = change(low, high)
            looks += [look for seconds in (1, 1799, 1800, 3599, 3600, 7200) for look in (at - seconds, at, at + seconds)]
    found = []
    for when in looks:
        shown = datetime.fromtimestamp(when, known)
        if start <= when <= end and shown.replace(tzinfo=zone).utcoffset() != shown.utcoffset():
            found.append(f"{shown.isoformat()} is {shown.replace(tzinfo=zone).isoformat()}")
    return found


def read(request):
    tzp.use(Defined())
    calendar = Calendar.from_ical(request["Calendar"])
    start, end = request["From"], request["Until"]
    zones = calendar.walk("VTIMEZONE")
    answer = {"Errors": [f"{component.name}: {error}" for component in calendar.walk() for error in component.errors]}
    if request["Clocks"]:
        answer["Disagreements"] = [found for zone in zones for found in disagreements(zone, str(zone["TZID"]), start, end)]
        return answer
    return answer | {
        "Method": str(calendar["METHOD"]),
        "Version": str(calendar["VERSION"]),
        "Properties": sorted(calendar.keys()),
        "Entries": [entry(event) for event in calendar.walk("VEVENT")],
        "Components": [component.name for component in calendar.walk()],
        "Occurrences": occurrences(calendar, start, end),
        "Times": occurrences_by_vobject(request["Calendar"], start, end) if request["Times"] else None,
        "Zones": [str(zone["TZID"]) for zone in zones],
    }


for line in sys.stdin.buffer:
    try:
        answer = read(json.loads(line))
    except Exception:
        answer = {"Errors": [traceback.format_exc()]}
    print(json.dumps(answer), flush=True)
