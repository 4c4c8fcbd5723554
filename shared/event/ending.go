package event

import (
	"context"
	"time"

	"personal-rooms/shared/meeting"
)

// An Ending is what was stored of an instance that a change ended. The zero Ending is unknown.
type Ending struct {
	Record meeting.InstanceRecord
	Roster meeting.Roster
}

// Instances has what is read of an instance that ended. *table.Table has it.
type Instances interface {
	Instance(ctx context.Context, uuid string) (meeting.InstanceRecord, error)
	Roster(ctx context.Context, instance string) (meeting.Roster, error)
}

// WithEnding returns the change with the Ending of the instance that it ended. A change that ended none is returned as
// it is, without a read.
func (c Change) WithEnding(ctx context.Context, stored Instances) (Change, error) {
	before, after := images[meeting.Room](c)
	if !ends(before.Live, after.Live) {
		return c, nil
	}
	record, err := stored.Instance(ctx, before.UUID())
	if err != nil {
		return c, err
	}
	roster, err := stored.Roster(ctx, before.Live.Instance)
	c.Ending = Ending{record, roster}
	return c, err
}

// IsComplete reports whether the roster has a seat for everybody who was admitted before the end.
func (c Change) IsComplete() bool {
	before, after := images[meeting.Room](c)
	return !ends(before.Live, after.Live) || !c.Ending.Roster.Arriving(before.Live, c.At)
}

// ends reports whether the change of the live state ended an instance.
func ends(was, is meeting.LiveState) bool {
	return was.Open && (!is.Open || was.Instance != is.Instance)
}

// ended returns the events of the end of the instance: one for each person who was in, then that of the instance (I20).
// All are of one item, the room, so a webhook receives them in this order.
func ended(c Change, r meeting.Room) (all []Event) {
	at := endOf(c, r)
	for _, s := range c.Ending.Roster {
		if s.State == meeting.Admitted {
			all = append(all, leftAtEnd(c, r, s, at))
		}
	}
	object := meetingOf(r)
	object.EndTime = timeOf(at)
	order := sequenceOf(r)
	order.Epoch++ // after all other events of the instance
	return append(all, c.newEvent(Event{Name: MeetingEnded, Account: r.Owner.Account, Object: object, Sequence: order}))
}

// endOf returns when the instance ended, as its record says: when the last person left, if it was found empty later.
// Without a record that is the time of the change, within the longest time of an instance.
func endOf(c Change, r meeting.Room) time.Time {
	if end := c.Ending.Record.EndedAt; !end.IsZero() {
		return end
	}
	return within(c.At, r.Live.OpenedAt, r.Live.OpenedAt.Add(meeting.MaxInstanceTime))
}

// leftAtEnd returns the event of somebody who was in the instance when it ended.
func leftAtEnd(c Change, r meeting.Room, s meeting.Seat, at time.Time) Event {
	m := seatChange{Change: c, before: s, after: s.AtEnd(at)}
	object := meetingOf(r)
	object.Participant = m.participant(Left)
	if object.Participant.LeaveReason != wasLost {
		object.Participant.LeaveReason = hasEnded
	}
	order := Sequence{Instance: object.UUID, Epoch: r.Live.Epoch, Seq: s.LastAdmission()}
	e := c.newEvent(Event{Name: Left, Account: r.Owner.Account, Object: object, Sequence: order})
	e.ID = leftID(s)
	return e
}
