package table

import (
	"cmp"
	"context"
	"slices"
	"time"

	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/meeting"
)

var _ doorbell.Store = (*Table)(nil)

func deviceFields(d *doorbell.Device) fields {
	return append(userFields(&d.User),
		fromKey("sk", devicePrefix, &d.ID),
		value("name", &d.Name),
		value("endpoint", &d.Endpoint),
		value("p256dh", &d.P256dh),
		value("auth", &d.Auth),
		value("muted", &d.Muted),
		value("muted_rooms", &d.MutedRooms),
		value("quiet_from", &d.QuietFrom),
		value("quiet_to", &d.QuietTo),
		value("created_at", &d.CreatedAt),
		value("v", &d.Version),
	)
}

func deviceItem(d doorbell.Device) fields { return append(deviceFields(&d), itemType("device")) }

// Devices returns the devices of the user, the oldest first.
func (t *Table) Devices(ctx context.Context, of meeting.User) ([]doorbell.Device, error) {
	items, err := t.query(ctx, beginsWith(devicePartition(of), "sk", devicePrefix), 0)
	if err != nil {
		return nil, err
	}
	all, err := decodeAll(items, deviceFields)
	slices.SortFunc(all, func(a, b doorbell.Device) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return all, err
}

// Device returns the device; the zero Device if there is none.
func (t *Table) Device(ctx context.Context, of meeting.User, id string) (doorbell.Device, error) {
	return read(ctx, t, deviceKey(of, id), deviceFields)
}

// PutDevice stores the next version over the version that it names; 0: if there is none. Otherwise it returns
// [meeting.ErrStale].
func (t *Table) PutDevice(ctx context.Context, d doorbell.Device) error {
	d.Version++
	_, err := t.put(ctx, nextVersion(d.Version, deviceKey(d.User, d.ID), deviceItem(d)))
	return err
}

// DropDevice deletes a device, if it exists.
func (t *Table) DropDevice(ctx context.Context, of meeting.User, id string) error {
	return t.drop(ctx, deviceKey(of, id), nil)
}

// DropDevices deletes all devices of the user.
func (t *Table) DropDevices(ctx context.Context, of meeting.User) error {
	all, err := t.Devices(ctx, of)
	for _, d := range all {
		err = cmp.Or(err, t.DropDevice(ctx, of, d.ID))
	}
	return err
}

func ringFields(r *doorbell.Ring) fields {
	return fields{
		value("instance", &r.Instance),
		value("at", &r.At),
		value("by", &r.By),
		value("rung", &r.Rung),
		value("in_a_row", &r.InARow),
		value("admitted", &r.Admitted),
		value("v", &r.Version),
	}
}

// ringLife is how long a ring is kept: longer than an instance lasts.
const ringLife = 32 * time.Hour

func ringItem(r doorbell.Ring) fields {
	return append(ringFields(&r), itemType("ring"), deleteAfter(r.At.Add(ringLife)))
}

// LastRing returns the last ring in the instance; the zero Ring if there was none.
func (t *Table) LastRing(ctx context.Context, instance string) (doorbell.Ring, error) {
	return read(ctx, t, ringKey(instance), ringFields)
}

// PutRing stores the next version over the version that it names; 0: if there is none. Otherwise it returns
// [meeting.ErrStale].
func (t *Table) PutRing(ctx context.Context, r doorbell.Ring) error {
	r.Version++
	_, err := t.put(ctx, nextVersion(r.Version, ringKey(r.Instance), ringItem(r)))
	return err
}
