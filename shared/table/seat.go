package table

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/meeting"
)

// seatLife is how long a seat is kept after its lease at least: longer than any sitting lasts.
const seatLife = 32 * time.Hour

// seatItem is a row of a sitting's roll.
type seatItem struct {
	itemHeader
	userFields        // nobody: a guest
	State      string `dynamodbav:"state,omitempty"`
	Role       string `dynamodbav:"role,omitempty"`
	Email      string `dynamodbav:"email,omitempty"`
	Name       string `dynamodbav:"name,omitempty"`
	Client     []byte `dynamodbav:"client,omitempty"`

	Target  *meetingRefItem `dynamodbav:"visit,omitempty"`
	Secret  []byte          `dynamodbav:"secret,omitempty"` // its hash
	Request []byte          `dynamodbav:"request,omitempty"`

	Seqs          []int64 `dynamodbav:"seqs,omitempty"`
	Lease         int64   `dynamodbav:"lease,omitempty"`
	JoinedAt      int64   `dynamodbav:"joined_at,omitempty"`
	AdmittedAt    int64   `dynamodbav:"passed_at,omitempty"`
	NeedsApproval bool    `dynamodbav:"held,omitempty"`
	Approved      bool    `dynamodbav:"approved,omitempty"`

	Context          *contextItem `dynamodbav:"place,omitempty"`
	WaitsForHost     bool         `dynamodbav:"for_host,omitempty"`
	OpenedBeforeHost bool         `dynamodbav:"before_host,omitempty"`
	NoEvent          bool         `dynamodbav:"quiet,omitempty"`

	FirstAdmittedAt int64            `dynamodbav:"came_in,omitempty"`
	PresentSince    int64            `dynamodbav:"in_since,omitempty"`
	LeftAt          int64            `dynamodbav:"left_at,omitempty"`
	TimePresent     int64            `dynamodbav:"spent,omitempty"`
	HostActions     []hostActionItem `dynamodbav:"acts,omitempty"`
	Expires         int64            `dynamodbav:"expires,omitempty"`
	Version         int64            `dynamodbav:"v"`
}

// contextItem is where a seat is.
type contextItem struct {
	userFields
	Room     string          `dynamodbav:"room,omitempty"`
	Meeting  *meetingRefItem `dynamodbav:"meeting,omitempty"`
	OpenedAt int64           `dynamodbav:"opened_at,omitempty"`
	Epoch    int64           `dynamodbav:"epoch,omitempty"`
}

func contextItemOf(p meeting.SeatContext) *contextItem {
	if p == (meeting.SeatContext{}) {
		return nil
	}
	return &contextItem{userFields: userFieldsOf(p.Owner), Room: string(p.Room), Meeting: meetingRefItemOf(p.Meeting), OpenedAt: millis(p.OpenedAt), Epoch: p.Epoch}
}

func (i *contextItem) context() meeting.SeatContext {
	if i == nil {
		return meeting.SeatContext{}
	}
	return meeting.SeatContext{Room: meeting.Number(i.Room), Owner: i.user(), Meeting: i.Meeting.meetingRef(), OpenedAt: timeOf(i.OpenedAt), Epoch: i.Epoch}
}

// hostActionItem is what a host decided on the people in a seat.
type hostActionItem struct {
	userFields
	At     int64  `dynamodbav:"at,omitempty"`
	Action string `dynamodbav:"did,omitempty"`
}

func hostActionItemsOf(acts []meeting.HostActionRecord) []hostActionItem {
	items := make([]hostActionItem, len(acts))
	for i, a := range acts {
		items[i] = hostActionItem{userFields: userFieldsOf(a.By), At: millis(a.At), Action: string(a.Action)}
	}
	return items
}

func hostActionsOf(items []hostActionItem) []meeting.HostActionRecord {
	acts := make([]meeting.HostActionRecord, len(items))
	for i, a := range items {
		acts[i] = meeting.HostActionRecord{At: timeOf(a.At), Action: meeting.HostAction(a.Action), By: a.user()}
	}
	return acts
}

func seatItemOf(s meeting.Seat) seatItem {
	return seatItem{
		itemHeader:    itemHeader{Type: "seat", TTL: expiry(latest(s.Expires, latest(s.Lease, s.JoinedAt).Add(seatLife)))},
		userFields:    userFieldsOf(s.User),
		State:         string(s.State),
		Role:          string(s.Role),
		Email:         s.Email,
		Name:          s.Name,
		Client:        digest(s.Client[:]),
		Target:        meetingRefItemOf(s.Target),
		Secret:        digest(s.Secret[:]),
		Request:       digest(s.Request[:]),
		Seqs:          s.AdmissionSeqs,
		Lease:         millis(s.Lease),
		JoinedAt:      millis(s.JoinedAt),
		AdmittedAt:    millis(s.AdmittedAt),
		NeedsApproval: s.NeedsApproval,
		Approved:      s.Approved,
		Context:       contextItemOf(s.Context),
		WaitsForHost:  s.WaitsForHost, OpenedBeforeHost: s.OpenedBeforeHost, NoEvent: s.NoEvent,
		FirstAdmittedAt: millis(s.FirstAdmittedAt),
		PresentSince:    millis(s.PresentSince),
		LeftAt:          millis(s.LeftAt),
		TimePresent:     s.TimePresent.Milliseconds(),
		HostActions:     hostActionItemsOf(s.HostActions),
		Expires:         millis(s.Expires),
		Version:         s.Version,
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (i seatItem) seat() meeting.Seat {
	s := meeting.Seat{
		ID:            meeting.SeatID(strings.TrimPrefix(i.SK, seatPrefix)),
		State:         meeting.State(i.State),
		Role:          meeting.Role(i.Role),
		User:          i.user(),
		Email:         i.Email,
		Name:          i.Name,
		Client:        identityOf(i.Client),
		Target:        i.Target.meetingRef(),
		Request:       identityOf(i.Request),
		AdmissionSeqs: i.Seqs,
		Lease:         timeOf(i.Lease),
		JoinedAt:      timeOf(i.JoinedAt),
		AdmittedAt:    timeOf(i.AdmittedAt),
		NeedsApproval: i.NeedsApproval,
		Approved:      i.Approved,
		Context:       i.Context.context(),
		WaitsForHost:  i.WaitsForHost, OpenedBeforeHost: i.OpenedBeforeHost,
		FirstAdmittedAt: timeOf(i.FirstAdmittedAt),
		PresentSince:    timeOf(i.PresentSince),
		LeftAt:          timeOf(i.LeftAt),
		TimePresent:     durationOf(i.TimePresent),
		HostActions:     hostActionsOf(i.HostActions),
		Expires:         timeOf(i.Expires),
		Version:         i.Version,
	}
	copy(s.Secret[:], i.Secret)
	return s
}

// seatOf is the seat of a stored item; the zero Seat of none.
func seatOf(stored item) (meeting.Seat, error) {
	var i seatItem
	err := load(stored, &i)
	return i.seat(), err
}

// Seat is the zero Seat if there is none.
func (t *Table) Seat(ctx context.Context, id meeting.SeatID) (meeting.Seat, error) {
	var i seatItem
	err := t.read(ctx, seatKey(id), &i)
	return i.seat(), err
}

// Roster is every seat of the sitting, whatever its state.
func (t *Table) Roster(ctx context.Context, instance string) (meeting.Roster, error) {
	var e expression
	rows, err := t.query(ctx, &dynamodb.QueryInput{
		KeyConditionExpression: aws.String(
			e.name("pk") + " = " + e.value(instancePartition(instance)) + " AND begins_with(" + e.name("sk") + ", " + e.value(seatPrefix) + ")"),
		ExpressionAttributeNames:  e.names,
		ExpressionAttributeValues: e.values,
	}, 0)
	if err != nil {
		return nil, err
	}
	roll := make(meeting.Roster, len(rows))
	for i, row := range rows {
		if roll[i], err = seatOf(row); err != nil {
			return nil, err
		}
	}
	return roll, nil
}

// TakeSeat stores the seat, as version 1, if it is free.
func (t *Table) TakeSeat(ctx context.Context, s meeting.Seat) (meeting.Seat, error) {
	s.Version = 1
	return t.putSeat(ctx, s, true, absent("pk"))
}

// ChangeSeat stores the seat, of the next version, over the version that it names.
func (t *Table) ChangeSeat(ctx context.Context, s meeting.Seat) (meeting.Seat, error) {
	over := is("v", s.Version)
	s.Version++
	return t.putSeat(ctx, s, false, over)
}

func (t *Table) putSeat(ctx context.Context, s meeting.Seat, anew bool, when term) (meeting.Seat, error) {
	there, err := t.put(ctx, write{key: seatKey(s.ID), item: seatItemOf(s), anew: anew, when: when})
	if there == nil {
		return meeting.Seat{}, err
	}
	now, unreadable := seatOf(there)
	if unreadable != nil {
		return now, unreadable
	}
	return now, err
}
