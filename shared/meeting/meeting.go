package meeting

import "time"

// Type is Zoom's type of a meeting.
type Type int

const (
	Instant      Type = 1
	Scheduled    Type = 2
	NoFixedTime  Type = 3 // recurring, without a fixed time
	PersonalRoom Type = 4 // how a personal room itself is shown
	FixedTime    Type = 8 // recurring, with a fixed time
)

// A Meeting is what a host plans or starts. What concerns its door is with its room (I19).
type Meeting struct {
	ID        Number
	Host      User
	HostEmail string
	Type      Type
	Topic     string
	Agenda    string
	Start     time.Time // zero: no fixed time; of a series, the first occurrence by its rule
	Series    *Series   // nil: of another type than FixedTime
	Duration  time.Duration
	Timezone  string // IANA name, in which the start was meant
	UsePMI    bool   // held in the host's personal room

	Invitees    []string    // e-mail addresses
	Sequence    int64       // how often the calendar entry changed since it was made (RFC 5545)
	Passthrough Passthrough // of "settings", uninterpreted

	CreatedAt time.Time
	Version   int64 // of the item, for conditional writes; 0: not stored
}

// Exists reports whether the meeting is stored.
func (m Meeting) Exists() bool { return m.Version > 0 }

// Until is when the meeting is over for good; zero: never.
func (m Meeting) Until() time.Time {
	switch {
	case m.Type == Instant:
		return m.ExpiresAt()
	case m.Start.IsZero():
		return time.Time{}
	}
	return m.lastEnd()
}

// zone is the meeting's time zone; UTC for a name that is none any more.
func (m Meeting) zone() *time.Location {
	zone, err := time.LoadLocation(m.Timezone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// passthrough is what the meeting and its occurrences take that is uninterpreted, in bytes.
func (m Meeting) passthrough() int {
	n := m.Passthrough.size()
	if m.Series != nil {
		for _, e := range m.Series.Exceptions {
			n += e.Passthrough.size()
		}
	}
	return n
}

// InstantLife is how long an instant meeting is kept: longer than its sitting can last.
const InstantLife = 72 * time.Hour

// ExpiresAt is when an instant meeting, and a room of it that was not used, is cleaned away; zero for the others, which are kept.
func (m Meeting) ExpiresAt() time.Time {
	if m.Type != Instant {
		return time.Time{}
	}
	return m.CreatedAt.Add(InstantLife)
}
