package table

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
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
		value("fleeting", &r.Ephemeral),
		instant("rests_until", &r.RestsUntil),
		value("instance", &live.Instance),
		value("open", &live.Open),
		value("epoch", &live.Epoch),
		nested("meeting", &live.Meeting, meetingRefFields),
		value("opener", &live.Opener),
		instant("opened_at", &live.OpenedAt),
		instant("admitted_at", &live.AdmittedAt),
		value("locked", &live.Locked),
		value("unlocked", &live.Unlocked),
		value("seated", &live.Seated),
		value("seq", &live.AdmissionSeq),
		identities("removed", &live.Removed),
		identities("hosts", &live.Hosts),
		identities("held", &live.NeedApproval),
		identities("denied", &live.Denied),
		instant("distrust_until", &live.DistrustedUntil),
		instant("recounted_at", &live.RecountedAt),
	)
}

// roomItem returns the room as it is stored. DynamoDB deletes a retired number after its rest, and an ephemeral room.
func roomItem(r meeting.Room, silent bool) fields {
	var deleted time.Time
	if r.Kind == meeting.Retired || r.Ephemeral {
		deleted = r.RestsUntil
	}
	return append(roomFields(&r), itemType("room"), deleteAfter(deleted), noEvent(silent))
}

func meetingRefFields(m *meeting.MeetingRef) fields {
	return fields{value("id", &m.ID), value("topic", &m.Topic), value("type", &m.Type)}
}

// settingsField is a room's settings as one map: each setting as package meeting describes it, and those that only a
// newer version of this program knows.
func settingsField(name string, s *meeting.Settings) field {
	return field{
		name: name,
		write: func() (types.AttributeValue, error) {
			stored, err := storeSettings(*s)
			if len(stored) == 0 {
				return nil, err
			}
			return &types.AttributeValueMemberM{Value: stored}, err
		},
		read: func(stored types.AttributeValue) (err error) {
			all, isMap := stored.(*types.AttributeValueMemberM)
			if !isMap {
				return fmt.Errorf("it is stored as %T, and must be a map", stored)
			}
			*s, err = readSettings(all.Value)
			return err
		},
	}
}

// storeSettings returns the settings that are not zero. A duration is stored in milliseconds.
func storeSettings(s meeting.Settings) (item, error) {
	stored := item{}
	for name, value := range s.Unknown {
		stored[name], _ = value.(types.AttributeValue)
	}
	for _, setting := range meeting.AllSettings {
		value := reflect.ValueOf(setting.In(&s)).Elem().Interface()
		if d, isDuration := value.(time.Duration); isDuration {
			value = d.Milliseconds()
		}
		attribute, err := encodeValue(value)
		if err != nil {
			return nil, fmt.Errorf("the setting %s: %w", setting.Name, err)
		}
		if attribute != nil {
			stored[setting.Stored] = attribute
		}
	}
	return stored, nil
}

func readSettings(stored item) (s meeting.Settings, err error) {
	unknown := maps.Clone(stored)
	for _, setting := range meeting.AllSettings {
		if value, isStored := stored[setting.Stored]; isStored {
			delete(unknown, setting.Stored)
			if err := readSetting(value, setting.In(&s)); err != nil {
				return s, fmt.Errorf("the setting %s: %w", setting.Name, err)
			}
		}
	}
	if len(unknown) > 0 {
		s.Unknown = meeting.UnknownSettings{}
	}
	for name, value := range unknown {
		s.Unknown[name] = value
	}
	return s, nil
}

// readSetting reads a stored value into what the pointer points to. A duration is stored in milliseconds.
func readSetting(stored types.AttributeValue, to any) error {
	duration, isDuration := to.(*time.Duration)
	if !isDuration {
		return attributevalue.Unmarshal(stored, to)
	}
	var ms int64
	err := attributevalue.Unmarshal(stored, &ms)
	*duration = durationOf(ms)
	return err
}

// Room returns what the number leads to; a room with nothing but the number if it leads nowhere.
func (t *Table) Room(ctx context.Context, n meeting.Number) (meeting.Room, error) {
	r := meeting.Room{Number: n}
	err := t.read(ctx, roomKey(n), roomFields(&r))
	return r, err
}

// claimRoom is I1: the number is free, or its rest is over, or the claimer was its last owner. The event is that of the
// meeting or the profile that the number is claimed for.
func claimRoom(c meeting.ClaimRoom) write {
	return write{
		key:   roomKey(c.Room.Number),
		item:  roomItem(c.Room, !c.Room.Live.Open),
		fresh: true,
		when: anyOf(absent("pk"), allOf(
			is("kind", meeting.Retired),
			anyOf(atMost("rests_until", millis(c.Now)), isUser(c.Room.Owner)),
		)),
	}
}

// replaceRoom never changes an open room. What has no live state is recognised by its kind and owner.
func replaceRoom(c meeting.ReplaceRoom) write {
	b := c.Before
	as := []term{is("kind", b.Kind), isUser(b.Owner), absent("open")}
	if b.Enterable() {
		as = append(as, is("instance", b.Live.Instance), is("epoch", b.Live.Epoch))
	}
	silent := !b.Enterable() || !c.After.Enterable()
	return write{key: roomKey(b.Number), item: roomItem(c.After, silent), when: allOf(as...)}
}
