// Package mail sends mails by Amazon SES.
package mail

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"personal-rooms/shared/event"
)

// ErrRejected is the error of a mail that SES refuses, and would refuse again.
var ErrRejected = errors.New("rejected")

// A Sender sends mails.
type Sender struct {
	client *sesv2.Client
	from   string
}

// New returns a sender. From is an address of a verified identity, with a name or without, as in MAIL_FROM.
func New(config aws.Config, from string) *Sender {
	return &Sender{client: sesv2.NewFromConfig(config), from: from}
}

// Send sends the mail to its recipient. It returns ErrRejected if SES refuses the message, its sender or its recipient.
// After another error, it may be sent again: the recipient may get it twice if the answer of SES was lost.
func (s *Sender) Send(ctx context.Context, m event.Mail) error {
	text, err := message(m, s.from)
	if err != nil {
		return fmt.Errorf("mail: %w: %w", ErrRejected, err)
	}
	_, err = s.client.SendEmail(ctx, &sesv2.SendEmailInput{
		Destination: &types.Destination{ToAddresses: []string{m.To}},
		Content:     &types.EmailContent{Raw: &types.RawMessage{Data: text}},
	})
	if isFinal(err) {
		err = fmt.Errorf("%w: %w", ErrRejected, err)
	}
	return err
}

// isFinal reports whether SES refused this mail. Its other errors may pass: too many mails in a second or a day,
// sending that is paused.
func isFinal(err error) bool {
	_, rejected := errors.AsType[*types.MessageRejected](err)
	_, invalid := errors.AsType[*types.BadRequestException](err)
	_, unverified := errors.AsType[*types.MailFromDomainNotVerifiedException](err)
	return rejected || invalid || unverified
}
