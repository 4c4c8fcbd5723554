// Package doorbell rings the devices of hosts by Web Push (RFC 8030) when somebody begins to wait and no console of
// theirs is open.
//
//   - device.go, devices.go: the devices on which a user switched the doorbell on;
//   - ring.go: who is rung when somebody begins to wait, and what for; bursts are folded into one ring;
//   - key.go, ticket.go: the key of the deployment, and the tickets with which a notification acts;
//   - package push encrypts and sends. It is separate, so that only the function that sends links its library.
//
// The function notify names each person who begins to wait in a queue. The function deliver decides and sends.
package doorbell

import (
	"context"

	"personal-rooms/shared/meeting"
)

// The reasons of this package.
const (
	Off            meeting.Reason = "doorbell_off"     // the operator has not turned the doorbell on
	NoDevice       meeting.Reason = "device_not_found" // also: a device of another user
	TooManyDevices meeting.Reason = "too_many_devices" // the user has MaxDevices
	BadTicket      meeting.Reason = "ticket_invalid"   // of a notification: forged, or too old
)

// A Store keeps the devices, and the last ring of each instance. All reads are consistent.
type Store interface {
	meeting.ActiveStore

	// Devices returns the devices of the user, the oldest first.
	Devices(context.Context, meeting.User) ([]Device, error)
	// Device returns the zero Device if there is none.
	Device(ctx context.Context, of meeting.User, id string) (Device, error)
	// PutDevice stores the next version over the version that it names; 0: if there is none. Otherwise it returns
	// [meeting.ErrStale].
	PutDevice(context.Context, Device) error
	// DropDevice deletes a device. If there is none it returns no error.
	DropDevice(ctx context.Context, of meeting.User, id string) error

	// LastRing returns the zero Ring if there was none in the instance.
	LastRing(ctx context.Context, instance string) (Ring, error)
	// PutRing is like PutDevice.
	PutRing(context.Context, Ring) error
}
