package meeting

import "fmt"

// Status says whether somebody can sign in as the user, and open the user's rooms.
type Status string

// The status of users. A room has that of its owner.
const (
	Active   Status = ""
	Inactive Status = "inactive" // nobody gets past the passcode of their rooms; the number is theirs
	Pending  Status = "pending"  // invited, and not signed in yet: the room is held for them, and nobody can open it
)

// Statuses are all status.
func Statuses() []Status { return []Status{Active, Inactive, Pending} }

// String returns the status in Zoom's words.
func (s Status) String() string {
	if s == Active {
		return "active"
	}
	return string(s)
}

// refusal returns why no meeting of the user can be planned or started; nil if it can.
func (s Status) refusal() error {
	switch s {
	case Pending:
		return refuse(UserPending)
	case Inactive:
		return refuse(UserInactive)
	case Active:
	}
	return nil
}

// ParseStatus reads a status in Zoom's words.
func ParseStatus(s string) (Status, error) {
	for _, status := range Statuses() {
		if s == status.String() {
			return status, nil
		}
	}
	return "", fmt.Errorf("must be one of %v", Statuses())
}
