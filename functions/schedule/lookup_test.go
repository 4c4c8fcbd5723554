package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// A number that is not the caller's gives the same bytes after the same reads and writes, whatever it is.
func TestI13LookupsInVainAreUniform(t *testing.T) {
	s := newScene(t)
	p, _ := s.setUp(meeting.Edit{})
	old := string(p.PMI)
	s.setUp(meeting.Edit{PMI: new(meeting.Number("5552123434")), Forwarding: new(true)})
	own, inRoom, cancelled := s.create(`{}`), s.create(`{"settings":{"use_pmi":true}}`), s.create(`{}`)
	s.ada.Do("DELETE", at(cancelled), nil).Want(t, 204)
	eve := s.As("eve")
	s.meter.TripWindow = testkit.TripWindow
	ask := func(method, number string) (answer, operations string) {
		s.meter.Reset()
		got := eve.Do(method, at(number), `{"topic":"Mine"}`)
		var made []string
		for _, c := range s.meter.Calls() {
			made = append(made, string(c.Operation))
		}
		slices.Sort(made)
		answer = strings.ReplaceAll(fmt.Sprint(got.Status, got.Header, got.Body), number, "NUMBER")
		return answer, fmt.Sprint(strings.Join(made, " "), " in ", s.meter.Trips())
	}
	numbers := []string{"83123456789", "5559998888", "5552123434", old, own, inRoom, cancelled}
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		first, _ := ask(method, numbers[0])
		for _, number := range numbers {
			answer, operations := ask(method, number)
			testkit.Equal(t, "the answer for "+number, answer, first)
			testkit.Equal(t, "the requests for "+number, operations, "GetItem GetItem GetItem GetItem GetItem UpdateItem in 4")
		}
	}
	s.meter.TripWindow = 0
	for range meeting.MaxLookups {
		eve.Do("GET", at("83123456789"), nil)
	}
	for _, number := range numbers {
		eve.Do("GET", at(number), nil).Refused(t, 429, 429, "too_many_guesses")
	}
	s.ada.Do("GET", at(own), nil).Want(t, 200)
}
