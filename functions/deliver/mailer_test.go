package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/awstest"
	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/event"
	"personal-rooms/shared/mail"
	"personal-rooms/shared/publish/queue"
)

// mailing gives the scene a mailer with a stand-in for SES, and puts a mail to each recipient into the queue.
func (s *scene) mailing(to ...string) *awstest.Cloud {
	s.t.Helper()
	cloud := awstest.Start(s.t)
	config := cloud.Config()
	s.d.mails = queue.New(config, "MailsQueue")
	s.d.mailer = mailer{sender: mail.New(config, "rooms@example.com"), deadLetters: queue.New(config, "MailsDLQ"), log: s.d.log}
	for _, one := range to {
		m := event.Mail{Account: "acme", EventID: "E-1", To: one, Subject: "Invitation: Tea", Text: "Tea"}
		testkit.Must(s.t, s.d.mails.Put(s.t.Context(), queue.Message{Body: m, Group: one, ID: one}))
	}
	return cloud
}

// receive gives the visible messages of MailsQueue to the function, each alone as Lambda does, and deletes those that
// succeed. It returns the recipients of the others.
func (s *scene) receive(cloud *awstest.Cloud) string {
	s.t.Helper()
	messages, err := cloud.Queues.Receive(s.t.Context(), "MailsQueue", 100, 0)
	testkit.Must(s.t, err)
	var failed []string
	for _, m := range messages {
		received := message(m.ID, nil)
		received.Body, received.ReceiptHandle, received.Attributes = m.Body, m.Receipt, m.Attributes()
		received.EventSourceARN = "arn:aws:sqs:eu-central-1:000000000000:MailsQueue"
		if s.handle(received) == "" {
			testkit.Must(s.t, cloud.Queues.Delete("MailsQueue", m.Receipt))
		} else {
			failed = append(failed, m.Group)
		}
	}
	return strings.Join(failed, " ")
}

// sentTo returns the recipients of all mails that were sent.
func sentTo(cloud *awstest.Cloud) string {
	var to []string
	for _, m := range cloud.Mails.Mails() {
		to = append(to, m.To)
	}
	return strings.Join(to, " ")
}

// A mail that SES cannot take now is tried again after a back-off, and is the only one. One that it rejects goes to the
// dead-letter queue, from where it can be redriven.
func TestAFailureDelaysOneMailOnly(t *testing.T) {
	s := newScene(t)
	cloud := s.mailing("a@example.com", "b@example.com", "c@example.com", "d@example.com")
	cloud.Mails.Fail("b@example.com", "TooManyRequestsException", 3) // the attempts of the SDK
	cloud.Mails.Fail("c@example.com", "MessageRejected", 1)
	testkit.Equal(t, "failed", s.receive(cloud), "b@example.com")
	testkit.Equal(t, "sent", sentTo(cloud), "a@example.com d@example.com")
	left := cloud.Sent(t, "MailsQueue")
	if wait := time.Until(left[0].VisibleAt); len(left) != 1 || wait < 0 || wait > 2*firstWait {
		t.Errorf("%+v is tried again in %s", left, wait)
	}
	testkit.Must(t, cloud.Queues.Hide("MailsQueue", left[0].Receipt, 0))
	testkit.Equal(t, "failed again", s.receive(cloud), "")
	testkit.Equal(t, "sent", sentTo(cloud), "a@example.com d@example.com b@example.com")

	dead := cloud.Sent(t, "MailsDLQ")
	if len(dead) != 1 || dead[0].Group != "c@example.com" || !strings.Contains(s.log.String(), "level=ERROR") {
		t.Fatalf("dead letters %+v, log %s", dead, s.log)
	}
	_, err := cloud.Queues.Send("MailsQueue", dead[0].Send) // as a redrive does, later
	testkit.Must(t, err)
	if strings.Contains(s.log.String(), "Tea") {
		t.Errorf("the log has what is in a mail: %s", s.log)
	}
}

func TestMailsAreDroppedWithoutASender(t *testing.T) {
	s := newScene(t)
	cloud := s.mailing("a@example.com")
	s.d.mailer.sender = nil
	testkit.Equal(t, "failed", s.receive(cloud), "")
	if sent := sentTo(cloud); sent != "" || !strings.Contains(s.log.String(), "a mail is dropped") {
		t.Errorf("sent to %q, log %s", sent, s.log)
	}
}

// Who has no device that rings can get a mail: as often as a device would ring, and while the address is theirs.
func TestAMailSaysWhoWaits(t *testing.T) {
	h := newHouse(t)
	cloud := h.mailing()
	h.d.mailer.publicURL = "https://meet.example.com"
	h.d.rings.mailer = h.d.mailer
	to := func(email string) {
		h.edit("bob", func(d *doorbell.Device) { d.Subscription = doorbell.Subscription{Endpoint: "mailto:" + email} })
	}
	to("bob@example.com")
	a, charles := h.guest("Charles")
	cloud.Mails.Fail("bob@example.com", "TooManyRequestsException", 3) // the attempts of the SDK
	h.rings("the device", "ada-phone Charles 1", charles)
	testkit.Equal(t, "mails", len(cloud.Mails.Mails()), 0)
	again := ringMessage("again", json.RawMessage(h.sent[0].MessageBody))
	to("old@example.com")
	h.rings("not bob's any more", "", again)
	testkit.Equal(t, "mails", len(cloud.Mails.Mails()), 0)
	to("bob@example.com")
	h.rings("no device again", "", again)
	all := cloud.Mails.Mails()
	if len(all) != 1 || all[0].To != "bob@example.com" {
		t.Fatalf("%+v", all)
	}
	for _, part := range []string{"Subject: Charles is waiting: " + h.room.Topic, "https://meet.example.com/host/" + string(h.room.Number) + "#" + string(a.Seat.ID)} {
		if !strings.Contains(strings.ReplaceAll(string(all[0].Raw), "=\r\n", ""), part) {
			t.Errorf("no %q in\n%s", part, all[0].Raw)
		}
	}
	h.clock.Advance(time.Minute)
	cloud.Mails.Fail("bob@example.com", "MessageRejected", 1)
	_, mary := h.guest("Mary")
	h.rings("rejected", "ada-phone Mary 2", mary)
	testkit.Equal(t, "tried again", len(h.sent), 1)
	to("old@example.com")
	h.clock.Advance(time.Minute)
	_, sue := h.guest("Sue")
	h.rings("not bob's any more", "ada-phone Sue 2", sue)
	testkit.Equal(t, "mails", len(cloud.Mails.Mails()), 1)
}

// A mail program makes no link of a name.
func TestNamesInMails(t *testing.T) {
	for name, want := range map[string]string{
		"Charles": "Charles", "Dr. Ada L.": "Dr. Ada L.", "Ana…": "Ana…", "Sign in: evil": "Somebody", "evil.example": "Somebody",
		"see evil.example now": "Somebody", "http://evil": "Somebody", "me@evil": "Somebody", "evil/x": "Somebody",
	} {
		testkit.Equal(t, name, inMail(name), want)
	}
}
