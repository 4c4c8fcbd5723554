package rules

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/meeting"
)

// In scripts the uuids are numbered, in the order in which the questions meet them: "uuid 1".

// uuidActions are the lines that name an instance by its uuid.
func uuidActions() []command {
	return []command{
		{"WHO ends? PLACE if it is uuid N", act(func(c call) error {
			return c.Starts().EndInstance(c.ctx(), c.by(), c.at(), c.uuid())
		})},
		{"WHO locks? PLACE if it is uuid N", act(func(c call) error {
			_, err := c.Door().UpdateLive(c.ctx(), c.by(), c.at(), meeting.LiveEdit{Instance: c.uuid(), Locked: new(true)})
			return err
		})},
		{"WHO asks? about uuid N", func(c call) string {
			past, err := c.Schedule().PastMeeting(c.ctx(), c.by(), c.uuid())
			if err != nil {
				return c.result(err)
			}
			return fmt.Sprint(short(past.Record.Meeting.Topic), " with ", len(past.Roster))
		}},
		{"an older version stores the alias of NAME", act(func(c call) error { // it has no uuid
			r := c.stored(meeting.Number(c.at()))
			after := r
			after.NextUUID = ""
			return c.plain.Save(c.ctx(), meeting.ReplaceRoom{Before: r, After: after})
		})},
	}
}

// uuidQuestions are the lines that look at the uuids of instances.
func uuidQuestions() []command {
	return []command{
		{"the uuid of PLACE", func(c call) string { return c.label(c.planned().UUID()) }},
		{"the uuid that WHO sees", func(c call) string { return c.label(c.person().last.Room.UUID()) }},
		{"the uuids of the past", func(c call) string { // of Ada's instances that ended, the latest first
			until := c.Clock.Now().Add(time.Second)
			ended, _, err := c.plain.PastInstances(c.ctx(), c.who(owner).caller.User, time.Time{}, until, "", meeting.MaxPage)
			c.must(err)
			return list(ended, func(r meeting.InstanceRecord) string { return c.label(r.ShownUUID()) })
		}},
	}
}

// label returns the uuid as scripts have it.
func (w *world) label(uuid string) string {
	n := slices.Index(w.uuids, uuid)
	if n < 0 {
		n, w.uuids = len(w.uuids), append(w.uuids, uuid)
	}
	return fmt.Sprint("uuid ", n+1)
}

// uuid returns that of the label.
func (c call) uuid() string { return c.uuids[c.count("N")-1] }

// The uuid of a meeting in the personal room costs one read at the opening, and one write beside the record at the end.
func TestI18AUUIDCostsNothingToThoseWhoJoin(t *testing.T) {
	t.Parallel()
	meter := &dynamoproxy.Meter{}
	w := worldWith(t, meter)
	w.play("ada plans Alpha in the personal room")
	for _, c := range []struct{ line, want string }{
		{"ada joins for Alpha -> admitted", "7 to read, 5 to write"},
		{"sam joins for Alpha with passcode of the link -> admitted", "4 to read, 2 to write"},
		{"ada ends Alpha", "5 to read, 6 to write"},
		{"ada joins -> admitted", "4.5 to read, 5 to write"},
		{"ada ends the room", "3 to read, 5 to write"},
	} {
		meter.Reset()
		w.play(c.line)
		reads, writes := meter.Units()
		if got := fmt.Sprint(reads, " to read, ", writes, " to write"); got != c.want {
			t.Errorf("%s takes %s, want %s", c.line, got, c.want)
		}
	}
}
