package table

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/meeting"
)

// roomFields are the item of a number: its claim, its settings and its live state. The live state is flat, because
// UpdateItem adds to numbers and sets at the top level only.
func roomFields(r *meeting.Room) fields {
	live := &r.Live
	return append(userFields(&r.Owner),
		fromKey("pk", roomPrefix, &r.Number),
		value("kind", &r.Kind),
		value("topic", &r.Topic),
		value("meeting_type", &r.Type),
		settingsField("policy", &r.Settings),
		value("link_key", &r.LinkKey),
		value("closed", &r.Closed),
		value("status_seq", &r.StatusSeq),
		value("claimed_at", &r.ClaimedAt),
		value("used", &r.Used),
		value("fleeting", &r.Ephemeral),
		value("rests_until", &r.Expires),
		value("next_uuid", &r.NextUUID),
		value("instance", &live.Instance),
		value("follows", &live.Follows),
		value("open", &live.Open),
		value("epoch", &live.Epoch),
		nested("meeting", &live.Meeting, meetingRefFields),
		value("opener", &live.Opener),
		value("opened_at", &live.OpenedAt),
		value("admitted_at", &live.AdmittedAt),
		value("locked", &live.Locked),
		value("unlocked", &live.Unlocked),
		value("live_waiting_room", &live.WaitingRoom),
		value("waiting_message", &live.Message),
		value("host_comes_at", &live.HostComesAt),
		value("seated", &live.Seated),
		value("seq", &live.AdmissionSeq),
		value("removed", &live.Removed),
		value("hosts", &live.Hosts),
		value("held", &live.NeedApproval),
		value("denied", &live.Denied),
		value("hold_guests", &live.HoldGuests),
		value("hold_everybody", &live.HoldEverybody),
		value("distrust_until", &live.DistrustedUntil),
		value("recounted_at", &live.RecountedAt),
		value("present_seat", &live.Occupancy.Present),
		value("roster_until", &live.Occupancy.Until),
		value("roster_seq", &live.Occupancy.Seq),
	)
}

// roomItem returns the room as it is stored. DynamoDB deletes a released number after its quarantine, and an
// ephemeral room.
func roomItem(r meeting.Room, silent bool) fields {
	var deleted time.Time
	if r.Kind == meeting.Released || r.Ephemeral {
		deleted = r.Expires
	}
	return append(roomFields(&r), itemType("room"), deleteAfter(deleted), noEvent(silent))
}

func meetingRefFields(m *meeting.MeetingRef) fields {
	return fields{value("id", &m.ID), value("topic", &m.Topic), value("type", &m.Type), value("uuid", &m.UUID)}
}

// settingsField is a room's settings as one map: each setting as package meeting describes it, and those that only a
// newer version of this program knows.
func settingsField(name string, s *meeting.Settings) field {
	f := nested(name, s, settingsFields)
	readKnown := f.read
	f.read = func(stored types.AttributeValue) error {
		err := readKnown(stored)
		all, _ := stored.(*types.AttributeValueMemberM)
		if err != nil {
			return err
		}
		for name, value := range all.Value {
			if slices.ContainsFunc(meeting.AllSettings, func(known meeting.Setting) bool { return known.Stored == name }) {
				continue
			}
			if s.Unknown == nil {
				s.Unknown = meeting.UnknownSettings{}
			}
			s.Unknown[name] = value
		}
		return nil
	}
	return f
}

func settingsFields(s *meeting.Settings) (all fields) {
	for _, setting := range meeting.AllSettings {
		all = append(all, value(setting.Stored, setting.In(s)))
	}
	for name, unknown := range s.Unknown {
		stored, _ := unknown.(types.AttributeValue)
		all = append(all, field{name: name, write: func() (types.AttributeValue, error) { return stored, nil }})
	}
	return all
}

// Room returns what the number leads to; a room with nothing but the number if it leads nowhere.
func (t *Table) Room(ctx context.Context, n meeting.Number) (meeting.Room, error) {
	r, err := read(ctx, t, roomKey(n), roomFields)
	r.Number = n
	return r, err
}

// Rooms returns what each of the numbers leads to, as [Table.Room] does.
func (t *Table) Rooms(ctx context.Context, numbers []meeting.Number) (map[meeting.Number]meeting.Room, error) {
	rooms := map[meeting.Number]meeting.Room{}
	var keys []key
	for _, n := range numbers {
		if _, repeated := rooms[n]; !repeated {
			rooms[n], keys = meeting.Room{Number: n}, append(keys, roomKey(n))
		}
	}
	items, err := t.readAll(ctx, keys)
	if err != nil {
		return nil, err
	}
	found, err := decodeAll(items, roomFields)
	for _, r := range found {
		rooms[r.Number] = r
	}
	return rooms, err
}

// ReplaceUUID stores the uuid of the next instance of an alias that has the other one; else it has no effect.
func (t *Table) ReplaceUUID(ctx context.Context, alias meeting.Number, uuid, next string) error {
	var u update
	u.set(noEvent(true))
	u.set(value("next_uuid", &next))
	_, err := t.update(ctx, roomKey(alias), &u, is("kind", meeting.Alias), is("next_uuid", uuid))
	if errors.Is(err, meeting.ErrStale) {
		return nil
	}
	return err
}

// claimRoom is I1: the number is free, or its quarantine is over, or the claimer was its last owner. The event is that
// of the meeting or the profile that the number is claimed for.
func claimRoom(c meeting.ClaimRoom) write {
	return write{
		key:   roomKey(c.Room.Number),
		item:  roomItem(c.Room, !c.Room.Live.Open),
		fresh: true,
		when: anyOf(absent("pk"), allOf(
			is("kind", meeting.Released),
			anyOf(atMost("rests_until", millis(c.Now)), isUser(c.Room.Owner)),
		)),
	}
}

// replaceRoom never changes an open room. What has no live state is recognised by its kind and owner.
func replaceRoom(c meeting.ReplaceRoom) write {
	b := c.Before
	as := []expression{is("kind", b.Kind), isUser(b.Owner), absent("open"), is("next_uuid", b.NextUUID)}
	if b.Enterable() {
		as = append(as, is("instance", b.Live.Instance), is("epoch", b.Live.Epoch), is("used", b.Used))
	}
	silent := !b.Enterable() || !c.After.Enterable()
	return write{key: roomKey(b.Number), item: roomItem(c.After, silent), when: allOf(as...)}
}
