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

// roomItem is what stands behind a number: claim, policy and gate at once. The gate lies flat, for UpdateItem adds to
// numbers and sets at the top only.
type roomItem struct {
	itemHeader
	userFields
	Kind        string        `dynamodbav:"kind"`
	Topic       string        `dynamodbav:"topic,omitempty"`
	MeetingType int           `dynamodbav:"meeting_type,omitempty"`
	Settings    *settingsItem `dynamodbav:"policy,omitempty"`
	Ephemeral   bool          `dynamodbav:"fleeting,omitempty"`
	RestsUntil  int64         `dynamodbav:"rests_until,omitempty"`
	NoEvent     bool          `dynamodbav:"quiet,omitempty"`

	Instance      string          `dynamodbav:"instance,omitempty"`
	Open          bool            `dynamodbav:"open,omitempty"`
	Epoch         int64           `dynamodbav:"epoch,omitempty"`
	Meeting       *meetingRefItem `dynamodbav:"meeting,omitempty"`
	Opener        string          `dynamodbav:"opener,omitempty"`
	OpenedAt      int64           `dynamodbav:"opened_at,omitempty"`
	AdmittedAt    int64           `dynamodbav:"admitted_at,omitempty"`
	Locked        bool            `dynamodbav:"locked,omitempty"`
	Unlocked      bool            `dynamodbav:"unlocked,omitempty"`
	Seated        int64           `dynamodbav:"seated,omitempty"`
	Seq           int64           `dynamodbav:"seq,omitempty"`
	Removed       [][]byte        `dynamodbav:"removed,binaryset,omitempty"`
	Hosts         [][]byte        `dynamodbav:"hosts,binaryset,omitempty"`
	NeedApproval  [][]byte        `dynamodbav:"held,binaryset,omitempty"`
	Denied        [][]byte        `dynamodbav:"denied,binaryset,omitempty"`
	DistrustUntil int64           `dynamodbav:"distrust_until,omitempty"`
	RecountedAt   int64           `dynamodbav:"recounted_at,omitempty"`
}

// settingsItem is the settings of a room, stored as one map: each setting as package meeting describes it, and those of a newer version.
type settingsItem meeting.Settings

type meetingRefItem struct {
	ID    string `dynamodbav:"id,omitempty"`
	Topic string `dynamodbav:"topic,omitempty"`
	Kind  int    `dynamodbav:"type,omitempty"`
}

func roomItemOf(r meeting.Room) roomItem {
	g := r.Live
	return roomItem{
		itemHeader:    itemHeader{Type: "room", TTL: restOver(r)},
		userFields:    userFieldsOf(r.Owner),
		Kind:          string(r.Kind),
		Topic:         r.Topic,
		MeetingType:   int(r.Type),
		Settings:      settingsItemOf(r.Settings),
		Ephemeral:     r.Ephemeral,
		RestsUntil:    millis(r.RestsUntil),
		Instance:      g.Instance,
		Open:          g.Open,
		Epoch:         g.Epoch,
		Meeting:       meetingRefItemOf(g.Meeting),
		Opener:        string(g.Opener),
		OpenedAt:      millis(g.OpenedAt),
		AdmittedAt:    millis(g.AdmittedAt),
		Locked:        g.Locked,
		Unlocked:      g.Unlocked,
		Seated:        g.Seated,
		Seq:           g.AdmissionSeq,
		Removed:       identitySet(g.Removed),
		Hosts:         identitySet(g.Hosts),
		NeedApproval:  identitySet(g.NeedApproval),
		Denied:        identitySet(g.Denied),
		DistrustUntil: millis(g.DistrustedUntil),
		RecountedAt:   millis(g.RecountedAt),
	}
}

// restOver is the ttl of a room: nothing but a rest, and what is Fleeting, ends by itself.
func restOver(r meeting.Room) int64 {
	if r.Kind != meeting.Retired && !r.Ephemeral {
		return 0
	}
	return expiry(r.RestsUntil)
}

func (i roomItem) room(n meeting.Number) meeting.Room {
	return meeting.Room{
		Number:     n,
		Kind:       meeting.Kind(i.Kind),
		Owner:      i.user(),
		Topic:      i.Topic,
		Type:       meeting.Type(i.MeetingType),
		Settings:   i.Settings.settings(),
		Ephemeral:  i.Ephemeral,
		RestsUntil: timeOf(i.RestsUntil),
		Live:       i.live(),
	}
}

func (i roomItem) live() meeting.LiveState {
	return meeting.LiveState{
		Instance:        i.Instance,
		Open:            i.Open,
		Epoch:           i.Epoch,
		Meeting:         i.Meeting.meetingRef(),
		Opener:          meeting.SeatID(i.Opener),
		OpenedAt:        timeOf(i.OpenedAt),
		AdmittedAt:      timeOf(i.AdmittedAt),
		Locked:          i.Locked,
		Unlocked:        i.Unlocked,
		Seated:          i.Seated,
		AdmissionSeq:    i.Seq,
		Removed:         identitiesOf(i.Removed),
		Hosts:           identitiesOf(i.Hosts),
		NeedApproval:    identitiesOf(i.NeedApproval),
		Denied:          identitiesOf(i.Denied),
		DistrustedUntil: timeOf(i.DistrustUntil),
		RecountedAt:     timeOf(i.RecountedAt),
	}
}

func settingsItemOf(p meeting.Settings) *settingsItem {
	if reflect.ValueOf(p).IsZero() {
		return nil
	}
	return new(settingsItem(p))
}

func (i *settingsItem) settings() meeting.Settings {
	if i == nil {
		return meeting.Settings{}
	}
	return meeting.Settings(*i)
}

// MarshalDynamoDBAttributeValue implements attributevalue.Marshaler. A zero setting is absent.
func (i settingsItem) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	p, stored := meeting.Settings(i), item{}
	for name, value := range p.Unknown {
		stored[name], _ = value.(types.AttributeValue)
	}
	for _, s := range meeting.AllSettings() {
		value := reflect.ValueOf(s.In(&p)).Elem()
		if value.IsZero() || value.Kind() == reflect.Slice && value.Len() == 0 {
			continue
		}
		if d, isDuration := reflect.TypeAssert[time.Duration](value); isDuration {
			value = reflect.ValueOf(d.Milliseconds())
		}
		attribute, err := attributevalue.Marshal(value.Interface())
		if err != nil {
			return nil, fmt.Errorf("table: the setting %s: %w", s.Name, err)
		}
		stored[s.Stored] = attribute
	}
	return &types.AttributeValueMemberM{Value: stored}, nil
}

// UnmarshalDynamoDBAttributeValue implements attributevalue.Unmarshaler.
func (i *settingsItem) UnmarshalDynamoDBAttributeValue(stored types.AttributeValue) error {
	all, isMap := stored.(*types.AttributeValueMemberM)
	if !isMap {
		return fmt.Errorf("table: the settings are stored as %T, and must be a map", stored)
	}
	unknown := maps.Clone(all.Value)
	for _, s := range meeting.AllSettings() {
		if value, isStored := all.Value[s.Stored]; isStored {
			delete(unknown, s.Stored)
			if err := readSetting(value, s.In((*meeting.Settings)(i))); err != nil {
				return fmt.Errorf("table: the setting %s: %w", s.Name, err)
			}
		}
	}
	for name, value := range unknown {
		if i.Unknown == nil {
			i.Unknown = meeting.UnknownSettings{}
		}
		i.Unknown[name] = value
	}
	return nil
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

func meetingRefItemOf(s meeting.MeetingRef) *meetingRefItem {
	if s == (meeting.MeetingRef{}) {
		return nil
	}
	return &meetingRefItem{ID: string(s.ID), Topic: s.Topic, Kind: int(s.Type)}
}

func (i *meetingRefItem) meetingRef() meeting.MeetingRef {
	if i == nil {
		return meeting.MeetingRef{}
	}
	return meeting.MeetingRef{ID: meeting.Number(i.ID), Topic: i.Topic, Type: meeting.Type(i.Kind)}
}

// Room is what stands behind the number.
func (t *Table) Room(ctx context.Context, n meeting.Number) (meeting.Room, error) {
	var i roomItem
	err := t.read(ctx, roomKey(n), &i)
	return i.room(n), err
}

// roomOf is the room of a stored item; of none, a room with nothing but the number.
func roomOf(n meeting.Number, stored item) (meeting.Room, error) {
	var i roomItem
	err := load(stored, &i)
	return i.room(n), err
}

// claimRoom is I1: nobody's number, or one whose rest is over, or one that was last the claimer's own. What others are told of it is the
// meeting or the profile that it is claimed for.
func claimRoom(c meeting.ClaimRoom) write {
	i := roomItemOf(c.Room)
	i.NoEvent = !c.Room.Live.Open
	return write{
		key:  roomKey(c.Room.Number),
		item: i,
		anew: true,
		when: anyOf(absent("pk"), allOf(
			is("kind", meeting.Retired),
			anyOf(atMost("rests_until", millis(c.Now)), isUser(c.Room.Owner)),
		)),
	}
}

// replaceRoom never touches an open room. What has no gate is told by its kind and owner.
func replaceRoom(c meeting.ReplaceRoom) write {
	b := c.Before
	as := []term{is("kind", b.Kind), isUser(b.Owner), absent("open")}
	if b.Enterable() {
		as = append(as, is("instance", b.Live.Instance), is("epoch", b.Live.Epoch))
	}
	i := roomItemOf(c.After)
	i.NoEvent = !b.Enterable() || !c.After.Enterable()
	return write{key: roomKey(b.Number), item: i, when: allOf(as...)}
}
