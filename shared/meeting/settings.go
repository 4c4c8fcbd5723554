package meeting

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"time"
)

// Settings holds the owner's choices for a room. Those of a personal room apply to every meeting that is held in
// it (I19).
type Settings struct {
	Passcode             string // empty: none is needed
	WaitingRoom          WaitingRoom
	JoinBeforeHost       bool
	JoinBeforeHostWindow time.Duration // how long before its start a meeting may be joined before its host; 0: at any time
	SignedInOnly         bool
	Domains              []string      // of verified e-mail addresses that may join; empty: any; implies SignedInOnly
	AutoLock             time.Duration // after it opened, until the room locks itself; 0: never
	Capacity             int           // people admitted at once, without the owner
	AlternativeHosts     []string      // verified e-mail addresses of the owner's account, in lower case
	Unknown              UnknownSettings
}

// UnknownSettings are settings that a newer version of this program has stored, by their names. Only storage knows
// what they hold.
type UnknownSettings map[string]any

// SettingsEdit holds an owner's changes of the settings. A nil field leaves the setting as it is.
type SettingsEdit struct {
	Passcode             *string // "": none is needed any more
	NewPasscode          bool    // to be generated
	WaitingRoom          *WaitingRoom
	WaitingRoomOn        *bool // as Zoom's clients set it: see WaitingRoom.switched
	JoinBeforeHost       *bool
	JoinBeforeHostWindow *time.Duration
	SignedInOnly         *bool
	Domains              *[]string
	AutoLock             *time.Duration
	Capacity             *int
	AlternativeHosts     *[]string
}

// A Setting describes one setting of a room. Edits and comparisons, JSON in and out (package api), events (package
// event) and the stored item (package table) follow from it. To add a setting, add a field of the same name to
// [Settings] and [SettingsEdit], a description to [AllSettings], and the rule that it is for.
type Setting struct {
	Field  string // in Settings and, as a pointer, in SettingsEdit
	Name   string // in our own JSON and in events
	Stored string // its attribute
	Secret bool   // events say whether it is set and that it changed, never its value

	Min, Max int64    // of a number or of minutes; of a list, Max is the number of its items
	OneOf    []int64  // the minutes that are allowed, if not all within the limits
	Items    ItemKind // of a list
}

// ItemKind says what a list holds.
type ItemKind int

const (
	EmailDomain ItemKind = iota + 1
	EmailAddress
)

const (
	MaxCapacity         = 1000
	DefaultCapacity     = 100
	MaxAlternativeHosts = 10
	MaxDomains          = 10
	MaxAutoLock         = 24 * time.Hour
)

// AllSettings describes every setting, in the order in which input is checked.
var AllSettings = []Setting{
	{Field: "Passcode", Name: "passcode", Stored: "passcode", Secret: true},
	{Field: "WaitingRoom", Name: "waiting_room", Stored: "waiting_room"},
	{Field: "JoinBeforeHost", Name: "join_before_host", Stored: "before_host"},
	{Field: "JoinBeforeHostWindow", Name: "jbh_time", Stored: "window", OneOf: []int64{0, 5, 10, 15}},
	{Field: "AutoLock", Name: "auto_lock", Stored: "auto_lock", Max: int64(MaxAutoLock / time.Minute)},
	{Field: "SignedInOnly", Name: "authenticated_only", Stored: "sign_in"},
	{Field: "Domains", Name: "allowed_domains", Stored: "domains", Max: MaxDomains, Items: EmailDomain},
	{Field: "Capacity", Name: "capacity", Stored: "capacity", Min: 1, Max: MaxCapacity},
	{
		Field: "AlternativeHosts", Name: "alternative_hosts", Stored: "hosts", Max: MaxAlternativeHosts, Items: EmailAddress,
	},
}

// In returns a pointer to the setting: *string, *WaitingRoom, *bool, *int, *time.Duration or *[]string.
func (s Setting) In(p *Settings) any {
	return reflect.ValueOf(p).Elem().FieldByName(s.Field).Addr().Interface()
}

// InEdit returns a pointer to the new value of the setting, which is itself a pointer: **bool and so on.
func (s Setting) InEdit(e *SettingsEdit) any {
	return reflect.ValueOf(e).Elem().FieldByName(s.Field).Addr().Interface()
}

// Value returns the setting as JSON and events show it: a duration in whole minutes; a list, never nil.
func (s Setting) Value(p Settings) any {
	switch v := s.In(&p).(type) {
	case *time.Duration:
		return int64(*v / time.Minute)
	case *[]string:
		return append([]string{}, *v...)
	default:
		return reflect.ValueOf(v).Elem().Interface()
	}
}

// DefaultSettings returns the settings of a new room: a passcode, and no waiting room. Any error comes from random.
func DefaultSettings(random io.Reader) (Settings, error) {
	code, err := GeneratePasscode(random)
	return Settings{Passcode: code, WaitingRoom: WaitNobody, Capacity: DefaultCapacity}, err
}

// Check refuses settings that admit everybody who finds the number: no passcode, no waiting room for everyone, and no
// need to sign in.
func (p Settings) Check() error {
	if p.Passcode == "" && p.WaitingRoom != WaitEveryone && !p.admitsSignedInOnly() {
		return RefuseField("passcode", "A room needs a passcode or a waiting room for everyone, unless everyone must be "+
			"signed in (authenticated_only). Set one of them in the same request.")
	}
	return nil
}

// applyTo returns the settings after the edit, which may be nil. It refuses settings that fail Check.
func (e *SettingsEdit) applyTo(p Settings) (Settings, error) {
	if e == nil {
		return p, nil
	}
	if code := e.Passcode; changes(code, p.Passcode) && *code != "" && len(*code) < MinPasscode {
		return p, RefuseField("passcode", fmt.Sprintf("has %d characters; a new passcode has at least %d", len(*code), MinPasscode))
	}
	p = p.with(*e)
	return p, p.Check()
}

func (p Settings) with(e SettingsEdit) Settings {
	for _, s := range AllSettings {
		if edit := reflect.ValueOf(s.InEdit(&e)).Elem(); !edit.IsNil() {
			reflect.ValueOf(s.In(&p)).Elem().Set(edit.Elem())
		}
	}
	if e.WaitingRoomOn != nil {
		p.WaitingRoom = p.WaitingRoom.switched(*e.WaitingRoomOn)
	}
	return p
}

// differs reports whether the edit changes a setting of the room, other than the passcode, which is compared on its
// own.
func (e SettingsEdit) differs(room Settings) bool {
	e.Passcode = nil
	after := room.with(e)
	return slices.ContainsFunc(AllSettings, func(s Setting) bool {
		return !reflect.DeepEqual(s.Value(room), s.Value(after))
	})
}

func (p Settings) admitsSignedInOnly() bool { return p.SignedInOnly || len(p.Domains) > 0 }

// WaitingRoom says who needs a host's approval to come in (I8).
type WaitingRoom string

const (
	WaitNobody   WaitingRoom = "off"
	WaitEveryone WaitingRoom = "everyone" // except hosts
	WaitGuests   WaitingRoom = "guests"   // everyone who is not signed in to the owner's account
)

// On reports whether anybody waits.
func (w WaitingRoom) On() bool { return w == WaitEveryone || w == WaitGuests }

// switched returns the waiting room after it was turned on or off: on is for everyone, unless it is on already.
func (w WaitingRoom) switched(on bool) WaitingRoom {
	switch {
	case on == w.On():
		return w
	case on:
		return WaitEveryone
	}
	return WaitNobody
}

// waitingRoomHolds reports whether the user, or a guest, must wait in a room of the account.
func (p Settings) waitingRoomHolds(account string, c User) bool {
	return p.WaitingRoom == WaitEveryone || p.WaitingRoom == WaitGuests && (c.None() || c.Account != account)
}
