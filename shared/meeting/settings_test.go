package meeting

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"
)

func TestARoomIsNotOpenToWhoeverFindsItsNumber(t *testing.T) {
	for _, c := range []struct {
		name   string
		policy Settings
		want   Reason
	}{
		{"a passcode", Settings{Passcode: "open123"}, ""},
		{"a waiting room for everyone", Settings{WaitingRoom: WaitEveryone}, ""},
		{"signed-in people only", Settings{SignedInOnly: true}, ""},
		{"people of a domain only", Settings{Domains: []string{"acme.example"}}, ""},
		{"nothing", Settings{WaitingRoom: WaitNobody}, Invalid},
		{"a waiting room that lets a part in", Settings{WaitingRoom: WaitGuests}, Invalid},
		{"join before host", Settings{JoinBeforeHost: true}, Invalid},
	} {
		if got := ReasonOf(c.policy.Check()); got != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

// SettingsWith returns settings of which only this one is set, to a value that is acceptable as input.
func SettingsWith(s Setting) (p Settings) {
	switch v := s.In(&p).(type) {
	case *string:
		*v = "other123"
	case *WaitingRoom:
		*v = WaitGuests
	case *bool:
		*v = true
	case *int:
		*v = 7
	case *time.Duration:
		*v = 10 * time.Minute
	case *[]string:
		*v = []string{map[ItemKind]string{EmailDomain: "a.example", EmailAddress: "a@a.example"}[s.Items]}
	default:
		panic("SettingsWith does not know the type of " + s.Field)
	}
	return p
}

func TestEverySettingIsDescribed(t *testing.T) {
	var described, fields []string
	for _, s := range AllSettings() {
		described = append(described, s.Field)
	}
	for field := range reflect.TypeFor[Settings]().Fields() {
		if field.Type != reflect.TypeFor[UnknownSettings]() {
			fields = append(fields, field.Name)
		}
	}
	slices.Sort(described)
	slices.Sort(fields)
	if !slices.Equal(described, fields) {
		t.Errorf("described are %v; want %v", described, fields)
	}
}

func TestEverySettingCanBeEditedAndCompared(t *testing.T) {
	for _, s := range AllSettings() {
		want := SettingsWith(s)
		value := reflect.ValueOf(s.In(&want)).Elem()
		var edit SettingsEdit
		target := reflect.ValueOf(s.InEdit(&edit)).Elem()
		target.Set(reflect.New(value.Type()))
		target.Elem().Set(value)
		if after := (Settings{}).with(edit); !reflect.DeepEqual(after, want) {
			t.Errorf("%s: after the edit %+v, want %+v", s.Field, after, want)
		}
		compared := s.Field != "Passcode" && s.Field != "AlternativeHosts"
		if edit.differs(Settings{}) != compared || edit.differs(want) {
			t.Errorf("%s: a difference is missed, or found where there is none", s.Field)
		}
	}
}

func TestTheDefaultPolicy(t *testing.T) {
	p, err := DefaultSettings(rand.NewChaCha8([32]byte{}))
	if err != nil || p.Check() != nil || p.WaitingRoom != WaitNobody || p.JoinBeforeHost || p.Capacity != 100 || len(p.Passcode) != 8 {
		t.Errorf("%+v %v", p, err)
	}
	if _, err := DefaultSettings(iotest.ErrReader(iotest.ErrTimeout)); err == nil {
		t.Error("a passcode of no chance at all")
	}
}

func TestAPolicyEditChangesWhatItNames(t *testing.T) {
	was := adasRoom().Settings
	if got, err := (*SettingsEdit)(nil).applyTo(was); err != nil || got.Passcode != was.Passcode {
		t.Errorf("no edit: %+v %v", got, err)
	}
	none, everyone, on, off, window := "", WaitEveryone, true, false, 10*time.Minute
	got, err := (&SettingsEdit{Passcode: &none, WaitingRoom: &everyone, JoinBeforeHost: &on, JoinBeforeHostWindow: &window}).applyTo(was)
	if err != nil || got.Passcode != "" || got.WaitingRoom != WaitEveryone || !got.JoinBeforeHost || got.JoinBeforeHostWindow != window ||
		got.Capacity != was.Capacity || len(got.AlternativeHosts) != 1 {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := (&SettingsEdit{Passcode: &none}).applyTo(was); ReasonOf(err) != Invalid {
		t.Errorf("an edit that opens the room to everybody: %v", err)
	}
	for _, c := range []struct {
		was  WaitingRoom
		turn *bool
		want WaitingRoom
	}{
		{WaitNobody, &on, WaitEveryone}, {WaitGuests, &on, WaitGuests}, {WaitEveryone, &on, WaitEveryone},
		{WaitGuests, &off, WaitNobody}, {WaitEveryone, &off, WaitNobody}, {WaitGuests, nil, WaitGuests},
	} {
		p, err := (&SettingsEdit{WaitingRoomOn: c.turn}).applyTo(Settings{Passcode: "open123", WaitingRoom: c.was})
		if err != nil || p.WaitingRoom != c.want {
			t.Errorf("%s turned: %s %v; want %s", c.was, p.WaitingRoom, err, c.want)
		}
	}
}

func TestI13APasscodeOpensOrDoesNot(t *testing.T) {
	p := Settings{Passcode: "open123"}
	for given, want := range map[string]bool{"open123": true, "OPEN123": false, "open12": false, "open1234": false, "": false} {
		if got := p.acceptsPasscode(given); got != want {
			t.Errorf("%q: %v", given, got)
		}
	}
	if none := (Settings{}); !none.acceptsPasscode("") || !none.acceptsPasscode("anything") {
		t.Error("a room without a passcode asks for one")
	}
}

func TestI8ForWhomTheWaitingRoomIs(t *testing.T) {
	for _, c := range []struct {
		room                      WaitingRoom
		colleague, stranger, none bool
	}{{WaitNobody, false, false, false}, {WaitEveryone, true, true, true}, {WaitGuests, false, true, true}, {"", false, false, false}} {
		p := Settings{WaitingRoom: c.room}
		if p.waitingRoomHolds("acme", dave.User) != c.colleague || p.waitingRoomHolds("acme", erin.User) != c.stranger || p.waitingRoomHolds("acme", guest.User) != c.none {
			t.Errorf("%q holds others", c.room)
		}
	}
}

func TestAGeneratedPasscodeIsOneThatPeopleCanReadAloud(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code, err := GeneratePasscode(rand.NewChaCha8([32]byte{rapid.Byte().Draw(t, "seed"), rapid.Byte().Draw(t, "more")}))
		if err != nil || len(code) != 8 || CheckPasscode(code) != nil || strings.ContainsAny(code, "0O1lI") {
			t.Fatalf("%q %v", code, err)
		}
	})
	if len(unambiguous) != 56 {
		t.Errorf("%d characters", len(unambiguous))
	}
}

func TestPasscodesThatClientsCanType(t *testing.T) {
	for _, s := range []string{"", "a", "Z9@-_*", "1234567890"} {
		if err := CheckPasscode(s); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range []string{"12345678901", "a b", "pässe", "a#b", "a\x00", "秘密"} {
		if CheckPasscode(s) == nil {
			t.Errorf("%q is allowed", s)
		}
	}
}
