package e2e

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/coder/websocket"

	"personal-rooms/shared/dev/testkit"
)

// patience is how long a hint may take on a busy machine.
const patience = 20 * time.Second

// A line is an open WebSocket for hints.
type line struct {
	t      *testing.T
	socket *websocket.Conn
}

// listen opens the WebSocket that the answer offers.
func listen(t *testing.T, a testkit.Answer) line {
	t.Helper()
	var answer struct {
		Hints struct{ URL, Ticket string }
	}
	testkit.Must(t, json.Unmarshal([]byte(a.Body), &answer))
	socket, _, err := websocket.Dial(t.Context(), answer.Hints.URL+"?ticket="+answer.Hints.Ticket, nil)
	testkit.Must(t, err)
	t.Cleanup(func() { _ = socket.CloseNow() })
	return line{t, socket}
}

// hint waits for the next hint.
func (l line) hint() {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), patience)
	defer cancel()
	_, frame, err := l.socket.Read(ctx)
	testkit.Must(l.t, err)
	testkit.Equal(l.t, "frame", string(frame), `{"hint":"ask"}`)
}

// ended waits for the end of the connection.
func (l line) ended() {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), patience)
	defer cancel()
	if _, frame, err := l.socket.Read(ctx); err == nil || ctx.Err() != nil {
		l.t.Errorf("the connection is open: %s, %v", frame, err)
	}
}

func TestHintsReachThoseWhomTheyConcern(t *testing.T) {
	ada, dan := signUp(t, "Ada"), guest(t, "Dan")
	ada.edit(ownRoom, fields{"waiting_room": "everyone"})
	pmi, passcode := ada.room()
	console := listen(t, ada.get("/v2/live_meetings/"+pmi))
	waiting := dan.ask(pmi, passcode)
	dans := dan.seat(waiting, "waiting_for_host")
	console.hint() // somebody waits
	door := listen(t, waiting)
	ada.startNow(true)
	door.hint()
	dan.seat(dan.poll(pmi, dans), "waiting_room")
	console.hint() // the meeting started
	ada.decide(pmi, "admit", dans)
	door.hint()
	dan.seat(dan.poll(pmi, dans), "admitted")
	ada.decide(pmi, "remove", dans)
	door.hint()
	door.ended() // there is nothing more to ask for
	dan.poll(pmi, dans).Refused(t, 403, 4113, "removed")
}

// Somebody closes the page right after a console asked. It hears of that, and asks again when they are gone, not only
// after five minutes.
func TestAConsoleHearsOfAPageThatCloses(t *testing.T) {
	ada, dan := signUp(t, "Ada"), guest(t, "Dan")
	pmi, passcode := ada.room()
	ada.startNow(true)
	const live = "/v2/live_meetings/"
	console := listen(t, ada.get(live+pmi))
	dans := dan.seat(dan.ask(pmi, passcode), "admitted")
	console.hint()
	dan.with("X-Seat-Secret", dans.Secret).do("DELETE", dan.seats(pmi)+"/"+dans.ID+"?closing=true", nil).Want(t, 204)
	for asks := 300.0; asks > 60; {
		console.hint()
		asks, _ = ada.get(live+pmi).At(t, "hints.retry_after").(float64)
	}
}

// A connection that is lost loses hints, and nothing else: the next request has the news, and its ticket opens another
// connection.
func TestALostConnectionIsOpenedAgain(t *testing.T) {
	ada, dan := signUp(t, "Ada"), guest(t, "Dan")
	ada.edit(ownRoom, fields{"waiting_room": "everyone"})
	pmi, passcode := ada.room()
	ada.startNow(true)
	waiting := dan.ask(pmi, passcode)
	dans := dan.seat(waiting, "waiting_room")
	for range 2 { // it is lost twice
		lost := listen(t, waiting)
		if deployment.drop == nil {
			testkit.Must(t, lost.socket.CloseNow())
		} else {
			deployment.drop()
		}
		lost.ended()
		waiting = dan.poll(pmi, dans)
		dan.seat(waiting, "waiting_room")
	}
	again := listen(t, waiting)
	ada.decide(pmi, "admit", dans)
	again.hint()
	dan.seat(dan.poll(pmi, dans), "admitted")
}

// A forged ticket, and none, open nothing.
func TestHintsNeedATicket(t *testing.T) {
	dan, ada := guest(t, "Dan"), signUp(t, "Ada")
	pmi, passcode := ada.room()
	offer := dan.ask(pmi, passcode)
	url, ticket := offer.Text(t, "hints.url"), offer.Text(t, "hints.ticket")
	for query, want := range map[string]int{"": 401, "?ticket=" + "A" + ticket: 403, "?ticket=" + ticket[:len(ticket)-4]: 403} {
		_, answer, err := websocket.Dial(t.Context(), url+query, nil)
		if err == nil || answer == nil || answer.StatusCode != want {
			t.Errorf("%q: %v, %v, want the status %d", query, answer, err, want)
		}
	}
}
