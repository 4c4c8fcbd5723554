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

// A Meeting is planned or started by a host. Its room has the settings for joining (I19).
type Meeting struct {
	ID        Number
	Host      User
	HostEmail string
	Type      Type
	Topic     string
	Agenda    string
	Start     time.Time // of a series: of the first occurrence of its rule; zero: no fixed time
	Series    *Series   // nil unless Type is FixedTime
	Duration  time.Duration
	Timezone  string // IANA name
	UsePMI    bool   // held in the host's personal room

	Invitees    []string    // e-mail addresses
	Sequence    int64       // revision of the calendar entry (RFC 5545)
	Passthrough Passthrough // members of "settings" that we do not interpret
	Extra       Passthrough // members of the meeting itself that we do not interpret

	CreatedAt time.Time
	MovedTo   string // the id of the user whose meeting it becomes by the next write; it is not cancelled by that
	Version   int64  // of the item, for conditional writes; 0: not stored
}

// Exists reports whether the meeting is stored.
func (m Meeting) Exists() bool { return m.Version > 0 }

// Until returns when the meeting, with all its occurrences, is over; zero: never.
func (m Meeting) Until() time.Time {
	switch {
	case m.Type == Instant:
		return m.ExpiresAt()
	case m.Start.IsZero():
		return time.Time{}
	}
	return m.lastEnd()
}

// Zone returns the meeting's time zone; UTC if the name is no longer a zone.
func (m Meeting) Zone() *time.Location { return storedZone(m.Timezone) }

// passthrough returns the size of the uninterpreted settings of the meeting and its occurrences, in bytes.
func (m Meeting) passthrough() int {
	n := m.Passthrough.size() + m.Extra.size()
	if m.Series != nil {
		for _, e := range m.Series.Exceptions {
			n += e.Passthrough.size()
		}
	}
	return n
}

// InstantLife is how long an instant meeting is kept: longer than an instance can last.
const InstantLife = 72 * time.Hour

// ExpiresAt returns when storage deletes an instant meeting, and its unused room; zero for other meetings, which are
// kept.
func (m Meeting) ExpiresAt() time.Time {
	if m.Type != Instant {
		return time.Time{}
	}
	return m.CreatedAt.Add(InstantLife)
}
