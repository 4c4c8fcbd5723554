"""How other programs read mails: a list of mails, each in Base64, as JSON on the input; what is in them as JSON on the output."""

import base64
import email
import email.policy
import json
import sys

from icalendar import Calendar


def entry(part):
    return part.get_payload(decode=True)


def read(raw):
    mail = email.message_from_bytes(base64.b64decode(raw), policy=email.policy.default)
    defects = [str(d) for part in mail.walk() for d in part.defects]
    if defects:
        raise ValueError(defects)
    parts = {part.get_content_type(): part for part in mail.walk()}
    calendar = Calendar.from_ical(entry(parts["text/calendar"]))
    event = calendar.walk("VEVENT")[0]
    attendees = event.get("ATTENDEE", [])
    method = parts["text/calendar"].get_param("method")
    return {
        "To": mail["To"], "From": mail["From"], "ReplyTo": mail["Reply-To"] or "", "Subject": mail["Subject"],
        "Parts": [part.get_content_type() for part in mail.walk()],
        "Text": parts["text/plain"].get_content(), "Method": method if method == calendar["METHOD"] else "",
        "UID": event["UID"], "Status": event["STATUS"],
        "Attendees": [str(a) for a in attendees] if isinstance(attendees, list) else [str(attendees)],
        "Entries": sum(entry(part) == entry(parts["text/calendar"]) for part in mail.walk()),
    }


json.dump([read(raw) for raw in json.load(sys.stdin)], sys.stdout)
