// Package mailbox stands in for Amazon SES: it keeps the mails that it is asked to send, and sends none. It serves the
// operation SendEmail of SES's API v2, with raw messages only, and checks neither senders nor recipients.
package mailbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"personal-rooms/shared/dev/run/console"
)

// Prefix begins the paths of SES's API.
const Prefix = "/v2/email/"

const (
	maxRequest = 1 << 20
	kept       = 100 // mails; a file is written over after as many
)

// A Mail is a mail that was sent.
type Mail struct {
	To  string // the recipient of the request
	Raw []byte // RFC 5322
}

// A Mailbox keeps the latest mails.
type Mailbox struct {
	folder string // of files for people; "": none
	log    io.Writer

	mu       sync.Mutex
	n        int // mails that were sent
	mails    []Mail
	failures map[string]failure // by recipient
}

type failure struct {
	code  string
	times int
}

// New makes a mailbox, which also writes each mail into the folder, if one is named, and a line into the log.
func New(folder string, log io.Writer) *Mailbox {
	return &Mailbox{folder: folder, log: log, failures: map[string]failure{}}
}

// Mails returns the latest mails in the order in which they were sent.
func (b *Mailbox) Mails() []Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.mails)
}

// Fail refuses the next mails to the recipient with an error code of SES.
func (b *Mailbox) Fail(to, code string, times int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures[to] = failure{code, times}
}

func (b *Mailbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, code, err := b.send(http.MaxBytesReader(w, r.Body, maxRequest), r.Method+" "+r.URL.Path)
	w.Header().Set("Content-Type", "application/json")
	answer := map[string]string{"MessageId": id}
	if err != nil {
		w.Header().Set("X-Amzn-Errortype", code)
		w.WriteHeader(http.StatusBadRequest)
		answer = map[string]string{"message": err.Error()}
	}
	_ = json.NewEncoder(w).Encode(answer) // fails only if the client is gone
}

// send keeps the mail of a request. With an error it returns its code.
func (b *Mailbox) send(body io.Reader, operation string) (id, code string, err error) {
	var asked struct {
		Destination struct{ ToAddresses []string }
		Content     struct{ Raw struct{ Data []byte } }
	}
	if operation != "POST "+Prefix+"outbound-emails" {
		return "", "BadRequestException", fmt.Errorf("%s is not emulated", operation)
	}
	if err := json.NewDecoder(body).Decode(&asked); err != nil {
		return "", "BadRequestException", err
	}
	raw := asked.Content.Raw.Data
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return "", "BadRequestException", err
	}
	if n := len(asked.Destination.ToAddresses); n != 1 {
		return "", "BadRequestException", fmt.Errorf("a mail has one recipient, and this has %d", n)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	to := asked.Destination.ToAddresses[0]
	if f := b.failures[to]; f.times > 0 {
		b.failures[to] = failure{f.code, f.times - 1}
		return "", f.code, errors.New("as a test wants it")
	}
	b.mails = append(b.mails, Mail{to, raw})
	b.mails = b.mails[max(0, len(b.mails)-kept):]
	b.n++
	return fmt.Sprint(b.n), "InternalServiceErrorException", b.show(m, raw)
}

// show logs the subject, the recipient, and the file of the mail.
//
//	10:49:48  mail      Invitation: Tea  to grace@example.com  /home/ada/.cache/personal-rooms/data/mails/1.eml
func (b *Mailbox) show(m *mail.Message, raw []byte) (err error) {
	file := ""
	if b.folder != "" {
		file = filepath.Join(b.folder, fmt.Sprintf("%d.eml", b.n%kept))
		err = errors.Join(os.MkdirAll(b.folder, 0o700), os.WriteFile(file, raw, 0o600))
	}
	subject, _ := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	console.Of(b.log).Line(time.Now(), console.Plain, "mail", subject, "to "+strings.Trim(m.Header.Get("To"), "<>"), file)
	return err
}
