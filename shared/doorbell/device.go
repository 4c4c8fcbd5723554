package doorbell

import (
	"cmp"
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

// Limits of what a user sets.
const (
	MaxDevices    = 10
	MaxDeviceName = 64 // characters
	MaxMutedRooms = 20
)

// A Device is a browser of a user, which shows a notification when somebody waits; or the user's e-mail address, which
// gets a mail.
type Device struct {
	User meeting.User
	ID   string // see [DeviceID]
	Name string // as the user calls it
	Subscription

	Muted      bool             // it never rings
	MutedRooms []meeting.Number // it does not ring for these
	QuietFrom  string           // "22:00": in the time zone of the user, from then on it does not ring
	QuietTo    string           // until then. Both are empty if there are no quiet hours
	CreatedAt  time.Time
	Version    int64 // of the item, for conditional writes; 0: not stored
}

// A Subscription is where a push service takes messages for one browser, and the keys that encrypt them (RFC 8291).
type Subscription struct {
	Endpoint string // the address is a capability: who knows it may send. "mailto:ada@example.com": a mail is sent instead
	P256dh   string // the public key of the browser, in base64url
	Auth     string // the secret of the browser, in base64url
}

// DeviceID returns the id of the device with the endpoint, so that one that subscribes again is the same device. Pages
// compute it too.
func DeviceID(endpoint string) string {
	sum := sha256.Sum256([]byte(endpoint))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// Exists reports whether the device is stored.
func (d Device) Exists() bool { return d.Version > 0 }

// mailTo begins the endpoint of a device that is an e-mail address.
const mailTo = "mailto:"

// Email returns the address that gets a mail; empty for a browser.
func (s Subscription) Email() string {
	if email, is := strings.CutPrefix(s.Endpoint, mailTo); is {
		return email
	}
	return ""
}

// Service returns the host of the push service; "email" for an e-mail address.
func (d Device) Service() string {
	if d.Email() != "" {
		return "email"
	}
	u, err := url.Parse(d.Endpoint)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// ParseEndpoint checks the address of a push service, as those of webhooks: it must be https on its usual port, and no
// private address. With private, it may be any. [Devices.Add] checks an e-mail address.
func ParseEndpoint(text string, private bool) error {
	if (Subscription{Endpoint: text}).Email() != "" {
		return nil
	}
	normal, err := account.ParseURL(text, private)
	if err != nil || private {
		return err
	}
	if u, err := url.Parse(normal); err != nil || u.Port() != "" { // the normal form leaves out the port of https
		return errors.New("names a port; push services have that of https, 443")
	}
	return nil
}

// ParseP256dh checks the public key of a browser: a point of P-256, not compressed.
func ParseP256dh(text string) error {
	key, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		_, err = ecdh.P256().NewPublicKey(key)
	}
	if err != nil {
		return errors.New("is not a public key of P-256 in base64url; give keys.p256dh of the browser's subscription")
	}
	return nil
}

// ParseAuth checks the secret of a browser: 16 bytes (RFC 8291, 3.2).
func ParseAuth(text string) error {
	secret, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(secret) != 16 {
		return errors.New("is not a secret of 16 bytes in base64url; give keys.auth of the browser's subscription")
	}
	return nil
}

// clock is how quiet hours are written.
const clock = "15:04"

// ParseClock checks a time of the day, "22:00". Empty is none.
func ParseClock(text string) error {
	if text == "" {
		return nil
	}
	if t, err := time.Parse(clock, text); err != nil || t.Format(clock) != text {
		return errors.New("must be a time from 00:00 to 23:59, or empty")
	}
	return nil
}

// A DeviceEdit is the changes of a device. A nil field stays as it is.
type DeviceEdit struct {
	Name       *string
	Muted      *bool
	MutedRooms *[]meeting.Number
	QuietFrom  *string
	QuietTo    *string
}

// applyTo returns the device after the edit, or [meeting.Invalid] if it would have half of its quiet hours.
func (e DeviceEdit) applyTo(d Device) (Device, error) {
	d.Name = *cmp.Or(e.Name, &d.Name)
	d.Muted = *cmp.Or(e.Muted, &d.Muted)
	d.MutedRooms = *cmp.Or(e.MutedRooms, &d.MutedRooms)
	d.QuietFrom = *cmp.Or(e.QuietFrom, &d.QuietFrom)
	d.QuietTo = *cmp.Or(e.QuietTo, &d.QuietTo)
	if (d.QuietFrom == "") != (d.QuietTo == "") {
		return d, meeting.RefuseField("quiet_to", "is needed, as the other time is given; leave both empty for no quiet hours")
	}
	return d, nil
}

// rings reports whether the device rings for the room at the wall-clock time of its user, such as "08:15". Quiet hours
// may pass midnight.
func (d Device) rings(room meeting.Number, at string) bool {
	quiet := d.QuietFrom <= at && at < d.QuietTo
	if d.QuietTo < d.QuietFrom {
		quiet = at >= d.QuietFrom || at < d.QuietTo
	}
	return !d.Muted && !quiet && !slices.Contains(d.MutedRooms, room)
}
