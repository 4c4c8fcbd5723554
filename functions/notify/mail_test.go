package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

// mailed returns the mails that were put into the queue since the first n: subject, method, recipient.
func (s *scene) mailed(n int) (all []string) {
	s.t.Helper()
	for _, m := range bodies[event.Mail](s, "MailsQueue")[n:] {
		all = append(all, fmt.Sprint(m.Subject, " ", m.Method, " ", m.To))
	}
	return all
}

// Each case is a change of a meeting to which Grace and Ken are invited.
func TestMailsToInvitees(t *testing.T) {
	people := func(all ...string) *[]string { return &all }
	for name, c := range map[string]struct {
		edit   meeting.Plan
		cancel bool
		want   []string
	}{
		"nothing of the entry": {edit: meeting.Plan{Topic: new("Tea")}},
		"the topic": {edit: meeting.Plan{Topic: new("Cake\r\nBcc: eve@example.com")}, want: []string{
			"Updated: Cake\r\nBcc: eve@example.com REQUEST grace@example.com", "Updated: Cake\r\nBcc: eve@example.com REQUEST ken@example.com"}},
		"one more person": {edit: meeting.Plan{Invitees: people("grace@example.com", "ken@example.com", "lin@example.com")},
			want: []string{"Invitation: Tea REQUEST lin@example.com"}},
		"one person less": {edit: meeting.Plan{Invitees: people("grace@example.com")}, want: []string{"Cancelled: Tea CANCEL ken@example.com"}},
		"the topic and another person": {edit: meeting.Plan{Topic: new("Cake"), Invitees: people("grace@example.com", "lin@example.com")},
			want: []string{"Cancelled: Tea CANCEL ken@example.com", "Updated: Cake REQUEST grace@example.com",
				"Invitation: Cake REQUEST lin@example.com"}},
		"cancelled": {cancel: true, want: []string{"Cancelled: Tea CANCEL grace@example.com", "Cancelled: Tea CANCEL ken@example.com"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.sendsMail = true
			schedule, ada := meeting.NewSchedule(s.table, s.env), testkit.Caller("ada")
			made, err := schedule.Create(t.Context(), ada, "me", meeting.Plan{Topic: new("Tea"), Invitees: people("grace@example.com", "ken@example.com"),
				Start: &meeting.ClientTime{Time: s.clock.Now().Add(24 * time.Hour)}})
			testkit.Must(t, err)
			s.publishAll()
			testkit.Equal(t, "invited", strings.Join(s.mailed(0), "; "),
				"Invitation: Tea REQUEST grace@example.com; Invitation: Tea REQUEST ken@example.com")
			if c.cancel {
				_, err = schedule.Cancel(t.Context(), ada, string(made.Meeting.ID))
			} else {
				_, err = schedule.Change(t.Context(), ada, string(made.Meeting.ID), c.edit)
			}
			testkit.Must(t, err)
			s.publishAll()
			testkit.Equal(t, "then", strings.Join(s.mailed(2), "; "), strings.Join(c.want, "; "))
		})
	}
}

// A stream record that is delivered again because a later part of it failed puts no second mail into the queue. Without
// MAIL_FROM there is none.
func TestMailsAreQueuedOnce(t *testing.T) {
	for _, on := range []bool{true, false} {
		s := newScene(t)
		s.sendsMail = on
		many := make([]string, 25)
		for i := range many {
			many[i] = fmt.Sprintf("guest%d@example.com", i)
		}
		_, err := meeting.NewSchedule(s.table, s.env).Create(t.Context(), testkit.Caller("ada"), "me", meeting.Plan{
			Start: &meeting.ClientTime{Time: s.clock.Now().Add(24 * time.Hour)}, Invitees: &many})
		testkit.Must(t, err)
		calls := 0
		s.intercept = func(r *http.Request) (int, string) { // SQS fails after the first ten mails, as often as it is tried
			if !strings.HasPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS") {
				return 0, ""
			}
			if calls++; calls == 1 {
				return 0, ""
			}
			return http.StatusServiceUnavailable, "{}"
		}
		records := s.stream.Records()
		testkit.Equal(t, "failed", s.publish(t.Context(), records) != "", on)
		s.intercept = nil
		testkit.Equal(t, "failed again", s.publish(t.Context(), records), "")
		want := map[bool]int{true: len(many)}[on]
		mails := bodies[event.Mail](s, "MailsQueue")
		testkit.Equal(t, "mails", len(mails), want)
		for _, m := range mails {
			text, _ := json.Marshal(m)
			// Others' addresses are in no part of the mail, and the one of the recipient is where the entry wants it.
			testkit.Equal(t, m.To+" has addresses of guests", strings.Count(string(text), "guest"), strings.Count(string(text), m.To))
			testkit.Equal(t, m.To+" in the entry", strings.Count(m.ICS, "mailto:\r\n "+m.To+"\r\n"), 1)
		}
	}
}
