package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/hint"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/publish/socket"
	"personal-rooms/shared/table"
)

// A switchboard is the WebSocket server of a scene: it keeps to whom hints were sent and whose connections were closed,
// and answers what the test says.
type switchboard struct {
	mu     sync.Mutex
	sent   []string
	answer func(ctx context.Context, id string) error
}

// Disconnect implements hintServer. A hint that was sent to the connection is before that.
func (s *switchboard) Disconnect(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.sent, id); i >= 0 {
		s.sent[i] += "-closed"
	} else {
		s.sent = append(s.sent, "closed:"+id)
	}
	return nil
}

// Post implements hintServer.
func (s *switchboard) Post(ctx context.Context, id, frame string) error {
	s.mu.Lock()
	s.sent = append(s.sent, id)
	s.mu.Unlock()
	if frame != `{"hint":"ask"}` {
		return errors.New(frame)
	}
	if s.answer != nil {
		return s.answer(ctx, id)
	}
	return nil
}

// hinted publishes all writes since the last call, and returns the connections that got a hint, in order.
func (s *scene) hinted(board *switchboard) string {
	s.t.Helper()
	board.sent = nil
	s.publishAll()
	slices.Sort(board.sent)
	return strings.Join(board.sent, " ")
}

// withHints returns a scene with hints. Writes have the time of the real clock, so its clock is that too.
func withHints(t *testing.T) (*scene, *switchboard) {
	t.Helper()
	s, board := newScene(t), &switchboard{}
	s.hints = &hinter{store: s.table, server: board, now: time.Now, log: slog.New(slog.DiscardHandler)}
	return s, board
}

// connect stores an open connection.
func (s *scene) connect(id string, of hint.Subject, ago time.Duration) {
	s.t.Helper()
	at := time.Now().Add(-ago)
	_, err := s.table.PutConnection(s.t.Context(),
		hint.Connection{Subject: of, ID: id, OpenedAt: at, Expires: at.Add(2 * time.Hour)}, hint.Connection{})
	testkit.Must(s.t, err)
}

func TestHintsGoToThoseWhomAWriteConcerns(t *testing.T) {
	s, board := withHints(t)
	s.edit(meeting.Edit{Room: &meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone)}})
	number := s.room().Number
	room := func(h hint.Holder) hint.Subject { return hint.Subject{Room: number, Holder: h} }
	s.connect("console", room(hint.Console(testkit.Caller("ada").User)), time.Minute)
	s.connect("elsewhere", hint.Subject{Room: "5559876543", Holder: hint.Console(testkit.Caller("bob").User)}, time.Minute)
	s.hinted(board)

	bea, dan := s.join(testkit.Caller("bea")), s.join(testkit.Caller("dan"))
	testkit.Equal(t, "two wait for the host, in one batch", s.hinted(board), "console")
	s.connect("bea", room(hint.Seat(bea.Seat.ID)), time.Minute)
	s.connect("dan", room(hint.Seat(dan.Seat.ID)), time.Minute)
	testkit.Equal(t, "nobody writes", s.hinted(board), "")
	s.join(testkit.Caller("ada"))
	testkit.Equal(t, "start", s.hinted(board), "bea console dan")
	message := "Soon"
	_, err := s.door().UpdateLive(t.Context(), testkit.Caller("ada"), string(number), meeting.LiveEdit{Message: &message})
	testkit.Must(t, err)
	testkit.Equal(t, "message", s.hinted(board), "bea console dan")
	_, err = s.door().Admit(t.Context(), testkit.Caller("ada"), string(number), meeting.Selection{IDs: []meeting.SeatID{bea.Seat.ID}})
	testkit.Must(t, err)
	testkit.Equal(t, "admit", s.hinted(board), "bea console")
	_, err = s.door().Deny(t.Context(), testkit.Caller("ada"), string(number), meeting.Selection{IDs: []meeting.SeatID{dan.Seat.ID}})
	testkit.Must(t, err)
	testkit.Equal(t, "deny", s.hinted(board), "console dan-closed")
	for _, want := range []string{"console", ""} { // Bea comes in, and asks once more
		_, err = s.door().Join(t.Context(), testkit.Caller("bea"), meeting.JoinInput{Address: string(number),
			Seat: meeting.Credential{ID: bea.Seat.ID, Secret: bea.Secret}})
		testkit.Must(t, err)
		testkit.Equal(t, "Bea asks", s.hinted(board), want)
	}
	testkit.Must(t, meeting.NewStarts(s.table, s.env).End(t.Context(), testkit.Caller("ada"), string(number)))
	testkit.Equal(t, "end", s.hinted(board), "bea-closed console dan-closed")
}

// Who was removed, or left, keeps no connection. A hint says the former; the latter know.
func TestConnectionsOfWhoIsOutAreClosed(t *testing.T) {
	s, board := withHints(t)
	number := s.room().Number
	s.join(testkit.Caller("ada"))
	seats := map[string]meeting.Admission{}
	for _, who := range []string{"bea", "dan", "eve"} {
		seats[who] = s.join(testkit.Caller(who))
		s.connect(who, hint.Subject{Room: number, Holder: hint.Seat(seats[who].Seat.ID)}, time.Minute)
	}
	s.hinted(board)
	_, err := s.door().Remove(t.Context(), testkit.Caller("ada"), string(number), meeting.Selection{IDs: []meeting.SeatID{seats["bea"].Seat.ID}})
	testkit.Must(t, err)
	testkit.Equal(t, "remove", s.hinted(board), "bea-closed")
	testkit.Must(t, s.door().Leave(t.Context(), testkit.Caller("dan"), string(number),
		meeting.Credential{ID: seats["dan"].Seat.ID, Secret: seats["dan"].Secret}))
	testkit.Equal(t, "leave", s.hinted(board), "closed:dan")
}

// A server that does not answer delays a batch by two seconds at most, and what fails there fails no record.
func TestHintsFailNoRecord(t *testing.T) {
	hangs := func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() }
	for name, answer := range map[string]func(context.Context, string) error{
		"5xx":   func(context.Context, string) error { return errors.New("500 Internal Server Error") },
		"hangs": hangs,
	} {
		t.Run(name, func(t *testing.T) {
			s, board := withHints(t)
			board.answer = answer
			number := s.room().Number
			for id, user := range map[string]string{"a": "ada", "b": "bob"} {
				s.connect(id, hint.Subject{Room: number, Holder: hint.Console(testkit.Caller(user).User)}, time.Minute)
			}
			s.join(testkit.Caller("ada"))
			began := time.Now()
			testkit.Equal(t, "hinted", s.hinted(board), "a b")
			if took := time.Since(began); took > 4*time.Second {
				t.Errorf("it took %s", took)
			}
			testkit.Equal(t, "published", s.names("room/"+string(number)), "meeting.started")
			open, err := s.table.Connections(t.Context(), number, false)
			testkit.Must(t, err)
			testkit.Equal(t, "open", len(open), 2)
		})
	}
}

// Everybody in the largest room gets a hint within the time for a batch, if each takes a tenth of a second.
func TestAFullRoomGetsItsHintsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := &switchboard{answer: func(ctx context.Context, _ string) error {
			select {
			case <-time.After(100 * time.Millisecond):
			case <-ctx.Done():
			}
			return ctx.Err()
		}}
		const number = meeting.Number("5551234321")
		var room fullRoom
		for i := range meeting.MaxCapacity {
			holder := hint.Seat(meeting.SeatID(fmt.Sprint("i-1.", i)))
			room = append(room, hint.Connection{Subject: hint.Subject{Room: number, Holder: holder}, ID: fmt.Sprint(i)})
		}
		all := hint.Audiences{}
		all.Add(meeting.Room{Number: number, Live: meeting.LiveState{Instance: "i-1"}}, meeting.Room{Number: number})
		var failed strings.Builder
		h := &hinter{store: room, server: board, now: time.Now, log: slog.New(slog.NewTextHandler(&failed, nil))}
		ctx, cancel := context.WithTimeout(t.Context(), hintLimit)
		defer cancel()
		h.sendAll(ctx, all)
		testkit.Equal(t, "sent", len(board.sent), len(room))
		testkit.Equal(t, "failed", failed.String(), "")
	})
}

// A fullRoom is a room with these connections.
type fullRoom []hint.Connection

func (r fullRoom) Connections(context.Context, meeting.Number, bool) ([]hint.Connection, error) {
	return r, nil
}
func (fullRoom) DropConnection(context.Context, hint.Connection) error { return nil }

// A connection that is closed is deleted, unless it may still be opening.
func TestClosedConnectionsAreDeleted(t *testing.T) {
	s, board := withHints(t)
	board.answer = func(context.Context, string) error { return socket.ErrGone }
	number := s.room().Number
	s.connect("old", hint.Subject{Room: number, Holder: hint.Console(testkit.Caller("ada").User)}, time.Minute)
	s.connect("new", hint.Subject{Room: number, Holder: hint.Console(testkit.Caller("bob").User)}, 0)
	s.join(testkit.Caller("ada"))
	testkit.Equal(t, "hinted", s.hinted(board), "new old")
	open, err := s.table.Connections(t.Context(), number, false)
	testkit.Must(t, err)
	if len(open) != 1 || open[0].ID != "new" {
		t.Errorf("open: %v", open)
	}
}

// Who is hinted about a write of long ago has asked since then: a batch that is tried again for hours sends no hints.
func TestOldRecordsMakeNoHints(t *testing.T) {
	s, board := withHints(t)
	s.hints.now = func() time.Time { return time.Now().Add(time.Minute) }
	s.connect("console", hint.Subject{Room: s.room().Number, Holder: hint.Console(testkit.Caller("ada").User)}, 0)
	s.join(testkit.Caller("ada"))
	testkit.Equal(t, "hinted", s.hinted(board), "")
}

// A record that cannot be read concerns nobody, and a table that does not answer fails no record.
func TestHintsSurviveWhatTheyCannotRead(t *testing.T) {
	s, board := withHints(t)
	s.hints.store = failingConnections{}
	s.join(testkit.Caller("ada"))
	testkit.Equal(t, "hinted", s.hinted(board), "")
	testkit.Equal(t, "published", s.names("room/"+string(s.room().Number)), "meeting.started")
}

type failingConnections struct{ *table.Table }

func (failingConnections) Connections(context.Context, meeting.Number, bool) ([]hint.Connection, error) {
	return nil, errors.New("no answer")
}

// A batch reads the connections of a room once; only those of consoles, if it concerns nobody else.
func TestConnectionsAreReadOncePerRoomAndBatch(t *testing.T) {
	s, _ := withHints(t)
	s.edit(meeting.Edit{Room: &meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone)}})
	s.publishAll()
	for _, who := range []string{"bea", "cy", "dan"} {
		s.join(testkit.Caller(who))
	}
	reads := &countingConnections{Table: s.table}
	s.hints.store = reads
	s.publishAll()
	testkit.Equal(t, "three join: consoles are read", strings.Join(reads.asked, " "), "consoles")
	s.join(testkit.Caller("ada"))
	s.lock(true)
	reads.asked = nil
	s.publishAll()
	testkit.Equal(t, "start and lock: all are read", strings.Join(reads.asked, " "), "all")
}

type countingConnections struct {
	*table.Table
	asked []string
}

func (c *countingConnections) Connections(ctx context.Context, n meeting.Number, consoles bool) ([]hint.Connection, error) {
	c.asked = append(c.asked, map[bool]string{true: "consoles", false: "all"}[consoles])
	return c.Table.Connections(dynamoproxy.Watched(ctx), n, consoles)
}
