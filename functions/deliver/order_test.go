package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"pgregory.net/rapid"
)

// fifo is a queue with the promises of SQS: it delivers the first message of each group only, delivers a failed message
// again when it was put off to, and may deliver a message again that did not fail.
type fifo struct {
	scene  *scene
	groups map[string][]waiting
}

type waiting struct {
	message events.SQSMessage
	tries   int
	due     time.Time
}

func (l *fifo) put(group, body string) {
	m := deliveryOf(body)
	m.Attributes["MessageGroupId"] = group
	l.groups[group] = append(l.groups[group], waiting{message: m})
}

// next returns the group whose first message is due first; false if the queue is empty.
func (l *fifo) next() (group string, found bool) {
	for name, all := range l.groups {
		if len(all) > 0 && (!found || all[0].due.Before(l.groups[group][0].due) || all[0].due.Equal(l.groups[group][0].due) && name < group) {
			group, found = name, true
		}
	}
	return group, found
}

// run delivers everything. In a crash the function has delivered, and ends before it can answer.
func (l *fifo) run(crash func() bool) {
	for group, more := l.next(); more; group, more = l.next() {
		first := &l.groups[group][0]
		if ahead := first.due.Sub(l.scene.clock.Now()); ahead > 0 {
			l.scene.clock.Advance(ahead)
		}
		first.tries++
		m := atAttempt(first.message, first.tries)
		failed := l.scene.handle(m) != ""
		switch {
		case crash():
			first.due = l.scene.clock.Now().Add(2 * time.Minute)
		case failed:
			first.due = l.scene.clock.Now().Add(l.scene.wait(m))
		default:
			l.groups[group] = l.groups[group][1:]
		}
	}
}

// Whatever the receiver and the function do, no event is lost, and the events of each item arrive in order. An event
// may arrive again, if no later one of its item has arrived.
func TestNoEventIsLostAndTheOrderIsKept(t *testing.T) {
	s := newScene(t)
	rapid.Check(t, func(rt *rapid.T) {
		s.received()
		var mu sync.Mutex // a request whose connection is cut may be sent again while the first one is still answered
		faults := rapid.SliceOfN(rapid.IntRange(0, 7), 0, 25).Draw(rt, "faults")
		answer := func(w http.ResponseWriter, _ *http.Request) {
			mu.Lock()
			fault := 7 // none
			if len(faults) > 0 {
				fault, faults = faults[0], faults[1:]
			}
			mu.Unlock()
			switch fault {
			case 0:
				w.WriteHeader(500)
			case 1:
				w.WriteHeader(503)
			case 2:
				cut(w, nil)
			}
		}
		s.mu.Lock()
		s.answer = answer
		s.mu.Unlock()
		crashes := rapid.SliceOfN(rapid.Bool(), 0, 10).Draw(rt, "crashes")
		l := &fifo{scene: s, groups: map[string][]waiting{}}
		want, got := map[string][]string{}, map[string][]string{}
		for n := range rapid.IntRange(1, 12).Draw(rt, "events") {
			group := rapid.SampledFrom([]string{"room", "sam", "sue"}).Draw(rt, "item")
			body := fmt.Sprintf("%s/%02d", group, n)
			l.put(group, body)
			want[group] = append(want[group], body)
		}
		l.run(func() (now bool) {
			if len(crashes) > 0 {
				now, crashes = crashes[0], crashes[1:]
			}
			return now
		})
		for body := range strings.FieldsSeq(s.received()) {
			group, _, _ := strings.Cut(body, "/")
			got[group] = append(got[group], body)
		}
		for group := range want {
			if once := slices.Compact(got[group]); !slices.Equal(once, want[group]) {
				rt.Fatalf("%s received %v, want %v", group, once, want[group])
			}
		}
		if e := s.endpoint(); !e.SuspendedAt.IsZero() {
			rt.Fatalf("suspended: %+v", e)
		}
	})
}
