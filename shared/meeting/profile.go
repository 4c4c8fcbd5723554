package meeting

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Profile is what a user sees in "My Profile".
type Profile struct {
	User      User
	Email     string // verified; empty if the issuer never said so, or if another user of the account has it
	FirstName string
	LastName  string
	Timezone  string // IANA name
	Language  string
	Dept      string
	HostKey   string // 6 digits

	PMI         Number
	PastNumbers []Number // released PMIs, the latest last (I2, I14)
	Forwarding  bool     // whether past numbers at rest lead to the room (I2)
	Link        Link     // empty: none

	AlwaysPMI   bool // for instant meetings (I5)
	SchedulePMI bool // where a schedule request is silent (I6)

	Passthrough Passthrough // of the settings view, uninterpreted: "schedule_meeting.host_video"

	PageKey   [16]byte // seals the page tokens of the user's lists
	CreatedAt time.Time
	Version   int64 // of the item, for conditional writes; 0: not stored
}

// Passthrough are settings that we store and return unchanged, by name.
type Passthrough map[string]json.RawMessage

// merge is e with the members of more put over it.
func (e Passthrough) merge(more Passthrough) Passthrough {
	all := make(Passthrough, len(e)+len(more))
	for _, x := range []Passthrough{e, more} {
		maps.Copy(all, x)
	}
	return all
}

// diff is the extras that are not the same in others.
func (e Passthrough) diff(others Passthrough) Passthrough {
	return maps.Collect(func(yield func(string, json.RawMessage) bool) {
		for name, value := range e {
			if !bytes.Equal(value, others[name]) && !yield(name, value) {
				return
			}
		}
	})
}

// size is what the extras take, in bytes.
func (e Passthrough) size() (n int) {
	for name, value := range e {
		n += len(name) + len(value)
	}
	return n
}

// MaxPassthrough bounds what is stored uninterpreted with a profile or a meeting, in bytes.
const MaxPassthrough = 32 << 10

// MaxPastNumbers is how many released PMIs a profile remembers: invitations to older ones are lost.
const MaxPastNumbers = 50

// Exists reports whether the profile is stored.
func (p Profile) Exists() bool { return p.Version > 0 }

// Name is how the user is shown to others.
func (p Profile) Name() string {
	if name := strings.TrimSpace(p.FirstName + " " + p.LastName); name != "" {
		return name
	}
	if p.Email != "" {
		return p.Email
	}
	return p.User.ID
}

// RoomTopic is the name of the user's personal room.
func (p Profile) RoomTopic() string { return p.Name() + "'s Personal Meeting Room" }

// instantPMI reports whether an instant meeting is in the personal room: the user always wants that, or chose it now (I5).
func (p Profile) instantPMI(chosen *bool) bool { return p.AlwaysPMI || chosen != nil && *chosen }

// plannedPMI reports whether a meeting to be planned is in the personal room: as it was chosen, else as the scheduling option
// says; "always use PMI" is for instant meetings only (I6).
func (p Profile) plannedPMI(t Type, chosen *bool) bool {
	if t == Instant {
		return p.instantPMI(chosen)
	}
	pmi := p.SchedulePMI
	set(&pmi, chosen)
	return pmi
}

// had reports whether the number is or was the user's PMI.
func (p Profile) had(n Number) bool { return p.PMI == n || slices.Contains(p.PastNumbers, n) }

// renumbered is the profile with another PMI.
func (p Profile) renumbered(n Number) Profile {
	past := make([]Number, 0, len(p.PastNumbers)+1)
	for _, old := range append(slices.Clone(p.PastNumbers), p.PMI) {
		if old != n {
			past = append(past, old)
		}
	}
	p.PastNumbers = past[max(0, len(past)-MaxPastNumbers):]
	p.PMI = n
	return p
}
