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

// turned is the waiting room on or off: on is for everyone, unless it is on already.
func (w WaitingRoom) turned(on bool) WaitingRoom {
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

// A Policy is what the owner of a room asks of those who come. A personal room's is its own, whatever meeting sits
// in it (I19).
type Policy struct {
	Passcode         string // empty: none is asked
	WaitingRoom      WaitingRoom
	JoinBeforeHost   bool
	Window           time.Duration // how long before its start a meeting may be joined before host; 0: any time
	SignIn           bool          // signed-in people only
	Domains          []string      // of the verified e-mail addresses that may come in; empty: any; implies SignIn
	AutoLock         time.Duration // how long after it opened the room locks itself; 0: never
	Capacity         int           // people admitted at once, the owner not counted
	AlternativeHosts []string      // verified e-mail addresses of the owner's account, in lower case
	Unknown          UnknownSettings
}

// UnknownSettings are settings that a newer version of this program has stored, by their names. Storage knows what they are; everything
// else passes them on.
type UnknownSettings map[string]any

// DefaultPolicy is that of every new room: a passcode, and nothing else in the way.
func DefaultPolicy(random io.Reader) (Policy, error) {
	code, err := GeneratePasscode(random)
	return Policy{Passcode: code, WaitingRoom: WaitNobody, Capacity: DefaultCapacity}, err
}

// Check refuses a policy that lets in whoever finds the number: neither passcode nor waiting room, unless everyone must
// be signed in.
func (p Policy) Check() error {
	if p.Passcode == "" && p.WaitingRoom != WaitEveryone && !p.signedInOnly() {
		return RefuseField("passcode", "A room needs a passcode or a waiting room for everyone, unless everyone must be "+
			"signed in (authenticated_only). Set one of them in the same request.")
	}
	return nil
}

// PolicyEdit is what an owner changes of a policy: what is nil stays.
type PolicyEdit struct {
	Passcode         *string // "": none any more
	NewPasscode      bool    // to be generated
	WaitingRoom      *WaitingRoom
	Waits            *bool // on or off, as Zoom's clients say it: one that is on already stays for whom it is
	JoinBeforeHost   *bool
	Window           *time.Duration
	SignIn           *bool
	Domains          *[]string
	AutoLock         *time.Duration
	Capacity         *int
	AlternativeHosts *[]string
}

// of is the policy after the edit, which may be nil; it refuses one that fails Check.
func (e *PolicyEdit) of(p Policy) (Policy, error) {
	if e == nil {
		return p, nil
	}
	set(&p.Passcode, e.Passcode)
	set(&p.WaitingRoom, e.WaitingRoom)
	if e.Waits != nil {
		p.WaitingRoom = p.WaitingRoom.turned(*e.Waits)
	}
	set(&p.JoinBeforeHost, e.JoinBeforeHost)
	set(&p.Window, e.Window)
	set(&p.SignIn, e.SignIn)
	set(&p.Domains, e.Domains)
	set(&p.AutoLock, e.AutoLock)
	set(&p.Capacity, e.Capacity)
	set(&p.AlternativeHosts, e.AlternativeHosts)
	return p, p.Check()
}

func (p Policy) signedInOnly() bool { return p.SignIn || len(p.Domains) > 0 }

// opens reports whether the passcode given is the room's, in constant time.
func (p Policy) opens(passcode string) bool {
	return p.Passcode == "" || subtle.ConstantTimeCompare([]byte(p.Passcode), []byte(passcode)) == 1
}

// holds reports whether the waiting room is for this caller of a room of the account.
func (p Policy) holds(account string, c User) bool {
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
