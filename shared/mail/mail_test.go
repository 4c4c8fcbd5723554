package mail_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/http/httptest"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	gomail "github.com/emersion/go-message/mail"

	"personal-rooms/shared/dev/aws/mailbox"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/event"
	"personal-rooms/shared/mail"
)

const (
	from  = "Die Räume <rooms@example.com>"
	entry = "BEGIN:VCALENDAR\r\nSUMMARY:Tee für zwei\r\nEND:VCALENDAR\r\n"
)

// start returns a sender to a stand-in for SES that writes mails into the folder, and lines into the log.
func start(t *testing.T, folder string, log io.Writer) (*mail.Sender, *mailbox.Mailbox) {
	t.Helper()
	box := mailbox.New(folder, log)
	server := httptest.NewServer(box)
	t.Cleanup(server.Close)
	return mail.New(aws.Config{Region: "eu-central-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1, HTTPClient: http.DefaultClient,
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}, from), box
}

// send returns the mail as it arrives. None of its lines is longer than a name and an encoded word.
func send(t *testing.T, m event.Mail) []byte {
	t.Helper()
	sender, box := start(t, "", nil)
	testkit.Must(t, sender.Send(t.Context(), m))
	sent := box.Mails()[0]
	testkit.Equal(t, "recipient", sent.To, m.To)
	for line := range bytes.SplitSeq(sent.Raw, []byte("\r\n")) {
		if len(line) > len("Subject: ")+75 || bytes.ContainsAny(line, "\r\n") {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
	return sent.Raw
}

func TestMailWithACalendarEntry(t *testing.T) {
	m := event.Mail{To: "grace@example.com", ReplyTo: "ada@example.com", Subject: "Invitation: Tee für zwei",
		Text: "Ada lädt ein.\r\n.\r\nFrom here\r\n", Method: "REQUEST", ICS: entry}
	sent := send(t, m)
	whole, err := netmail.ReadMessage(bytes.NewReader(sent))
	testkit.Must(t, err)
	for name, want := range map[string]string{"Subject": m.Subject, "To": "<grace@example.com>", "Reply-To": "<ada@example.com>",
		"From": from, "Auto-Submitted": "auto-generated", "Cc": "", "Bcc": "", "Mime-Version": "1.0"} {
		text, err := new(mime.WordDecoder).DecodeHeader(whole.Header.Get(name))
		testkit.Must(t, err)
		testkit.Equal(t, name, text, want)
	}
	testkit.Equal(t, "parts", parts(t, sent), "text/plain; charset=utf-8: "+m.Text+"\n"+
		"text/calendar; charset=utf-8; method=REQUEST: "+entry+"\napplication/ics; name=invite.ics: "+entry+"\n")
	m.ICS = ""
	testkit.Equal(t, "without an entry", parts(t, send(t, m)), "text/plain; charset=utf-8: "+m.Text+"\n")
}

// parts returns the types and the contents of the parts.
func parts(t *testing.T, sent []byte) (all string) {
	t.Helper()
	reader, err := gomail.CreateReader(bytes.NewReader(sent))
	testkit.Must(t, err)
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return all
		}
		testkit.Must(t, err)
		text, err := io.ReadAll(part.Body)
		testkit.Must(t, err)
		all += part.Header.Get("Content-Type") + ": " + string(text) + "\n"
	}
}

// What people wrote adds no field and no recipient, whatever it holds.
func TestNothingIsAddedToTheHeader(t *testing.T) {
	for _, evil := range []string{"Tea\r\nBcc: eve@example.com", "Tea\nBcc: eve@example.com\n\nbody", "Tea\rBcc: eve@example.com",
		"Tee \u2028Bcc: eve@example.com", strings.Repeat("ü", 200) + "\r\nBcc: eve@example.com", "\x00Bcc: eve@example.com"} {
		sent := send(t, event.Mail{To: "grace@example.com", Subject: evil, Text: evil, Method: "REQUEST", ICS: evil})
		whole, err := netmail.ReadMessage(bytes.NewReader(sent))
		testkit.Must(t, err)
		names := slices.Sorted(maps.Keys(whole.Header))
		testkit.Equal(t, evil, strings.Join(names, " "), "Auto-Submitted Content-Type From Mime-Version Subject To")
	}
	sender, box := start(t, "", nil)
	for _, evil := range []string{"grace@example.com\r\nBcc: eve@example.com", "grace@example.com\nX: y"} {
		for _, m := range []event.Mail{{To: evil, Subject: "Tea"}, {To: "grace@example.com", ReplyTo: evil, Subject: "Tea"}} {
			if err := sender.Send(t.Context(), m); !errors.Is(err, mail.ErrRejected) || len(box.Mails()) > 0 {
				t.Errorf("%+v: %v, sent %q", m, err, box.Mails())
			}
		}
	}
}

func TestSomeErrorsAreFinal(t *testing.T) {
	for code, final := range map[string]bool{"MessageRejected": true, "BadRequestException": true,
		"MailFromDomainNotVerifiedException": true, "TooManyRequestsException": false, "LimitExceededException": false,
		"SendingPausedException": false, "AccountSuspendedException": false, "InternalServiceErrorException": false} {
		sender, box := start(t, "", nil)
		box.Fail("grace@example.com", code, 1)
		m := event.Mail{To: "grace@example.com", Subject: "Tea", Text: "Tea"}
		if err := sender.Send(t.Context(), m); err == nil || errors.Is(err, mail.ErrRejected) != final {
			t.Errorf("%s: %v, want final: %v", code, err, final)
		}
	}
}

// `make run` shows each mail and keeps it as a file.
func TestTheStandInShowsMails(t *testing.T) {
	var log bytes.Buffer
	folder := filepath.Join(t.TempDir(), "mails")
	sender, box := start(t, folder, &log)
	testkit.Must(t, sender.Send(t.Context(), event.Mail{To: "grace@example.com", Subject: "Invitation: Tée", Text: "Tea"}))
	file := filepath.Join(folder, "1.eml")
	if line := log.String(); !strings.Contains(line, "mail      Invitation: Tée  to grace@example.com  "+file) {
		t.Error(line)
	}
	text, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(text, box.Mails()[0].Raw) {
		t.Errorf("%q, %v", text, err)
	}
}
