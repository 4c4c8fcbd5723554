package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/event"
	"personal-rooms/shared/mail"
	"personal-rooms/shared/publish/queue"
)

// A mailer sends mails.
type mailer struct {
	sender      *mail.Sender // nil: no mail is sent
	deadLetters *queue.Queue
	publicURL   string
	log         *slog.Logger
}

// deliver sends the mail of the message. If it is rejected, the message goes to the dead-letter queue at once,
// unchanged.
func (m mailer) deliver(ctx context.Context, message events.SQSMessage, one event.Mail) error {
	log := m.log.With("event_id", one.EventID, "account", one.Account)
	if m.sender == nil {
		log.WarnContext(ctx, "a mail is dropped: MAIL_FROM is empty")
		return nil
	}
	err := m.sender.Send(ctx, one)
	switch {
	case errors.Is(err, mail.ErrRejected):
		log.ErrorContext(ctx, "a mail is rejected; it goes to the dead-letter queue", "message_id", message.MessageId, "cause", err)
		return m.deadLetters.Put(ctx, queue.Message{Body: json.RawMessage(message.Body),
			Group: message.Attributes["MessageGroupId"], ID: message.Attributes["MessageDeduplicationId"]})
	case err == nil:
		log.InfoContext(ctx, "a mail is sent")
	}
	return err
}

// ring sends a mail that says who waits. It returns a *[doorbell.Retry] if it may be sent later.
func (m mailer) ring(ctx context.Context, n doorbell.Notification) error {
	if m.sender == nil {
		return errors.New("MAIL_FROM is empty")
	}
	notice := n.Notice
	notice.Name = inMail(notice.Name)
	err := m.sender.Send(ctx, event.Mail{To: n.Device.Email(), Subject: notice.Text() + ": " + notice.Topic, Text: m.textOf(notice)})
	if err == nil || errors.Is(err, mail.ErrRejected) {
		return err
	}
	return &doorbell.Retry{Cause: err}
}

// inMail returns the name of somebody who waits, or another word for it if a mail program would make a link of it:
// anybody with the passcode chooses a name.
func inMail(name string) string {
	if strings.ContainsAny(name, "/@:") || link.MatchString(name) {
		return "Somebody"
	}
	return name
}

var link = regexp.MustCompile(`[^\s.]\.[^\s.]`)

func (m mailer) textOf(n doorbell.Notice) string {
	text := n.Text() + " in your waiting room.\n\nTopic: " + n.Topic + "\n"
	if m.publicURL != "" {
		text += fmt.Sprintf("\nOpen your host's controls to let them in:\n%s/host/%s#%s\n", m.publicURL, n.Address, n.Seat)
		text += fmt.Sprintf("\nYou switched these mails on. Switch them off under Doorbell:\n%s/me\n", m.publicURL)
	}
	return text
}
