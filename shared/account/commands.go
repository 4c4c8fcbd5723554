package account

import (
	"slices"
	"strings"
)

// The commands that automations may give. The set is closed.
const (
	MeetingSchedule      = "meeting.schedule"
	MeetingStart         = "meeting.start"
	MeetingEnd           = "meeting.end"
	RoomLock             = "room.lock"
	RoomUnlock           = "room.unlock"
	RoomOpenWaitingRoom  = "room.open_waiting_room"
	RoomCloseWaitingRoom = "room.close_waiting_room"
	RoomRotatePasscode   = "room.rotate_passcode"
	RoomChangeNumber     = "room.change_number"
)

// Commands are all of them.
func Commands() []string {
	return []string{
		MeetingSchedule, MeetingStart, MeetingEnd, RoomLock, RoomUnlock, RoomOpenWaitingRoom, RoomCloseWaitingRoom, RoomRotatePasscode,
		RoomChangeNumber,
	}
}

// Everyone is the user of a grant that is for any user of the account.
const Everyone = "*"

// Allows reports whether an automation may give the command as the user. What is no command is never allowed.
func (p Policy) Allows(user, command string) bool {
	return slices.Contains(Commands(), command) && slices.ContainsFunc(p.Grants, func(g Grant) bool {
		return (g.User == user || g.User == Everyone) && named(g.Commands, command)
	})
}

// Wants reports whether events of the name are sent to the endpoint, once it is active.
func (e Endpoint) Wants(event string) bool { return len(e.Events) == 0 || named(e.Events, event) }

// named reports whether one of the patterns is for the name.
func named(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, name) })
}

// matches reports whether the pattern is the name, "room.lock"; or ends in a star that stands for the rest of it, "room.*" or "*".
func matches(pattern, name string) bool {
	family, starred := strings.CutSuffix(pattern, "*")
	if starred && (family == "" || strings.HasSuffix(family, ".")) {
		return strings.HasPrefix(name, family)
	}
	return pattern == name
}
