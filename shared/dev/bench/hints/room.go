//go:build unix

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"strings"
	"time"

	smithytime "github.com/aws/smithy-go/time"
	"github.com/coder/websocket"

	"personal-rooms/shared/dev/runner"
)

// The times of our own clients: see shared/web/assets.
const (
	spread      = 150 * time.Millisecond // after a hint
	consolePoll = 3 * time.Second        // without hints
)

// A server is a running bundle.
type server interface {
	URL() string
	Token(user string, o runner.TokenOptions) (string, error)
}

// A room is live, and has a waiting room for everyone.
type room struct {
	server           server
	token            string // of its host
	number, passcode string
}

// An answer has what is read of the server's answers.
type answer struct {
	State      string
	Seat       struct{ ID, Secret string }
	RetryAfter int `json:"retry_after"`
	Hints      struct{ URL, Ticket string }

	Number       json.Number
	Passcode     string
	Participants []struct{ ID string }
}

func newRoom(ctx context.Context, s server) (r room, err error) {
	r = room{server: s}
	if r.token, err = s.Token(strings.ToLower(rand.Text()), runner.TokenOptions{}); err != nil {
		return r, err
	}
	const own = "/v2/users/me/personal_meeting_room"
	if _, err = r.call(ctx, r.token, "PATCH", own, map[string]any{"waiting_room": "everyone"}); err != nil {
		return r, err
	}
	made, err := r.call(ctx, r.token, "GET", own, nil)
	if err != nil {
		return r, err
	}
	r.number, r.passcode = made.Number.String(), made.Passcode
	_, err = r.call(ctx, r.token, "PUT", "/v2/meetings/"+r.number+"/status", map[string]any{"action": "start"})
	return r, err
}

func (r room) call(ctx context.Context, token, method, path string, body any) (a answer, err error) {
	var sent bytes.Buffer
	if err := json.NewEncoder(&sent).Encode(body); err != nil {
		return a, err
	}
	request, err := http.NewRequestWithContext(ctx, method, r.server.URL()+path, &sent)
	if err != nil {
		return a, err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return a, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || len(text) == 0 {
		return a, err
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return a, fmt.Errorf("%s %s: %s", method, path, text)
	}
	return a, json.Unmarshal(text, &a)
}

// join asks to come in, or asks again with the seat.
func (r room) join(ctx context.Context, seat *answer) (answer, error) {
	body := map[string]any{"display_name": "Sam", "passcode": r.passcode}
	if seat != nil {
		body = map[string]any{"seat": map[string]string{"id": seat.Seat.ID, "secret": seat.Seat.Secret}}
	}
	return r.call(ctx, "", "POST", "/v2/live_meetings/"+r.number+"/guests", body)
}

func (r room) admit(ctx context.Context, seat answer) error {
	_, err := r.call(ctx, r.token, "PUT", "/v2/live_meetings/"+r.number+"/participants/status",
		map[string]any{"action": "admit", "participant_ids": []string{seat.Seat.ID}})
	return err
}

// A hintSource is an open WebSocket. The client asks when it opens, and then at each hint.
type hintSource struct{ socket *websocket.Conn }

func listen(ctx context.Context, offer answer) (hintSource, error) {
	socket, _, err := websocket.Dial(ctx, offer.Hints.URL+"?ticket="+offer.Hints.Ticket, nil) //nolint:bodyclose // the package closes it
	return hintSource{socket}, err
}

// next waits for a hint, and a moment, as our clients do.
func (h hintSource) next(ctx context.Context) error {
	_, _, err := h.socket.Read(ctx)
	return errors.Join(err, smithytime.SleepWithContext(ctx, some(spread)))
}

// some returns a part of the time, at random.
func some(of time.Duration) time.Duration { return mathrand.N(of) } //nolint:gosec // it spreads requests

func (h hintSource) close() { _ = h.socket.CloseNow() }

// admitWithHints returns how long it takes from the host's decision until the person knows.
func (r room) admitWithHints(ctx context.Context) (time.Duration, error) {
	seat, err := r.join(ctx, nil)
	if err != nil {
		return 0, err
	}
	hints, err := listen(ctx, seat)
	if err != nil {
		return 0, err
	}
	defer hints.close()
	if _, err = r.join(ctx, &seat); err != nil {
		return 0, err
	}
	began := time.Now()
	if err := r.admit(ctx, seat); err != nil {
		return 0, err
	}
	for known := seat; known.State != "admitted"; {
		if err := hints.next(ctx); err != nil {
			return 0, err
		}
		if known, err = r.join(ctx, &seat); err != nil {
			return 0, err
		}
	}
	return time.Since(began), nil
}

// admitByPolling is the same for a person who asks after retry_after. The host decides at some moment between.
func (r room) admitByPolling(ctx context.Context) (time.Duration, error) {
	seat, err := r.join(ctx, nil)
	if err != nil {
		return 0, err
	}
	known := make(chan error, 1)
	pause := func(a answer) time.Duration {
		return time.Duration(float64(a.RetryAfter)*0.9*float64(time.Second)) + some(time.Duration(a.RetryAfter)*time.Second/10)
	}
	go func() {
		for now, err := seat, error(nil); ; {
			if err = errors.Join(err, smithytime.SleepWithContext(ctx, pause(now))); err == nil {
				now, err = r.join(ctx, &seat)
			}
			if err != nil || now.State == "admitted" {
				known <- err
				return
			}
		}
	}()
	if err := smithytime.SleepWithContext(ctx, some(6*time.Second)); err != nil {
		return 0, err
	}
	began := time.Now()
	if err := r.admit(ctx, seat); err != nil {
		return 0, err
	}
	err = <-known
	return time.Since(began), err
}

// waitWithHints returns how long it takes from somebody's request until the console lists them.
func (r room) waitWithHints(ctx context.Context) (time.Duration, error) {
	live, err := r.call(ctx, r.token, "GET", "/v2/live_meetings/"+r.number, nil)
	if err != nil {
		return 0, err
	}
	hints, err := listen(ctx, live)
	if err != nil {
		return 0, err
	}
	defer hints.close()
	began := time.Now()
	seat, err := r.join(ctx, nil)
	for listed := false; err == nil && !listed; {
		if err = hints.next(ctx); err == nil {
			listed, err = r.lists(ctx, seat)
		}
	}
	return time.Since(began), err
}

// waitByPolling is the same for a console that asks every three seconds.
func (r room) waitByPolling(ctx context.Context) (time.Duration, error) {
	if err := smithytime.SleepWithContext(ctx, some(consolePoll)); err != nil {
		return 0, err
	}
	began := time.Now()
	seat, err := r.join(ctx, nil)
	until := some(consolePoll) // since the last request of the console
	for listed := false; err == nil && !listed; until = consolePoll {
		if err = smithytime.SleepWithContext(ctx, until); err == nil {
			listed, err = r.lists(ctx, seat)
		}
	}
	return time.Since(began), err
}

// lists reports whether the roster has the seat.
func (r room) lists(ctx context.Context, seat answer) (bool, error) {
	roster, err := r.call(ctx, r.token, "GET", "/v2/live_meetings/"+r.number+"/participants", nil)
	for _, p := range roster.Participants {
		if p.ID == seat.Seat.ID {
			return true, err
		}
	}
	return false, err
}
