package mail

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"strings"

	"github.com/emersion/go-message/mail"

	"personal-rooms/shared/event"
)

// fileName is that of an attached calendar entry.
const fileName = "invite.ics"

// message returns the mail as it is sent (RFC 5322). A calendar entry is in it twice: as an alternative to the text
// with its method, for which mail programs show buttons (RFC 6047), and as a file for programs that show none. SES adds
// the date and the id of the message.
func message(m event.Mail, from string) ([]byte, error) {
	header, err := headerOf(m, from)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w, err := mail.CreateWriter(&b, header)
	if err != nil {
		return nil, err
	}
	err = errors.Join(writeText(w, m), attach(w, m), w.Close())
	return b.Bytes(), err
}

func headerOf(m event.Mail, from string) (h mail.Header, err error) {
	h.Set("Auto-Submitted", "auto-generated") // so that no program answers (RFC 3834)
	h.AddRaw([]byte("Subject: " + folded(m.Subject)))
	for _, field := range [][2]string{{"Reply-To", m.ReplyTo}, {"To", m.To}, {"From", from}} {
		if field[1] == "" {
			continue
		}
		address, wrong := mail.ParseAddress(field[1])
		if wrong != nil {
			return h, wrong
		}
		h.SetAddressList(field[0], []*mail.Address{address})
	}
	return h, nil
}

// folded returns the value of a field, with each encoded word of at most 75 characters on a line of its own (RFC 2047,
// 2).
func folded(text string) string {
	encoded := mime.QEncoding.Encode("utf-8", strings.Join(strings.Fields(text), " "))
	return strings.ReplaceAll(encoded, "?= =?", "?=\r\n =?") + "\r\n"
}

func writeText(w *mail.Writer, m event.Mail) error {
	alternatives, err := w.CreateInline()
	if err != nil {
		return err
	}
	var text, entry mail.InlineHeader
	text.SetContentType("text/plain", map[string]string{"charset": "utf-8"})
	err = write(m.Text)(alternatives.CreatePart(text))
	if m.ICS != "" {
		entry.SetContentType("text/calendar", map[string]string{"charset": "utf-8", "method": m.Method})
		err = errors.Join(err, write(m.ICS)(alternatives.CreatePart(entry)))
	}
	return errors.Join(err, alternatives.Close())
}

func attach(w *mail.Writer, m event.Mail) error {
	if m.ICS == "" {
		return nil
	}
	var h mail.AttachmentHeader
	h.SetContentType("application/ics", map[string]string{"name": fileName})
	h.SetFilename(fileName)
	return write(m.ICS)(w.CreateAttachment(h))
}

// write writes the content of a part that was created.
func write(content string) func(io.WriteCloser, error) error {
	return func(part io.WriteCloser, err error) error {
		if err != nil {
			return err
		}
		_, err = io.WriteString(part, content)
		return errors.Join(err, part.Close())
	}
}
