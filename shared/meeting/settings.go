package meeting

import (
	"crypto/subtle"
	"fmt"
	"io"
	"strings"
	"time"
)

// WaitingRoom says who waits for approval before they come in (I8).
type WaitingRoom string

const (
	WaitNobody   WaitingRoom = "off"
	WaitEveryone WaitingRoom = "everyone" // all but hosts
	WaitGuests   WaitingRoom = "guests"   // all who are not signed in to the owner's account
)

// On reports whether anybody waits.
func (w WaitingRoom) On() bool { return w == WaitEveryone || w == WaitGuests }

// switched is the waiting room on or off: on is for everyone, unless it is on already.
func (w WaitingRoom) switched(on bool) WaitingRoom {
	switch {
	case !on:
		return WaitNobody
	case !w.On():
		return WaitEveryone
	}
	return w
}

// Limits of a policy.
const (
	MaxPasscode         = 10 // characters, as in Zoom's API
	MaxCapacity         = 1000
	DefaultCapacity     = 100
	MaxAlternativeHosts = 10
	MaxDomains          = 10
	MaxAutoLock         = 24 * time.Hour
	generatedPasscode   = 8
)

// A Settings is what the owner of a room asks of those who come. A personal room's is its own, whatever meeting sits
// in it (I19).
type Settings struct {
	Passcode             string // empty: none is asked
	WaitingRoom          WaitingRoom
	JoinBeforeHost       bool
	JoinBeforeHostWindow time.Duration // how long before its start a meeting may be joined before host; 0: any time
	SignedInOnly         bool          // signed-in people only
	Domains              []string      // of the verified e-mail addresses that may come in; empty: any; implies SignIn
	AutoLock             time.Duration // how long after it opened the room locks itself; 0: never
	Capacity             int           // people admitted at once, the owner not counted
	AlternativeHosts     []string      // verified e-mail addresses of the owner's account, in lower case
	Unknown              UnknownSettings
}

// UnknownSettings are settings that a newer version of this program has stored, by their names. Storage knows what they are; everything
// else passes them on.
type UnknownSettings map[string]any

// DefaultSettings is that of every new room: a passcode, and nothing else in the way.
func DefaultSettings(random io.Reader) (Settings, error) {
	code, err := GeneratePasscode(random)
	return Settings{Passcode: code, WaitingRoom: WaitNobody, Capacity: DefaultCapacity}, err
}

// Check refuses a policy that lets in whoever finds the number: neither passcode nor waiting room, unless everyone must
// be signed in.
func (p Settings) Check() error {
	if p.Passcode == "" && p.WaitingRoom != WaitEveryone && !p.admitsSignedInOnly() {
		return RefuseField("passcode", "A room needs a passcode or a waiting room for everyone, unless everyone must be "+
			"signed in (authenticated_only). Set one of them in the same request.")
	}
	return nil
}

// SettingsEdit is what an owner changes of a policy: what is nil stays.
type SettingsEdit struct {
	Passcode             *string // "": none any more
	NewPasscode          bool    // to be generated
	WaitingRoom          *WaitingRoom
	WaitingRoomOn        *bool // on or off, as Zoom's clients say it: one that is on already stays for whom it is
	JoinBeforeHost       *bool
	JoinBeforeHostWindow *time.Duration
	SignedInOnly         *bool
	Domains              *[]string
	AutoLock             *time.Duration
	Capacity             *int
	AlternativeHosts     *[]string
}

// applyTo is the policy after the edit, which may be nil; it refuses one that fails Check.
func (e *SettingsEdit) applyTo(p Settings) (Settings, error) {
	if e == nil {
		return p, nil
	}
	set(&p.Passcode, e.Passcode)
	set(&p.WaitingRoom, e.WaitingRoom)
	if e.WaitingRoomOn != nil {
		p.WaitingRoom = p.WaitingRoom.switched(*e.WaitingRoomOn)
	}
	set(&p.JoinBeforeHost, e.JoinBeforeHost)
	set(&p.JoinBeforeHostWindow, e.JoinBeforeHostWindow)
	set(&p.SignedInOnly, e.SignedInOnly)
	set(&p.Domains, e.Domains)
	set(&p.AutoLock, e.AutoLock)
	set(&p.Capacity, e.Capacity)
	set(&p.AlternativeHosts, e.AlternativeHosts)
	return p, p.Check()
}

func (p Settings) admitsSignedInOnly() bool { return p.SignedInOnly || len(p.Domains) > 0 }

// acceptsPasscode reports whether the passcode given is the room's, in constant time.
func (p Settings) acceptsPasscode(passcode string) bool {
	return p.Passcode == "" || subtle.ConstantTimeCompare([]byte(p.Passcode), []byte(passcode)) == 1
}

// waitingRoomHolds reports whether the waiting room is for this caller of a room of the account.
func (p Settings) waitingRoomHolds(account string, c User) bool {
	return p.WaitingRoom == WaitEveryone || p.WaitingRoom == WaitGuests && (c.None() || c.Account != account)
}

// unambiguous leaves out what people misread aloud or in print: 0 O, 1 l I.
const unambiguous = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"

// GeneratePasscode makes a passcode of 8 unambiguous characters.
func GeneratePasscode(random io.Reader) (string, error) {
	var code strings.Builder
	var b [1]byte
	for code.Len() < generatedPasscode {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return "", fmt.Errorf("passcode: %w", err)
		}
		if i := int(b[0]) & 63; i < len(unambiguous) {
			code.WriteByte(unambiguous[i])
		}
	}
	return code.String(), nil
}

// CheckPasscode refuses what Zoom's clients cannot type: more than 10 characters, or others than letters, digits and
// @ - _ *.
func CheckPasscode(s string) error {
	if len(s) > MaxPasscode {
		return fmt.Errorf("has %d characters; a passcode has at most %d", len(s), MaxPasscode)
	}
	for _, r := range s {
		if !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("@-_*", r)) {
			return fmt.Errorf("contains %q; a passcode has letters, digits and @ - _ * only", r)
		}
	}
	return nil
}
