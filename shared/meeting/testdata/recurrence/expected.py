"""Writes expected.json beside this file: when series recur, and when clocks show a time, by python-dateutil and zoneinfo.

    python3 -m venv venv
    venv/bin/pip install python-dateutil==4.0.0 tzdata==2025.3
    venv/bin/python expected.py

Clocks are read as RFC 5545 says (3.3.5): a time that they show twice is the first, one that they leave out is read by the
offset before the gap. What is asked of the years after 2022 is asked of zones whose rules have not changed for long, so
that the answers are those of any recent tz database.
"""

import json
import zoneinfo
from datetime import datetime, timedelta, timezone
from pathlib import Path

from dateutil import rrule, tz

zoneinfo.reset_tzpath(to=())  # the tzdata package, whatever this machine has
DAILY, WEEKLY, MONTHLY = 1, 2, 3
FREQUENCY = {DAILY: rrule.DAILY, WEEKLY: rrule.WEEKLY, MONTHLY: rrule.MONTHLY}
WEEKDAY = (rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA)
MOST = 12  # days that are written of a series


def instant(wall, zone):
    return tz.resolve_imaginary(wall.replace(tzinfo=zoneinfo.ZoneInfo(zone), fold=0)).astimezone(timezone.utc)


def written(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def walls(first, rule):
    """All wall-clock times of the rule, its end by an instant apart."""
    options = {"dtstart": first, "interval": rule.get("interval", 1), "wkst": rrule.SU}
    if rule.get("times"):
        options["count"] = rule["times"]
    if rule["cycle"] == WEEKLY:
        options["byweekday"] = [WEEKDAY[day] for day in rule["days"]]
    if rule["cycle"] == MONTHLY and "monthday" in rule:
        options["bymonthday"] = rule["monthday"]
    elif rule["cycle"] == MONTHLY:
        options["byweekday"] = WEEKDAY[rule["weekday"]](rule["week"])
    return rrule.rrule(FREQUENCY[rule["cycle"]], **options)


def series(name, zone, first, after=None, **rule):
    """The first days of the series that begin after an instant, and the last of all, if there is one."""
    first = datetime.fromisoformat(first)
    end = datetime.fromisoformat(rule["until"]) if "until" in rule else None
    starts, last = [], None
    for wall in walls(first, rule):
        start = instant(wall, zone)
        if end and start > end or len(starts) == MOST and not end and "times" not in rule:
            break
        last = start
        if len(starts) < MOST and (after is None or start > datetime.fromisoformat(after)):
            starts.append([wall.strftime("%Y-%m-%d"), written(start)])
    case = {"name": name, "zone": zone, "first": written(first), "rule": rule, "starts": starts}
    if after:
        case["after"] = after
    if last and (end or "times" in rule):
        case["last"] = written(last)
    return case


def cases():
    yield from daily()
    yield from weekly()
    yield from monthly_by_day()
    yield from monthly_by_weekday()
    yield from long_ago()
    yield from over_transitions()


def daily():
    for interval in (1, 2, 3, 7, 30, 99):
        for zone in ("America/New_York", "Europe/Berlin", "UTC"):
            yield series(f"every {interval} days", zone, "2026-03-05T09:00:00", cycle=DAILY, interval=interval)
    for times in (1, 2, 10, 60):
        yield series(f"{times} times", "Europe/London", "2026-10-20T18:30:00", cycle=DAILY, times=times)
    for until in ("2026-03-10T12:59:59", "2026-03-10T13:00:00", "2026-03-10T13:00:01", "2026-03-05T13:59:59", "2026-03-04T00:00:00"):
        yield series(f"until {until}", "America/New_York", "2026-03-05T09:00:00", cycle=DAILY, until=until + "Z")
    yield series("until a day that is tomorrow in UTC", "America/Los_Angeles", "2026-07-01T20:00:00",
                 cycle=DAILY, until="2026-07-04T03:00:00Z")
    yield series("until a day that was yesterday in UTC", "Asia/Tokyo", "2026-07-01T08:00:00", cycle=DAILY, until="2026-07-03T23:00:00Z")
    yield series("over a leap day", "UTC", "2028-02-26T00:00:00", cycle=DAILY)
    yield series("over the end of a year", "Asia/Kolkata", "2027-12-28T23:59:59", cycle=DAILY, interval=2)


def weekly():
    several = ([1], [0], [6], [1, 3, 5], [0, 6], [0, 1, 2, 3, 4, 5, 6], [2, 4])
    for days in several:
        for interval in (1, 2, 3):
            yield series(f"days {days} every {interval} weeks", "Europe/Berlin", "2026-10-14T10:00:00",
                         cycle=WEEKLY, interval=interval, days=days)
    for day in range(1, 8):  # 2026-02-01 is a Sunday
        yield series("every other Tuesday and Saturday", "America/Chicago", f"2026-02-{day:02}T08:15:00",
                     cycle=WEEKLY, interval=2, days=[2, 6])
    yield series("every 50 weeks", "Australia/Sydney", "2026-01-07T17:45:00", cycle=WEEKLY, interval=50, days=[0, 3])
    yield series("weekdays of a year's turn", "America/New_York", "2026-12-24T16:00:00", cycle=WEEKLY, interval=2, days=[4, 5])
    for times in (1, 5, 11, 60):
        yield series(f"{times} times", "America/Denver", "2026-10-28T07:00:00", cycle=WEEKLY, days=[1, 3], times=times)
    for until in ("2026-11-02T13:59:59Z", "2026-11-02T14:00:00Z", "2031-01-01T00:00:00Z"):
        yield series(f"until {until}", "America/Denver", "2026-10-28T07:00:00", cycle=WEEKLY, interval=1, days=[1, 3], until=until)
    yield series("none until the end", "UTC", "2026-06-04T12:00:00", cycle=WEEKLY, days=[1], until="2026-06-08T11:59:59Z")


def monthly_by_day():
    for day in (1, 15, 28, 29, 30, 31):
        for interval in (1, 2, 3, 5, 10):
            yield series(f"day {day} every {interval} months", "Europe/Paris", "2026-01-15T11:00:00",
                         cycle=MONTHLY, interval=interval, monthday=day)
    yield series("the 31st, every 10 months from April", "UTC", "2026-04-01T00:00:00", cycle=MONTHLY, interval=10, monthday=31)
    yield series("the 29th of every other month, with leap years", "UTC", "2026-12-31T06:00:00", cycle=MONTHLY, interval=2, monthday=29)
    yield series("the 30th, 5 times", "Asia/Tokyo", "2026-01-30T09:00:00", cycle=MONTHLY, monthday=30, times=5)
    yield series("the 31st, 60 times", "America/Halifax", "2026-01-31T09:00:00", cycle=MONTHLY, monthday=31, times=60)
    yield series("the 31st, for years", "America/Halifax", "2026-02-01T09:00:00",
                 cycle=MONTHLY, interval=4, monthday=31, until="2034-06-30T00:00:00Z")
    yield series("the 31st, for months without one", "UTC", "2026-03-31T09:00:00", cycle=MONTHLY, monthday=31, until="2026-05-30T00:00:00Z")


def monthly_by_weekday():
    for week in (1, 2, 3, 4, -1):
        for weekday in range(7):
            yield series(f"weekday {weekday} of week {week}", "America/New_York", "2026-02-11T14:30:00",
                         cycle=MONTHLY, week=week, weekday=weekday)
    for interval in (2, 6, 9, 10):
        yield series(f"last Friday every {interval} months", "Europe/London", "2026-05-30T16:00:00",
                     cycle=MONTHLY, interval=interval, week=-1, weekday=5)
    yield series("first Monday, 13 times", "Pacific/Auckland", "2026-02-02T09:00:00", cycle=MONTHLY, week=1, weekday=1, times=13)
    yield series("third Thursday until a year later", "Pacific/Auckland", "2026-02-02T09:00:00",
                 cycle=MONTHLY, week=3, weekday=4, until="2027-02-17T20:00:00Z")


def long_ago():
    """Series that began years before what is asked of them."""
    for after in ("2026-03-06T14:00:00Z", "2026-03-08T06:59:59Z", "2026-10-31T13:00:00Z", "2036-02-28T00:00:00Z"):
        for zone in ("America/New_York", "Europe/Berlin"):
            yield series("daily", zone, "2011-01-03T09:00:00", after, cycle=DAILY)
            yield series("every 13 days", zone, "2011-01-03T02:30:00", after, cycle=DAILY, interval=13)
            yield series("every third week", zone, "2011-01-05T01:30:00", after, cycle=WEEKLY, interval=3, days=[0, 1, 4, 6])
            yield series("every other month, on the 31st", zone, "2010-12-31T23:30:00", after, cycle=MONTHLY, interval=2, monthday=31)
            yield series("every seventh month, last Sunday", zone, "2011-01-30T02:30:00", after, cycle=MONTHLY, interval=7, week=-1, weekday=0)
            yield series("every 97 days, until 2036", zone, "2011-01-03T09:00:00", after, cycle=DAILY, interval=97, until="2036-03-01T14:00:00Z")


def over_transitions():
    """A daily and a weekly series, in a gap and in an overlap of every kind."""
    for zone, days in {
        "America/New_York": ("2026-03-06T02:30:00", "2026-10-30T01:30:00", "2026-03-06T03:00:00", "2026-10-30T02:00:00"),
        "America/St_Johns": ("2010-03-12T00:00:59", "2010-11-05T23:30:00"),  # a minute after midnight
        "America/Havana": ("2019-03-08T00:30:00", "2019-11-01T00:30:00"),  # at midnight
        "America/Sao_Paulo": ("2018-11-02T00:00:00", "2018-11-02T00:59:59", "2019-02-14T23:30:00"),  # at midnight
        "Africa/Casablanca": ("2019-05-03T02:30:00", "2019-06-07T02:30:00"),  # in Ramadan
        "Africa/Cairo": ("2014-05-13T00:00:00", "2014-06-24T23:30:00"),
        "Asia/Amman": ("2022-02-23T00:30:00", "2021-10-27T00:30:00"),
        "Asia/Pyongyang": ("2018-05-02T23:45:00", "2015-08-12T23:45:00"),  # by half an hour
        "Asia/Tehran": ("2022-03-19T00:30:00", "2022-09-19T23:30:00"),
        "Australia/Adelaide": ("2026-10-02T02:15:00", "2026-04-03T02:15:00"),
        "Australia/Lord_Howe": ("2026-10-02T02:15:00", "2026-04-03T01:45:00"),  # by half an hour
        "Europe/Berlin": ("2026-03-27T02:30:00", "2026-10-23T02:30:00", "2026-03-27T02:00:00", "2026-10-23T03:00:00"),
        "Europe/Dublin": ("2026-03-27T01:30:00", "2026-10-23T01:30:00"),  # its winter is the exception
        "Europe/Istanbul": ("2016-03-25T03:30:00", "2015-11-06T03:30:00"),
        "Europe/Moscow": ("2011-03-25T02:30:00", "2014-10-24T01:30:00"),
        "Pacific/Apia": ("2011-12-28T09:00:00", "2011-12-28T00:00:00"),  # leaves out a day
        "Pacific/Fakaofo": ("2011-12-28T09:00:00",),
        "Pacific/Kwajalein": ("1993-08-19T09:00:00",),
        "America/Caracas": ("2016-04-29T02:45:00", "2007-12-07T02:45:00"),
        "Asia/Kathmandu": ("2026-03-06T02:30:00",),
        "Antarctica/Troll": ("2026-03-27T02:30:00", "2026-10-23T02:30:00"),  # by two hours
    }.items():
        for first in days:
            yield series("daily", zone, first, cycle=DAILY, times=5)
            day = (datetime.fromisoformat(first).isoweekday() + 2) % 7
            yield series("weekly", zone, first, cycle=WEEKLY, days=[day], times=3)


def clocks():
    """Of every zone, the middle of its latest gap and of its latest overlap within 2000 and 2022."""
    zones = {}
    for name in sorted(zoneinfo.available_timezones() - {"Factory", "localtime"}):
        zone = zoneinfo.ZoneInfo(name)
        sides = {True: None, False: None}
        after = datetime(2023, 1, 1, tzinfo=timezone.utc)
        while after.year >= 2000 and None in sides.values():
            before = after - timedelta(days=7)
            change, by = transition(zone, before, after)
            if by and sides[by > timedelta()] is None:
                sides[by > timedelta()] = change.astimezone(zone).replace(tzinfo=None) - by / 2
            after = before
        middles = [wall for wall in sides.values() if wall] or [datetime(2022, 7, 1, 12)]
        zones[name] = {written(wall): written(instant(wall, name)) for wall in middles}
    return zones


def transition(zone, before, after):
    """When the zone's offset changes, and by how much."""
    was, becomes = before.astimezone(zone).utcoffset(), after.astimezone(zone).utcoffset()
    if was == becomes:
        return None, None
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == was:
            before = middle
        else:
            after = middle
    return after, becomes - was


def lines(rows):
    return ",\n".join(rows)


def main():
    series_rows = lines(json.dumps(case) for case in cases())
    clock_rows = lines(f"{json.dumps(name)}: {json.dumps(times)}" for name, times in clocks().items())
    text = f'{{"series": [\n{series_rows}\n],\n"clocks": {{\n{clock_rows}\n}}}}\n'
    Path(__file__).with_name("expected.json").write_text(text)


if __name__ == "__main__":
    main()
