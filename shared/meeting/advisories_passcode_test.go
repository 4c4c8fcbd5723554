package meeting

import (
	"math/rand/v2"
	"testing"
)

func TestI16PasscodesThatPeopleTryFirstAreWeak(t *testing.T) {
	room := Room{Number: "5551234321", Kind: Personal, Topic: "Ada Lovelace's Personal Meeting Room"}
	for code, weak := range map[string]bool{
		"123456": true, "654321": true, "567890": true, "098765": true, "abc123": true, "ABCD1234": true, "112233": true,
		"111111": true, "121212": true, "123123": true, "aabbaa": true, "147258": true, "1q2w3e4r": true,
		"password": true, "Passw0rd": true, "p@ssword1": true, "qwerty": true, "Zoom2026": true, "-secret-": true,
		"551234": true, "lovelace": true, "Lovelace_1": true, "1234": true,
		"": false, "aB3dEf7h": false, "7more8": false, "tea-4-2": false, "135724": false, "804151": false, "ada-42": false,
	} {
		if room.Settings.Passcode = code; room.hasWeakPasscode() != weak {
			t.Errorf("%q is weak: %v, want %v", code, !weak, weak)
		}
	}
}

func TestGeneratedPasscodesAreNotWeak(t *testing.T) {
	random := rand.NewChaCha8([32]byte{})
	for range 10_000 {
		code, err := GeneratePasscode(random)
		if room := (Room{Number: "5551234321", Settings: Settings{Passcode: code}}); err != nil || room.hasWeakPasscode() {
			t.Errorf("%s: %v", code, err)
		}
	}
}
