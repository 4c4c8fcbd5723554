package meeting

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Profile is the data of a user in "My Profile".
type Profile struct {
	User      User
	Email     string // verified; empty if there is none, or if another user of the account has it
	FirstName string
	LastName  string
	Timezone  string // IANA name
	Language  string
	Dept      string
	HostKey   string // 6 digits

	PMI         Number
	PastNumbers []Number  // quarantined PMIs, and those that were, the latest last (I2, I14); at most MaxPastNumbers
	Link        Link      // empty: there is none
	PastLinks   []Link    // released links, the latest last (I2); at most MaxQuarantined
	RenamedOn   time.Time // the begin of the last day, in UTC, on which the PMI or the link changed
	Renames     int       // such changes on that day
	Forwarding  bool      // whether quarantined numbers and links lead to the room (I2)

	AlwaysPMI   bool // use the PMI for instant meetings (I5)
	SchedulePMI bool // use the PMI where a schedule request names no choice (I6)

	Passthrough Passthrough // settings that we do not interpret, by section: "schedule_meeting.host_video"

	Status    Status
	Sweep     string   // where a change of the status goes on with the user's meetings; empty: none is under way
	MovedTo   string   // the id of the user that an invited one became; such a profile holds nothing else
	InvitedAs string   // the id under which an admin created the user, if they were invited
	Request   Identity // of the request with an Idempotency-Key that made it, if any (I15)

	PageKey   [16]byte // signs the page tokens of the user's lists
	CreatedAt time.Time
	Version   int64 // of the item, for conditional writes; 0: not stored
}

// Passthrough is settings that we store and return unchanged, by name.
type Passthrough map[string]json.RawMessage

// Merge returns p with the members of more, which replace those of the same name.
func (p Passthrough) Merge(more Passthrough) Passthrough {
	all := make(Passthrough, len(p)+len(more))
	maps.Copy(all, p)
	maps.Copy(all, more)
	return all
}

// diff returns the members that others does not have, or has with another value.
func (p Passthrough) diff(others Passthrough) Passthrough {
	left := maps.Clone(p)
	maps.DeleteFunc(left, func(name string, value json.RawMessage) bool { return bytes.Equal(value, others[name]) })
	return left
}

// size returns the size of names and values, in bytes.
func (p Passthrough) size() (n int) {
	for name, value := range p {
		n += len(name) + len(value)
	}
	return n
}

// MaxPassthrough is the maximal size of the uninterpreted settings of a profile or a meeting, in bytes.
const MaxPassthrough = 32 << 10

// MaxPastNumbers is how many released PMIs a profile keeps, of those that others knew. Invitations with older ones lead
// nowhere.
const MaxPastNumbers = 50

// Exists reports whether the profile is stored, and is that of a user: not one that moved.
func (p Profile) Exists() bool { return p.Version > 0 && p.MovedTo == "" }

// Name returns the name that others see; empty if the user has none. It is never the e-mail address, which some issuers
// put where a name is missing: guests see it in topics and invitations.
func (p Profile) Name() string {
	name := strings.TrimSpace(p.FirstName + " " + p.LastName)
	if FoldASCII(name) == p.Email {
		return ""
	}
	return name
}

// DisplayName returns the name, or the word for a participant without one.
func (p Profile) DisplayName() string { return cmp.Or(p.Name(), nameless) }

// RoomTopic returns the topic of the user's personal room.
func (p Profile) RoomTopic() string { return p.topic("Personal Meeting Room") }

// meetingTopic returns the topic of a meeting that is given none.
func (p Profile) meetingTopic() string { return p.topic("Meeting") }

func (p Profile) topic(what string) string {
	if name := p.Name(); name != "" {
		return name + "'s " + what
	}
	return what
}

// instantPMI reports whether an instant meeting uses the PMI: always, or by the choice (I5).
func (p Profile) instantPMI(chosen *bool) bool { return p.AlwaysPMI || chosen != nil && *chosen }

// plannedPMI reports whether a new meeting of the type uses the PMI: by the choice, else by the scheduling option.
// "Always use PMI" counts for instant meetings only (I6).
func (p Profile) plannedPMI(t Type, chosen *bool) bool {
	if t == Instant {
		return p.instantPMI(chosen)
	}
	pmi := p.SchedulePMI
	set(&pmi, chosen)
	return pmi
}

// had reports whether the number is the user's PMI, or was and others may know it.
func (p Profile) had(n Number) bool { return p.PMI == n || slices.Contains(p.PastNumbers, n) }

// releasing returns the profile with its new PMI, which remembers the old one.
func (p Profile) releasing(old Number) Profile {
	past := slices.DeleteFunc(slices.Clone(p.PastNumbers), func(n Number) bool { return n == old || n == p.PMI })
	past = append(past, old)
	p.PastNumbers = past[max(0, len(past)-MaxPastNumbers):]
	return p
}
