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
	head
	person        // nobody: a guest
	State  string `dynamodbav:"state,omitempty"`
	Role   string `dynamodbav:"role,omitempty"`
	Email  string `dynamodbav:"email,omitempty"`
	Name   string `dynamodbav:"name,omitempty"`
	Client []byte `dynamodbav:"client,omitempty"`

	Visit   *satItem `dynamodbav:"visit,omitempty"`
	Secret  []byte   `dynamodbav:"secret,omitempty"` // its hash
	Request []byte   `dynamodbav:"request,omitempty"`

	Seqs     []int64 `dynamodbav:"seqs,omitempty"`
	Lease    int64   `dynamodbav:"lease,omitempty"`
	JoinedAt int64   `dynamodbav:"joined_at,omitempty"`
	PassedAt int64   `dynamodbav:"passed_at,omitempty"`
	Held     bool    `dynamodbav:"held,omitempty"`
	Approved bool    `dynamodbav:"approved,omitempty"`

	Place      *placeItem `dynamodbav:"place,omitempty"`
	ForHost    bool       `dynamodbav:"for_host,omitempty"`
	BeforeHost bool       `dynamodbav:"before_host,omitempty"`
	Quiet      bool       `dynamodbav:"quiet,omitempty"`

	CameIn  int64     `dynamodbav:"came_in,omitempty"`
	InSince int64     `dynamodbav:"in_since,omitempty"`
	LeftAt  int64     `dynamodbav:"left_at,omitempty"`
	Spent   int64     `dynamodbav:"spent,omitempty"`
	Acts    []actItem `dynamodbav:"acts,omitempty"`
	Expires int64     `dynamodbav:"expires,omitempty"`
	Version int64     `dynamodbav:"v"`
}

// placeItem is where a seat is.
type placeItem struct {
	person
	Room     string   `dynamodbav:"room,omitempty"`
	Meeting  *satItem `dynamodbav:"meeting,omitempty"`
	OpenedAt int64    `dynamodbav:"opened_at,omitempty"`
	Epoch    int64    `dynamodbav:"epoch,omitempty"`
}

func placeItemOf(p meeting.Place) *placeItem {
	if p == (meeting.Place{}) {
		return nil
	}
	return &placeItem{person: personOf(p.Owner), Room: string(p.Room), Meeting: satItemOf(p.Meeting), OpenedAt: millis(p.OpenedAt), Epoch: p.Epoch}
}

func (i *placeItem) place() meeting.Place {
	if i == nil {
		return meeting.Place{}
	}
	return meeting.Place{Room: meeting.Number(i.Room), Owner: i.user(), Meeting: i.Meeting.sat(), OpenedAt: timeOf(i.OpenedAt), Epoch: i.Epoch}
}

// actItem is what a host decided on the people in a seat.
type actItem struct {
	person
	At  int64  `dynamodbav:"at,omitempty"`
	Did string `dynamodbav:"did,omitempty"`
}

func actItemsOf(acts []meeting.Act) []actItem {
	items := make([]actItem, len(acts))
	for i, a := range acts {
		items[i] = actItem{person: personOf(a.By), At: millis(a.At), Did: string(a.Did)}
	}
	return items
}

func actsOf(items []actItem) []meeting.Act {
	acts := make([]meeting.Act, len(items))
	for i, a := range items {
		acts[i] = meeting.Act{At: timeOf(a.At), Did: meeting.Deed(a.Did), By: a.user()}
	}
	return acts
}

func seatItemOf(s meeting.Seat) seatItem {
	return seatItem{
		head:     head{Type: "seat", TTL: expiry(latest(s.Expires, latest(s.Lease, s.JoinedAt).Add(seatLife)))},
		person:   personOf(s.User),
		State:    string(s.State),
		Role:     string(s.Role),
		Email:    s.Email,
		Name:     s.Name,
		Client:   digest(s.Client[:]),
		Visit:    satItemOf(s.Visit),
		Secret:   digest(s.Secret[:]),
		Request:  digest(s.Request[:]),
		Seqs:     s.Seqs,
		Lease:    millis(s.Lease),
		JoinedAt: millis(s.JoinedAt),
		PassedAt: millis(s.PassedAt),
		Held:     s.Held,
		Approved: s.Approved,
		Place:    placeItemOf(s.Place),
		ForHost:  s.ForHost, BeforeHost: s.BeforeHost, Quiet: s.Quiet,
		CameIn:  millis(s.CameIn),
		InSince: millis(s.InSince),
		LeftAt:  millis(s.LeftAt),
		Spent:   s.Spent.Milliseconds(),
		Acts:    actItemsOf(s.Acts),
		Expires: millis(s.Expires),
		Version: s.Version,
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
		ID:       meeting.SeatID(strings.TrimPrefix(i.SK, seatPrefix)),
		State:    meeting.State(i.State),
		Role:     meeting.Role(i.Role),
		User:     i.user(),
		Email:    i.Email,
		Name:     i.Name,
		Client:   identityOf(i.Client),
		Visit:    i.Visit.sat(),
		Request:  identityOf(i.Request),
		Seqs:     i.Seqs,
		Lease:    timeOf(i.Lease),
		JoinedAt: timeOf(i.JoinedAt),
		PassedAt: timeOf(i.PassedAt),
		Held:     i.Held,
		Approved: i.Approved,
		Place:    i.Place.place(),
		ForHost:  i.ForHost, BeforeHost: i.BeforeHost,
		CameIn:  timeOf(i.CameIn),
		InSince: timeOf(i.InSince),
		LeftAt:  timeOf(i.LeftAt),
		Spent:   durationOf(i.Spent),
		Acts:    actsOf(i.Acts),
		Expires: timeOf(i.Expires),
		Version: i.Version,
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

// Roll is every seat of the sitting, whatever its state.
func (t *Table) Roll(ctx context.Context, instance string) (meeting.Roll, error) {
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
	roll := make(meeting.Roll, len(rows))
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
