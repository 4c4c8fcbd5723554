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

func TestSettingsNeedProtection(t *testing.T) {
	for _, c := range []struct {
		name     string
		settings Settings
		want     Reason
	}{
		{"a passcode", Settings{Passcode: "open123"}, ""},
		{"a waiting room for everyone", Settings{WaitingRoom: WaitEveryone}, ""},
		{"signed-in people only", Settings{SignedInOnly: true}, ""},
		{"people of a domain only", Settings{Domains: []string{"acme.example"}}, ""},
		{"nothing", Settings{WaitingRoom: WaitNobody}, Invalid},
		{"a waiting room for guests only", Settings{WaitingRoom: WaitGuests}, Invalid},
		{"join before host", Settings{JoinBeforeHost: true}, Invalid},
	} {
		if got := ReasonOf(c.settings.Check()); got != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
	if _, err := (&SettingsEdit{Passcode: new("")}).applyTo(adasRoom().Settings); ReasonOf(err) != Invalid {
		t.Errorf("an edit that removes the passcode: %v", err)
	}
	if p, err := (*SettingsEdit)(nil).applyTo(Settings{}); err != nil || !reflect.DeepEqual(p, Settings{}) {
		t.Errorf("no edit: %+v %v", p, err)
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

func TestDefaultSettings(t *testing.T) {
	p, err := DefaultSettings(rand.NewChaCha8([32]byte{}))
	if err != nil || p.Check() != nil || p.WaitingRoom != WaitNobody || p.JoinBeforeHost || p.Capacity != 100 {
		t.Errorf("%+v %v", p, err)
	}
	if _, err := DefaultSettings(iotest.ErrReader(iotest.ErrTimeout)); err == nil {
		t.Error("a passcode without randomness")
	}
}

func TestWaitingRoomIsSwitched(t *testing.T) {
	for _, c := range []struct {
		was  WaitingRoom
		on   bool
		want WaitingRoom
	}{
		{WaitNobody, true, WaitEveryone}, {WaitGuests, true, WaitGuests}, {WaitEveryone, true, WaitEveryone},
		{WaitNobody, false, WaitNobody}, {WaitGuests, false, WaitNobody}, {WaitEveryone, false, WaitNobody},
	} {
		p := Settings{WaitingRoom: c.was}.with(SettingsEdit{WaitingRoomOn: &c.on})
		if p.WaitingRoom != c.want {
			t.Errorf("%s, on %v: %s", c.was, c.on, p.WaitingRoom)
		}
	}
}

func TestGeneratedPasscodeIsUnambiguous(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code, err := GeneratePasscode(rand.NewChaCha8([32]byte{rapid.Byte().Draw(t, "seed")}))
		if err != nil || len(code) != 8 || CheckPasscode(code) != nil || strings.ContainsAny(code, "0O1lI") {
			t.Fatalf("%q %v", code, err)
		}
	})
	if len(unambiguous) != 56 {
		t.Errorf("%d characters", len(unambiguous))
	}
}

func TestCheckPasscode(t *testing.T) {
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
