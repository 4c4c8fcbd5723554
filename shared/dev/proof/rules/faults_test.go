package rules

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/meeting"
)

// A poll reads the room and the seat at once. Between the two the room opens, and a host admits.
func TestI8AnApprovalIsNotLostToAPollThatReadTheRoomBeforeItOpened(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play(`
		ada sets waiting_room to everyone
		sue joins -> waits for the host`)
	read := make(chan struct{})
	w.faults.Plan("GetItem ROOM", func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		defer close(read)
		return next.RoundTrip(r)
	})
	w.faults.Plan("GetItem SEAT", dynamoproxy.After(func() {
		<-read
		w.playInFault("ada starts the room; ada admits sue")
	}))
	w.play(`
		sue polls -> admitted
		who is in = sue`)
}

// An unlock is sent twice, and the second copy arrives after a later lock.
func TestI7AnUnlockThatIsSentTwiceDoesNotUndoALaterLock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play(`
		ada joins
		ada locks`)
	var again func()
	w.faults.Plan("UpdateItem ROOM", func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		w.must(err)
		send := func() (*http.Response, error) {
			one := r.Clone(context.WithoutCancel(r.Context()))
			one.Body = io.NopCloser(bytes.NewReader(body))
			return next.RoundTrip(one)
		}
		again = func() {
			answer, err := send()
			w.must(err)
			w.must(answer.Body.Close())
		}
		return send()
	})
	w.play(`
		ada unlocks
		ada locks`)
	again()
	w.play("sam joins -> refused locked")
}

// The owner's end is recorded, and then made. Meanwhile a host who leaves finds that somebody joined, and withdraws the
// record.
func TestI17AnEndWhoseRecordWasWithdrawnIsInThePast(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play(`
		ada joins
		wait 1m`)
	recorded, withdrawn, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	w.faults.Plan("UpdateItem ROOM", dynamoproxy.After(func() { // of the leave
		w.faults.Plan("UpdateItem ROOM", dynamoproxy.After(func() { close(recorded); <-withdrawn }))
		go func() {
			defer close(ended)
			w.playInFault("ada ends the room")
		}()
		<-recorded
		w.playInFault("sam joins -> admitted")
	}))
	w.play("ada leaves")
	close(withdrawn)
	<-ended
	w.play(`
		the room = idle
		the live meetings = none
		the past instances = the room 1m0s`)
}

// Contacts serve advisories only.
func TestI17AnEndDoesNotWaitForTheContacts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play("ada and bob join -> admitted")
	hang := func(_ http.RoundTripper, r *http.Request) (*http.Response, error) {
		if limit, limited := r.Context().Deadline(); !limited || time.Until(limit) > 5*time.Second {
			t.Errorf("the request may take until %v", limit)
			return nil, errors.ErrUnsupported
		}
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	w.faults.Plan("UpdateItem row", append(dynamoproxy.Times(2, dynamoproxy.Pass), hang)...)
	w.play(`
		ada ends the room
		the faults not met = 0
		the room = idle
		the contacts of ada = none`)
}

// Of the places at the client and at the room, which are taken at once, one cannot be taken.
func TestI13WhoCouldNotGuessKeepsNoPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range meeting.ClientGuesses + meeting.RoomGuesses {
		taken := make(chan struct{})
		w.faults.Plan("UpdateItem row", func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			<-taken
			return dynamoproxy.Fail("ValidationException")(next, r)
		}, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			defer close(taken)
			return next.RoundTrip(r)
		})
		w.playInFault("sam joins -> failed")
	}
	w.play(`
		the faults not met = 0
		sam joins -> waits for the host
		ada joins
		sam polls -> admitted`)
}
