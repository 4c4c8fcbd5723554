package table

import (
	"cmp"
	"context"
	"time"

	"personal-rooms/shared/meeting"
)

// seatLife is how long a seat is kept after its lease at least: longer than any instance lasts.
const seatLife = 32 * time.Hour

// seatFields are one row of an instance's roster. The owner of a guest's seat is absent.
func seatFields(s *meeting.Seat) fields {
	return append(userFields(&s.User),
		fromKey("sk", seatPrefix, &s.ID),
		value("state", &s.State),
		value("role", &s.Role),
		value("email", &s.Email),
		value("name", &s.Name),
		value("client", &s.Client),
		value("site", &s.Site),
		value("block", &s.Block),
		nested("visit", &s.Target, meetingRefFields),
		nested("pass", &s.Pass, seatPassFields),
		value("secret", &s.Secret),
		value("request", &s.Request),
		value("seqs", &s.AdmissionSeqs),
		value("seq_times", &s.SeqTimes),
		value("returns_paid", &s.ReturnsPaid),
		value("media_seq", &s.MediaSeq),
		value("lease", &s.Lease),
		value("renewed", &s.RenewedAt),
		value("in_media", &s.InMedia),
		value("joined_at", &s.JoinedAt),
		value("passed_at", &s.AdmittedAt),
		value("held", &s.NeedsApproval),
		value("trusted", &s.Trusted),
		value("approved", &s.Approved),
		nested("place", &s.Context, contextFields),
		value("host_name", &s.Invited.Host),
		value("starts_at", &s.Invited.StartsAt),
		value("for_host", &s.WaitsForHost),
		value("muted", &s.Muted),
		value("before_host", &s.OpenedBeforeHost),
		value("came_in", &s.FirstAdmittedAt),
		value("in_since", &s.PresentSince),
		value("left_at", &s.LeftAt),
		value("spent", &s.TimePresent),
		list("acts", &s.HostActions, hostActionFields),
		value("expires", &s.Expires),
		value("v", &s.Version),
	)
}

func contextFields(c *meeting.SeatContext) fields {
	return append(userFields(&c.Owner),
		value("room", &c.Room),
		nested("meeting", &c.Meeting, meetingRefFields),
		value("opened_at", &c.OpenedAt),
		value("epoch", &c.Epoch),
	)
}

func hostActionFields(a *meeting.HostActionRecord) fields {
	return append(userFields(&a.By), value("at", &a.At), value("did", &a.Action))
}

// seatItem returns the seat as it is stored.
func seatItem(s meeting.Seat) fields {
	return append(seatFields(&s), itemType("seat"), noEvent(s.NoEvent),
		deleteAfter(latest(s.Expires, latest(s.Lease, s.JoinedAt).Add(seatLife))))
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Seat returns the seat; the zero Seat if there is none.
func (t *Table) Seat(ctx context.Context, id meeting.SeatID) (meeting.Seat, error) {
	return read(ctx, t, seatKey(id), seatFields)
}

// Roster returns every seat of the instance, whatever its state.
func (t *Table) Roster(ctx context.Context, instance string) (meeting.Roster, error) {
	rows, err := t.query(ctx, beginsWith(instancePartition(instance), "sk", seatPrefix), 0)
	if err != nil {
		return nil, err
	}
	return decodeAll(rows, seatFields)
}

// TakeSeat stores the seat, as version 1, if it is free. Otherwise it returns [meeting.ErrStale] and the seat that is
// stored.
func (t *Table) TakeSeat(ctx context.Context, s meeting.Seat) (meeting.Seat, error) {
	s.Version = 1
	return t.putSeat(ctx, s)
}

// ChangeSeat stores the seat, as the next version, over the version that it names. If another version is stored it
// returns [meeting.ErrStale] and that one.
func (t *Table) ChangeSeat(ctx context.Context, s meeting.Seat) (meeting.Seat, error) {
	s.Version++
	return t.putSeat(ctx, s)
}

func (t *Table) putSeat(ctx context.Context, s meeting.Seat) (meeting.Seat, error) {
	stored, err := t.put(ctx, nextVersion(s.Version, seatKey(s.ID), seatItem(s)))
	now, unreadable := decode(stored, seatFields)
	return now, cmp.Or(unreadable, err)
}
