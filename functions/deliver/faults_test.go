package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"pgregory.net/rapid"
)

// A line is the queue as far as SQS promises: of each group the first message only, until it is done with; what failed comes again when it was
// put off to; what was delivered may come again all the same.
type line struct {
	scene  *scene
	groups map[string][]waiting
}

type waiting struct {
	message events.SQSMessage
	tries   int
	due     time.Time
}

func (l *line) put(group, body string) {
	m := deliveryOf(body)
	m.Attributes["MessageGroupId"] = group
	l.groups[group] = append(l.groups[group], waiting{message: m})
}

// next is the group whose first message is due first; none if all are done with.
func (l *line) next() (group string, found bool) {
	for name, all := range l.groups {
		if len(all) > 0 && (!found || all[0].due.Before(l.groups[group][0].due) || all[0].due.Equal(l.groups[group][0].due) && name < group) {
			group, found = name, true
		}
	}
	return group, found
}

// run delivers everything. A crash is that the function ends when it has delivered, and before it can say so.
func (l *line) run(crash func() bool) {
	for group, more := l.next(); more; group, more = l.next() {
		first := &l.groups[group][0]
		if ahead := first.due.Sub(l.scene.clock.Now()); ahead > 0 {
			l.scene.clock.Advance(ahead)
		}
		first.tries++
		m := again(first.message, first.tries)
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

// Whatever the receiver does, and however often the function crashes, nothing is lost, and each item's events come in order: when one comes
// that came before, it is the last of its item.
func TestNothingIsLostAndTheOrderOfEachItemIsKept(t *testing.T) {
	s := newScene(t)
	rapid.Check(t, func(rt *rapid.T) {
		s.came()
		faults := rapid.SliceOfN(rapid.IntRange(0, 7), 0, 25).Draw(rt, "faults")
		next := func() int { // a request whose connection is cut may be sent again while the first one is still answered
			s.mu.Lock()
			defer s.mu.Unlock()
			if len(faults) == 0 {
				return 7
			}
			fault := faults[0]
			faults = faults[1:]
			return fault
		}
		s.mu.Lock()
		s.answer = func(w http.ResponseWriter, _ *http.Request) {
			switch next() {
			case 0:
				w.WriteHeader(500)
			case 1:
				w.WriteHeader(503)
			case 2:
				panic(http.ErrAbortHandler)
			}
		}
		s.mu.Unlock()
		crashes := rapid.SliceOfN(rapid.Bool(), 0, 10).Draw(rt, "crashes")
		l := &line{scene: s, groups: map[string][]waiting{}}
		want := map[string][]string{}
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
		got := map[string][]string{}
		for body := range strings.FieldsSeq(s.came()) {
			group, _, _ := strings.Cut(body, "/")
			if last := got[group]; len(last) == 0 || last[len(last)-1] != body { // told again
				got[group] = append(last, body)
			}
		}
		for group := range want {
			if !slices.Equal(got[group], want[group]) {
				rt.Fatalf("%s heard %v, want %v", group, got[group], want[group])
			}
		}
		if e := s.endpoint(); !e.SuspendedAt.IsZero() {
			rt.Fatalf("suspended: %+v", e)
		}
	})
}
