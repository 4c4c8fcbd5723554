package hint_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/hint"
	"personal-rooms/shared/meeting"
)

// keys is a store of one key that counts how often it is read.
type keys struct {
	key   hint.Key
	reads int
}

func (k *keys) HintKey(_ context.Context, fresh hint.Key) (hint.Key, error) {
	if k.reads++; k.key == nil {
		k.key = fresh
	}
	return k.key, nil
}

const url = "wss://hints.example.com"

// signer returns a signer at the clock, with the key of the store.
func signer(t *testing.T, store *keys, clock *testkit.Clock) hint.Signer {
	t.Helper()
	env := meeting.Env{Now: clock.Now, Config: meeting.Config{Lease: meeting.DefaultLease}}
	s, err := hint.NewIssuer(url, store, env).Signer(t.Context())
	testkit.Must(t, err)
	return s
}

func waiting(room meeting.Number, seat meeting.SeatID) meeting.Admission {
	return meeting.Admission{State: meeting.Waiting, Room: meeting.Room{Number: room}, Seat: meeting.Seat{ID: seat}, AskAgain: time.Second}
}

// A ticket is for one holder in one room, for ten minutes, under the key of one deployment.
func TestATicketIsForOneHolderInOneRoom(t *testing.T) {
	clock, store := testkit.NewClock(), &keys{}
	s := signer(t, store, clock)
	offer := s.ForSeat(waiting("5551234321", "i-1.sam"))
	testkit.Equal(t, "url", offer.URL, url)
	want := hint.Subject{Room: "5551234321", Holder: hint.Seat("i-1.sam")}
	open := func(s hint.Signer, ticket string) (hint.Subject, error) { return s.Open(ticket) }
	got, err := open(s, offer.Ticket)
	testkit.Must(t, err)
	testkit.Equal(t, "subject", got, want)

	forged := func(at int) string { return offer.Ticket[:at] + swap(offer.Ticket[at:at+1]) + offer.Ticket[at+1:] }
	refused := map[string]string{"none": "", "no base 64": "%", "too short": "AAAA", "too long": strings.Repeat("A", 4096),
		"cut": offer.Ticket[:len(offer.Ticket)-4], "longer": offer.Ticket + "AAAA"}
	for at := range len(offer.Ticket) {
		refused["forged "+string(rune('a'+at%26))+strings.Repeat("'", at/26)] = forged(at)
	}
	for name, ticket := range refused {
		if _, err := open(s, ticket); !errors.Is(err, hint.ErrTicket) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := open(signer(t, &keys{}, clock), offer.Ticket); !errors.Is(err, hint.ErrTicket) {
		t.Errorf("of another deployment: %v", err)
	}
	if _, err := open(hint.Signer{}, offer.Ticket); !errors.Is(err, hint.ErrTicket) {
		t.Errorf("without hints: %v", err)
	}
	clock.Advance(10*time.Minute - time.Second)
	_, err = open(s, offer.Ticket)
	testkit.Must(t, err)
	clock.Advance(time.Second)
	if _, err := open(s, offer.Ticket); !errors.Is(err, hint.ErrTicket) {
		t.Errorf("expired: %v", err)
	}
}

// swap returns another character of the alphabet, whose bits all differ from those of the first.
func swap(character string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return alphabet[63-strings.Index(alphabet, character):][:1]
}

// Who waits asks less often than before, and renews the lease in time; who is in renews it as always.
func TestHowOftenClientsAsk(t *testing.T) {
	clock := testkit.NewClock()
	s := signer(t, &keys{}, clock)
	testkit.Equal(t, "waiting", s.ForSeat(waiting("5551234321", "i-1.sam")).Ask, 30*time.Second)
	in := waiting("5551234321", "i-1.sam")
	in.State, in.AskAgain = meeting.Admitted, 17*time.Second
	testkit.Equal(t, "admitted", s.ForSeat(in).Ask, 17*time.Second)
	ada := meeting.User{Account: "acme", ID: "ada"}
	console := s.ForConsole(meeting.RoomView{Room: meeting.Room{Number: "5551234321"}}, ada)
	testkit.Equal(t, "a console", console.Ask, 5*time.Minute)
	got, err := s.Open(console.Ticket)
	testkit.Must(t, err)
	testkit.Equal(t, "subject", got, hint.Subject{Room: "5551234321", Holder: hint.Console(ada)})
}

// A hint is the same for everybody, and what is stored of a console does not show whose it is.
func TestI9HintsCarryNoNews(t *testing.T) {
	testkit.Equal(t, "frame", hint.Frame, `{"hint":"ask"}`)
	if holder := string(hint.Console(meeting.User{Account: "acme", ID: "ada"})); strings.Contains(holder, "ada") || strings.Contains(holder, "acme") {
		t.Errorf("%s names a user", holder)
	}
}

// The key is read once.
func TestTheKeyIsReadOnce(t *testing.T) {
	store := &keys{}
	issuer := hint.NewIssuer(url, store, meeting.Env{Now: testkit.NewClock().Now})
	for range 3 {
		_, err := issuer.Signer(t.Context())
		testkit.Must(t, err)
	}
	testkit.Equal(t, "reads", store.reads, 1)
	testkit.Equal(t, "bytes of the key", len(store.key), 32)
}

func TestWithoutHintsNothingIsOffered(t *testing.T) {
	s, err := hint.NewIssuer("", nil, meeting.Env{}).Signer(t.Context())
	testkit.Must(t, err)
	if s.ForSeat(waiting("5551234321", "i-1.sam")) != nil || s.ForConsole(meeting.RoomView{}, meeting.User{}) != nil {
		t.Error("there is an offer")
	}
}
