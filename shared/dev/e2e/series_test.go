package e2e

import (
	"strings"
	"testing"
)

// An occurrence of a series.
type occurrence struct {
	OccurrenceID string `json:"occurrence_id"`
	StartTime    string `json:"start_time"`
	Status       string
}

// heldAt is when the series is held: an occurrence that is cancelled after a "not".
func (p person) heldAt(number string) string {
	p.t.Helper()
	var seen struct{ Occurrences []occurrence }
	p.send("GET", "/v2/meetings/"+number, nil).is(200).into(&seen)
	var starts []string
	for _, o := range seen.Occurrences {
		if o.Status == "deleted" {
			starts = append(starts, "not")
		}
		starts = append(starts, o.StartTime)
	}
	return strings.Join(starts, " ")
}

func TestASeriesStaysOnTheClockWhenSummerTimeBegins(t *testing.T) {
	ada := signUp(t, "Ada")
	review := ada.plans(fields{"topic": "Review", "type": 8, "start_time": "2030-03-25T10:00:00", "timezone": "Europe/London", "duration": 30,
		"recurrence": fields{"type": 2, "weekly_days": "2", "end_times": 3}, "settings": fields{"use_pmi": false}}).number()
	equal(t, "it is held at", ada.heldAt(review), "2030-03-25T10:00:00Z 2030-04-01T09:00:00Z 2030-04-08T09:00:00Z")

	// One occurrence is moved, one is cancelled, and the rest stays.
	var seen struct{ Occurrences []occurrence }
	ada.send("GET", "/v2/meetings/"+review, nil).is(200).into(&seen)
	second, third := seen.Occurrences[1].OccurrenceID, seen.Occurrences[2].OccurrenceID
	ada.send("PATCH", path("/v2/meetings/%s?occurrence_id=%s", review, second), fields{"start_time": "2030-04-02T15:00:00"}).is(204)
	ada.send("DELETE", path("/v2/meetings/%s?occurrence_id=%s", review, third), nil).is(204)
	equal(t, "it is held at", ada.heldAt(review), "2030-03-25T10:00:00Z 2030-04-02T14:00:00Z not 2030-04-08T09:00:00Z")

	// What goes into calendars says the same.
	entry := ada.with("Accept", "text/calendar").send("GET", path("/v2/meetings/%s/invitation", review), nil).is(200)
	contains(t, string(entry.body), "RRULE:FREQ=WEEKLY", "EXDATE;TZID=Europe/London:20300408T100000", "RECURRENCE-ID;TZID=Europe/London:20300401T100000",
		"BEGIN:VTIMEZONE", "SEQUENCE:2")

	// It is cancelled, and so are the entries.
	entry = ada.with("Accept", "text/calendar").send("DELETE", "/v2/meetings/"+review, nil).is(200)
	contains(t, string(entry.body), "METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:3")
	ada.send("GET", "/v2/meetings/"+review, nil).refused(404, 3001, "meeting_not_found")
}

func TestASeriesIsNotForThePersonalRoom(t *testing.T) {
	ada := signUp(t, "Ada")
	daily := fields{"type": 8, "recurrence": fields{"type": 1, "end_times": 5}, "settings": fields{"use_pmi": true}}
	refused := ada.send("POST", "/v2/users/me/meetings", daily).refused(400, 300, "invalid")
	equal(t, "the field", strings.Join(refused.fields(), " "), "settings.use_pmi")
	contains(t, refused.Errors[0].Message, "type 3")
}

func TestWhatWasIsOnRecord(t *testing.T) {
	ada, grace := signUp(t, "Ada"), signUp(t, "Grace")
	room := ada.room()
	ada.furnishes(fields{"waiting_room": "everyone"})
	ada.starts(room.Number)
	waiting := grace.visits().knocks(room.Number, fields{"passcode": room.Passcode}).waits("waiting_room")
	ada.admits(room.Number, waiting)
	grace.visits().asksAgain(room.Number, waiting).admitted()
	var live struct {
		Meetings []struct {
			UUID string
			ID   int64
		}
	}
	ada.send("GET", "/v2/users/me/meetings?type=live", nil).is(200).into(&live)
	equal(t, "sittings now", len(live.Meetings), 1)
	ada.decides(room.Number, "remove", waiting).is(204)
	ada.ends(room.Number)

	uuid := live.Meetings[0].UUID
	ada.send("GET", "/v2/users/me/meetings?type=live", nil).is(200).into(&live)
	equal(t, "sittings after the end", len(live.Meetings), 0)
	contains(t, string(ada.send("GET", "/v2/users/me/meetings?type=previous_meetings", nil).is(200).body), uuid)
	contains(t, string(ada.send("GET", "/v2/past_meetings/"+room.Number+"/instances", nil).is(200).body), uuid)
	ada.send("GET", "/v2/past_meetings/"+uuid, nil).is(200)
	var past struct {
		Participants []struct {
			Name, State string
			Acts        []struct{ Action, By string }
		}
	}
	ada.send("GET", "/v2/past_meetings/"+uuid+"/participants", nil).is(200).into(&past)
	equal(t, "people", len(past.Participants), 1)
	came := past.Participants[0]
	equal(t, "who", came.Name+" "+came.State, "Grace removed")
	equal(t, "what was decided", len(came.Acts), 2)
	equal(t, "by whom", came.Acts[0].Action+" by "+came.Acts[0].By+", "+came.Acts[1].Action+" by "+came.Acts[1].By,
		"admitted by "+ada.id+", removed by "+ada.id)
	grace.send("GET", "/v2/past_meetings/"+uuid, nil).refused(404, 3001, "meeting_not_found")
}
