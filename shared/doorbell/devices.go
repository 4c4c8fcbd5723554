package doorbell

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

// Devices are the use cases of users for their own devices. Each returns [Off] if the doorbell is off, and
// [meeting.NoUser] for the devices of somebody else.
type Devices struct {
	store DeviceStore
	env   meeting.Env
	key   secret.Func
	mails bool
}

// A DeviceStore also has the profiles of users.
type DeviceStore interface {
	Store
	ProfileStore
}

// NewDevices makes the use cases. Without a key the doorbell is off. With mails, it may also send mails.
func NewDevices(store DeviceStore, env meeting.Env, key secret.Func, mails bool) *Devices {
	return &Devices{store, env, key, mails}
}

// Mails reports whether the doorbell may send mails.
func (s *Devices) Mails() bool { return s.mails }

// tries bounds how often a write is made again after a concurrent change.
const tries = 4

// PublicKey returns the key with which browsers subscribe (RFC 8292, 3.2), in base64url.
func (s *Devices) PublicKey(ctx context.Context) (string, error) {
	if s.key == nil {
		return "", off()
	}
	text, err := s.key(ctx)
	if err != nil {
		return "", err
	}
	pair, err := VAPID(text)
	return pair.Public, err
}

func off() error {
	return meeting.Refuse(Off, "The doorbell is off here: the operator turns it on with the parameter Doorbell.")
}

// List returns the devices of the user, the oldest first.
func (s *Devices) List(ctx context.Context, c meeting.Caller, who string) ([]Device, error) {
	if err := s.authorize(ctx, c, who); err != nil {
		return nil, err
	}
	return s.store.Devices(ctx, c.User)
}

func (s *Devices) authorize(ctx context.Context, c meeting.Caller, who string) error {
	if _, err := s.PublicKey(ctx); err != nil {
		return err
	}
	if !c.Names(who) || c.App != "" { // a device of an app would outlive the app, and tell it who waits
		return meeting.Refuse(meeting.NoUser, "Only users themselves manage their devices.")
	}
	return meeting.CheckActive(ctx, s.store, c)
}

// Add stores the device of the subscription. One that is stored already gets the name and the keys. It returns
// [TooManyDevices] if the user has MaxDevices others.
func (s *Devices) Add(ctx context.Context, c meeting.Caller, who, name string, by Subscription) (Device, error) {
	if by.Email() != "" {
		if err := s.checkEmail(ctx, c, by.Email()); err != nil {
			return Device{}, err
		}
		by = Subscription{Endpoint: mailTo + c.Email}
	}
	id := DeviceID(by.Endpoint)
	for range tries {
		all, err := s.List(ctx, c, who)
		if err != nil {
			return Device{}, err
		}
		d := Device{User: c.User, ID: id, CreatedAt: s.env.Now()}
		if i := slices.IndexFunc(all, func(other Device) bool { return other.ID == id }); i >= 0 {
			d = all[i]
		} else if len(all) >= MaxDevices {
			return d, tooManyDevices()
		}
		d.Name, d.Subscription = name, by
		err = s.store.PutDevice(ctx, d)
		if err == nil && !d.Exists() {
			err = s.recheck(ctx, c, who, id)
		}
		if !errors.Is(err, meeting.ErrStale) {
			return d, err
		}
	}
	return Device{}, meeting.ErrContended
}

// checkEmail returns [meeting.Invalid] if the address is not the verified one of the caller and of their profile, or if
// no mails are sent: the doorbell sends nothing to the addresses of others.
func (s *Devices) checkEmail(ctx context.Context, c meeting.Caller, email string) error {
	p, err := s.store.Profile(ctx, c.User)
	switch {
	case err != nil:
		return err
	case !s.mails:
		return meeting.RefuseField("endpoint", "is an e-mail address, but mails are off here: the operator turns them on with the parameter MailFrom")
	case c.Email == "":
		return meeting.RefuseField("endpoint", "is an e-mail address, but your token has no verified one; give the endpoint of a browser")
	case meeting.FoldASCII(email) != c.Email:
		return meeting.RefuseField("endpoint", fmt.Sprintf("is not your own e-mail address; must be %q", mailTo+c.Email))
	case p.Exists() && p.Email != c.Email:
		return meeting.RefuseField("endpoint", "is the address of another user of your account; ask an admin, or give the endpoint of a browser")
	}
	return nil
}

func tooManyDevices() error {
	return meeting.Refuse(TooManyDevices, fmt.Sprintf("You have %d devices; remove one first.", MaxDevices))
}

// recheck deletes the new device, and returns why, if the user was deactivated or deleted since they were checked: then
// it may have come too late to be deleted with them; or if they have more than MaxDevices by now.
func (s *Devices) recheck(ctx context.Context, c meeting.Caller, who, id string) error {
	all, err := s.List(ctx, c, who)
	if err == nil && len(all) > MaxDevices {
		err = tooManyDevices()
	}
	if err == nil {
		return nil
	}
	return cmp.Or(s.store.DropDevice(ctx, c.User, id), err)
}

// Edit changes a device, or returns [NoDevice].
func (s *Devices) Edit(ctx context.Context, c meeting.Caller, who, id string, e DeviceEdit) error {
	for range tries {
		d, err := s.get(ctx, c, who, id)
		if err == nil {
			d, err = e.applyTo(d)
		}
		if err == nil {
			err = s.store.PutDevice(ctx, d)
		}
		if !errors.Is(err, meeting.ErrStale) {
			return err
		}
	}
	return meeting.ErrContended
}

func (s *Devices) get(ctx context.Context, c meeting.Caller, who, id string) (Device, error) {
	if err := s.authorize(ctx, c, who); err != nil {
		return Device{}, err
	}
	d, err := s.store.Device(ctx, c.User, id)
	if err == nil && !d.Exists() {
		err = meeting.Refuse(NoDevice, "There is no such device.")
	}
	return d, err
}

// Remove deletes a device, or returns [NoDevice].
func (s *Devices) Remove(ctx context.Context, c meeting.Caller, who, id string) error {
	if _, err := s.get(ctx, c, who, id); err != nil {
		return err
	}
	return s.store.DropDevice(ctx, c.User, id)
}
