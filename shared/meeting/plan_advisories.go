package meeting

import (
	"fmt"
	"time"
)

// timesIgnored returns an advisory if the plan has times that a meeting of this type does not use (I16).
func (p Plan) timesIgnored(t Type) []Advisory {
	if t != NoFixedTime && t != Scheduled || p.Recurrence == nil && (t == Scheduled || p.Start == nil) {
		return nil
	}
	given := "recurrence"
	if t == NoFixedTime {
		given = "start or recurrence"
	}
	return []Advisory{{
		Code:    "times_ignored",
		Message: fmt.Sprintf("A meeting of type %d does not use the %s that was given.", t, given),
		Action:  "Use type 2 for a meeting at one time, or type 8 for a series at fixed times.",
	}}
}

// topicIgnored returns an advisory if the plan has another topic than the personal room, of which it makes an instant
// meeting.
func (p Plan) topicIgnored(room Planned) []Advisory {
	if !changes(p.Topic, room.Meeting.Topic) {
		return nil
	}
	return []Advisory{{
		Code:    "topic_ignored",
		Message: "An instant meeting in the personal room has the room's topic: the one that was given is not used.",
		Action:  "To use a topic, plan a meeting of type 2 or 3, in the personal room or in a room of its own.",
	}}
}

// startMoved returns an advisory if the change moves the start of a series to another day than the plan gives.
func (p Plan) startMoved(was, now Meeting) []Advisory {
	if now.Series == nil || p.Start == nil || now.Start.Equal(was.Start) || now.Start.Equal(p.Start.in(now.Zone())) {
		return nil
	}
	return []Advisory{{
		Code:    "start_moved",
		Message: "The series begins at " + now.Start.In(now.Zone()).Format(time.RFC3339) + ", on the first day of its recurrence.",
		Action:  "Give a start on a day of the recurrence, or a recurrence with that day.",
	}}
}

// shifted returns an advisory that names the exceptions which another time zone moved: each keeps its day and its time
// of day there. nil if there are none.
func shifted(was, now Meeting) []Advisory {
	if was.Timezone == now.Timezone {
		return nil
	}
	before := map[OccurrenceID]Occurrence{}
	for _, o := range was.Exceptional() {
		before[o.ID] = o
	}
	var moved []string
	for _, o := range now.Exceptional() {
		if old, had := before[o.ID]; had && !o.Start.Equal(old.Start) {
			moved = append(moved, fmt.Sprintf("%s instead of %s", o.Start.Format(time.RFC3339), old.Start.Format(time.RFC3339)))
		}
	}
	if len(moved) == 0 {
		return nil
	}
	return []Advisory{{
		Code: "occurrences_shifted",
		Message: "Changed and cancelled occurrences keep their dates, which are those of another time zone now: " +
			enumerate(moved) + ".",
		Action: "See the occurrences, and change or cancel those that are meant.",
	}}
}

// outdated returns an advisory if invitations that were sent do not lead to the meeting any more after the change to
// it.
func (p Planned) outdated(to Meeting, edit SettingsEdit) []Advisory {
	why := "carry the old passcode"
	switch {
	case to.UsePMI != p.Meeting.UsePMI:
		why = "lead to the room that it was held in, or carry the passcode of that"
	case to.UsePMI || !changes(edit.Passcode, p.Room.Settings.Passcode):
		return nil
	}
	return []Advisory{{
		Code: "invitations_outdated", Message: "Invitations sent for this meeting " + why + ".", Action: "Send its invitation again.",
	}}
}
