package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/mailbox"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/interop"
)

// A receivedMail is a mail as Python's email and icalendar read it.
type receivedMail struct {
	To, From, ReplyTo, Subject, Text, Method, UID, Status string

	Parts, Attendees []string
	Entries          int // equal copies of the calendar entry
}

// awaitMails waits until n mails to people of the test were sent, and returns them.
func awaitMails(t *testing.T, domain string, n int) (all []receivedMail) {
	t.Helper()
	folder := interop.Icalendar.Need(t)
	var raw [][]byte
	for limit := time.Now().Add(timeLimit); len(raw) < n; <-time.After(50 * time.Millisecond) {
		raw = nil
		sent, err := deployment.mails()
		testkit.Must(t, err)
		for _, m := range sent {
			if strings.HasSuffix(m.To, domain) {
				raw = append(raw, m.Raw)
			}
		}
		if time.Now().After(limit) {
			t.Fatalf("%d mails were sent, want %d", len(raw), n)
		}
	}
	reader := exec.CommandContext(t.Context(), filepath.Join(folder, "bin", "python"), filepath.Join("testdata", "read_mails.py"))
	reader.Stdin = bytes.NewReader(must(json.Marshal(raw)))
	read, err := reader.Output()
	testkit.Must(t, err)
	testkit.Must(t, json.Unmarshal(read, &all))
	return all
}

// emulatorMails returns the mails that the SES of ministack was asked to send. shared/dev/sam/deploy/emulator.py has it
// show the whole mails.
func emulatorMails() (all []mailbox.Mail, err error) {
	response, err := http.Get(os.Getenv("AWS_ENDPOINT_URL") + "/_ministack/ses/messages")
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var found struct {
		Messages map[string][]struct {
			To  []string
			Raw []byte `json:"BodyHtml"`
		}
	}
	err = json.NewDecoder(response.Body).Decode(&found)
	for _, ofAccount := range found.Messages {
		for _, m := range ofAccount {
			all = append(all, mailbox.Mail{To: strings.Join(m.To, " "), Raw: m.Raw})
		}
	}
	return all, err
}

// Invited people get the invitation, its changes and its cancellation by mail: each once, also if sending fails in
// between, and nobody learns who else is invited.
func TestInvitationsAreMailed(t *testing.T) {
	needs(t, mails)
	ada, domain := signUp(t, "Ada"), "@"+unique("guests")+".example.com"
	grace, ken, lin := "grace"+domain, "ken"+domain, "lin"+domain
	if deployment.failMails != nil {
		deployment.failMails(ken, "TooManyRequestsException", 6) // more than one invocation tries
	}
	invite := func(topic string, to ...string) fields {
		people := []fields{}
		for _, email := range to {
			people = append(people, fields{"email": email})
		}
		return fields{"topic": topic, "settings": fields{"meeting_invitees": people}}
	}
	plan := invite("Tee für zwei", grace, ken)
	plan["type"], plan["start_time"], plan["duration"] = 2, "2031-05-05T10:00:00Z", 30
	made, id := ada.plan(plan)
	got := awaitMails(t, domain, 2)
	ada.edit("/v2/meetings/"+id, invite("Tea", grace, lin))
	got = append(got, awaitMails(t, domain, 5)[2:]...)
	ada.do("DELETE", "/v2/meetings/"+id, nil).Want(t, 204)
	got = append(got, awaitMails(t, domain, 7)[5:]...)

	var sent []string
	for _, m := range got {
		sent = append(sent, strings.Join([]string{m.Subject, m.Method, m.Status, m.To}, "|"))
		testkit.Equal(t, "attendees of "+m.To, strings.Join(m.Attendees, " "), "mailto:"+m.To)
		testkit.Equal(t, "parts", strings.Join(m.Parts, " "), "multipart/mixed multipart/alternative text/plain text/calendar application/ics")
		if m.UID != got[0].UID || m.Entries != 2 || m.From != "Personal Rooms <rooms@example.com>" || m.ReplyTo != ada.id+"@example.com" ||
			strings.Contains(m.Text, domain) {
			t.Errorf("%+v", m)
		}
		if passcode := made.Text(t, "password"); (m.Method == "CANCEL") == strings.Contains(m.Text, passcode) {
			t.Errorf("the passcode %s is for people who are invited: %s", passcode, m.Text)
		}
	}
	slices.Sort(sent)
	const first = "Invitation: Tee für zwei|REQUEST|CONFIRMED|"
	want := []string{first + grace, first + ken, "Updated: Tea|REQUEST|CONFIRMED|" + grace, "Invitation: Tea|REQUEST|CONFIRMED|" + lin,
		"Cancelled: Tee für zwei|CANCEL|CANCELLED|" + ken,
		"Cancelled: Tea|CANCEL|CANCELLED|" + grace, "Cancelled: Tea|CANCEL|CANCELLED|" + lin}
	slices.Sort(want)
	testkit.Equal(t, "mails", strings.Join(sent, "\n"), strings.Join(want, "\n"))
}
