package meeting

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"slices"
	"time"
)

// A Pass is a guest pass: a named link to a personal room for one person. Who shows its token is past the passcode; a
// host's choice makes it an approval too. It proves nothing else.
type Pass struct {
	ID               string // derived from the token
	Owner            User   // of the room
	Name             string // of the person
	Host             string // who invites them: the name of the owner
	SkipsWaitingRoom bool
	Limit            int        // how many seats may be taken by it; 0: any number
	Until            time.Time  // seats are taken before; zero: no end
	Hash             [32]byte   // of the token
	Seats            []Identity // that were taken by it, if there is a limit
	Taken            int        // how many were, if there is none
	CreatedAt        time.Time
}

// Exists reports whether there is such a pass.
func (p Pass) Exists() bool { return p.ID != "" }

// Uses returns how many seats were taken by the pass.
func (p Pass) Uses() int { return max(p.Taken, len(p.Seats)) }

// State returns whether a new seat can be taken by the pass.
func (p Pass) State(now time.Time) PassState {
	switch {
	case !p.Until.IsZero() && !now.Before(p.Until):
		return PassExpired
	case p.Limit > 0 && len(p.Seats) >= p.Limit:
		return PassSpent
	}
	return PassUsable
}

// A PassState says whether a new seat can be taken by a pass.
type PassState string

// The states of passes. One that is revoked does not exist.
const (
	PassUsable  PassState = "usable"
	PassSpent   PassState = "used_up"
	PassExpired PassState = "expired"
)

// A SeatPass is the pass by which a seat was taken, as it was then; zero: by none.
type SeatPass struct {
	ID   string
	Name string
	Host string // who invited them
	Uses bool   // to take this seat was a use of the pass; not so for who waited in the instance before
}

// passID returns the id of the pass of the token. It tells nothing about the token.
func passID(token string) string {
	sum := sha256.Sum256([]byte("pass id\x00" + token))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

func passHash(token string) [32]byte { return sha256.Sum256([]byte("pass\x00" + token)) }

// identity identifies who comes by the pass (I10); zero if they come by none.
func (p SeatPass) identity() Identity {
	if p.ID == "" {
		return Identity{}
	}
	return identify("pass", p.ID)
}

// seatUse identifies a seat among those that were taken by a pass.
func seatUse(id SeatID) Identity { return identify("use", string(id)) }

// passes returns the identities of those who came by a pass.
func (l Roster) passes() (all []Identity) {
	for _, s := range l {
		if s.Pass.ID != "" {
			all = append(all, s.Pass.identity())
		}
	}
	return all
}

// passShown returns the pass of the token; the zero Pass if there is none, or none that still leads to a seat: a new
// one, or that of an earlier try with the key. It reads as much, whatever the cause (I13).
func (d *Door) passShown(ctx context.Context, c Caller, found Destination, j JoinInput) (Pass, error) {
	owner := found.Room.Owner
	if owner.None() { // nobody's passes, which are spread over the table
		owner.ID = found.address
	}
	p, err := d.core.store.Pass(ctx, owner, passID(j.Pass))
	hash := passHash(j.Pass)
	if err != nil || !p.Exists() || subtle.ConstantTimeCompare(p.Hash[:], hash[:]) != 1 || found.Room.Kind != Personal {
		return Pass{}, err
	}
	if p.State(d.core.env.Now()) == PassUsable {
		return p, nil
	}
	seed, err := d.seed(c, j.Key)
	if err == nil && slices.Contains(p.Seats, seatUse(deriveCredential(found.Room.Live.Instance, seed).ID)) {
		return p, nil
	}
	return Pass{}, err
}

// usePass counts the seat as a use of the pass, once. It returns the uniform refusal if the pass was revoked, or has no
// use left. If the room moves to its next instance at this moment, a use may be lost: never is one too many made.
func (d *Door) usePass(ctx context.Context, p Pass, seat SeatID) error {
	if !p.Exists() {
		return nil
	}
	err := d.core.store.UsePass(ctx, p, seatUse(seat), d.core.env.Now())
	if errors.Is(err, ErrStale) {
		err = refuse(NoMeeting)
	}
	return err
}

// passOf returns the pass by which the seat was taken; the zero Pass if there is none, or if it does not matter any
// more: they are in, or a host approved them. It returns the uniform refusal if the pass was revoked: it admits nobody.
func (d *Door) passOf(ctx context.Context, r Room, s Seat) (Pass, error) {
	if s.Pass.ID == "" || s.Approved || s.renewable(d.core.env.Now()) {
		return Pass{}, nil
	}
	p, err := d.core.store.Pass(ctx, r.Owner, s.Pass.ID)
	if err == nil && !p.Exists() {
		err = refuse(NoMeeting)
	}
	return p, err
}
