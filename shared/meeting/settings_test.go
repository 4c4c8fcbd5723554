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
	for name, c := range map[string]struct {
		settings Settings
		want     Reason
	}{
		"a passcode":                    {Settings{Passcode: "open123"}, ""},
		"a waiting room for everyone":   {Settings{WaitingRoom: WaitEveryone}, ""},
		"signed-in people only":         {Settings{SignedInOnly: true}, ""},
		"people of a domain only":       {Settings{Domains: []string{"acme.example"}}, ""},
		"nothing":                       {Settings{WaitingRoom: WaitNobody}, Invalid},
		"a waiting room for guests":     {Settings{WaitingRoom: WaitGuests}, Invalid},
		"nothing, and join before host": {Settings{JoinBeforeHost: true}, Invalid},
	} {
		if got := ReasonOf(c.settings.Check()); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if _, err := (&SettingsEdit{Passcode: new("")}).applyTo(adasRoom().Settings); ReasonOf(err) != Invalid {
		t.Errorf("an edit that removes the passcode: %v", err)
	}
}

// SettingsWith returns settings of which only this one is set, to a value that is acceptable as input.
func SettingsWith(s Setting) (p Settings) {
	all := Settings{
		Passcode: "other123", WaitingRoom: WaitGuests, JoinBeforeHost: true, JoinBeforeHostWindow: 10 * time.Minute,
		SignedInOnly: true, Domains: []string{"a.example"}, AutoLock: 10 * time.Minute, Capacity: 7,
		AlternativeHosts: []string{"a@a.example"},
	}
	reflect.ValueOf(s.In(&p)).Elem().Set(reflect.ValueOf(s.In(&all)).Elem())
	return p
}

func TestEverySettingIsDescribedEditedAndCompared(t *testing.T) {
	var fields []string
	for _, s := range AllSettings {
		fields = append(fields, s.Field)
		want := SettingsWith(s)
		value := reflect.ValueOf(s.In(&want)).Elem()
		var edit SettingsEdit
		target := reflect.ValueOf(s.InEdit(&edit)).Elem()
		target.Set(reflect.New(value.Type()))
		target.Elem().Set(value)
		if after := (Settings{}).with(edit); value.IsZero() || !reflect.DeepEqual(after, want) {
			t.Errorf("%s: after the edit %+v, want %+v", s.Field, after, want)
		}
		compared := s.Field != "Passcode"
		if edit.differs(Settings{}) != compared || edit.differs(want) {
			t.Errorf("%s: a difference is missed, or found where there is none", s.Field)
		}
	}
	for field := range reflect.TypeFor[Settings]().Fields() {
		if field.Name != "Unknown" && !slices.Contains(fields, field.Name) {
			t.Errorf("AllSettings does not describe %s", field.Name)
		}
	}
}

func TestPasscodes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code, err := GeneratePasscode(rand.NewChaCha8([32]byte{rapid.Byte().Draw(t, "seed")}))
		if err != nil || len(code) != 8 || CheckPasscode(code) != nil || strings.ContainsAny(code, "0O1lI") {
			t.Fatalf("%q %v", code, err)
		}
	})
	if _, err := DefaultSettings(iotest.ErrReader(iotest.ErrTimeout)); err == nil {
		t.Error("a passcode without randomness")
	}
	if len(unambiguous) != 56 {
		t.Errorf("%d characters", len(unambiguous))
	}
	for text, allowed := range map[string]bool{
		"": true, "a": true, "Z9@-_*": true, "1234567890": true,
		"12345678901": false, "a b": false, "pässe": false, "a#b": false, "a\x00": false, "秘密": false,
	} {
		if err := CheckPasscode(text); (err == nil) != allowed {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestI13ANewPasscodeIsNotTooShortToGuess(t *testing.T) {
	for code, allowed := range map[string]bool{"1": false, "12345": false, "482913": true, "abc": true} {
		_, err := (&SettingsEdit{Passcode: &code}).applyTo(Settings{Passcode: "abc", WaitingRoom: WaitEveryone})
		if (err == nil) != allowed {
			t.Errorf("%q over the stored passcode abc: %v", code, err)
		}
	}
}
