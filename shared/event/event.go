// Package event says what happened, to those who want to know: webhook endpoints, automations, the media server.
//
// The table's stream tells of every write, one item at a time. A [Change] is such a write in the domain's words, the item before and after
// it; [Of] is what happened by it, under Zoom's names where Zoom has one and under room.* otherwise. There is no second place where an event
// is stored: the write that made something true is what tells of it.
//
// Events of one item come in order and at least once. Each has the same id however often it is told, and an [Order], by which a consumer
// can order events of several items: those of one instance by epoch, then seq.
package event

import (
	"time"
)

// A Change is one write of an item, as the table's stream tells of it.
type Change struct {
	Item    string    // the item that was written; events of one item are delivered in order
	Write   string    // names the write, however often the stream tells of it
	At      time.Time // when, to the second or better
	Expired bool      // the item was deleted because its time was over

	Before, After any // meeting.Room, meeting.Seat, meeting.Meeting, meeting.Profile or account.Outcome; nil: there was none
}

// A Name is what kind of event it is: "meeting.started".
type Name string

// An Order says when it happened in the life of a room. What does not concern a sitting has none.
type Order struct {
	Instance string `json:"instance,omitempty"`
	Epoch    int64  `json:"epoch,omitempty"`
	Seq      int64  `json:"seq,omitempty"`
}

// An Event is something that happened.
type Event struct {
	ID      string // the same however often it is told
	Name    Name
	At      time.Time
	Account string
	Item    string // as in Change
	Order   Order
	Object  any // what it is about: payload.object
	Old     any // of updates: what was there before, payload.old_object
}
