package account

import (
	"slices"
	"strings"
)

// The commands of automations. The set is closed.
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

// Commands returns all commands.
func Commands() []string {
	return []string{
		MeetingSchedule, MeetingStart, MeetingEnd, RoomLock, RoomUnlock, RoomOpenWaitingRoom, RoomCloseWaitingRoom,
		RoomRotatePasscode, RoomChangeNumber,
	}
}

// Everyone is the user of a grant for any user of the account.
const Everyone = "*"

// Allows reports whether an automation may give the command as the user. An unknown command is never allowed.
func (p Policy) Allows(user, command string) bool {
	return slices.Contains(Commands(), command) && slices.ContainsFunc(p.Grants, func(g Grant) bool {
		return (g.User == user || g.User == Everyone) && matchesAny(g.Commands, command)
	})
}

// AllowsSome reports whether an automation may give some command as the user.
func (p Policy) AllowsSome(user string) bool {
	return slices.ContainsFunc(Commands(), func(command string) bool { return p.Allows(user, command) })
}

// Wants reports whether an active endpoint receives events of this name.
func (e Endpoint) Wants(event string) bool { return len(e.Events) == 0 || matchesAny(e.Events, event) }

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, name) })
}

// matches reports whether the pattern is the name, "room.lock", or its first words and a star, "room.*" or "*".
func matches(pattern, name string) bool {
	family, starred := strings.CutSuffix(pattern, "*")
	if starred && (family == "" || strings.HasSuffix(family, ".")) {
		return strings.HasPrefix(name, family)
	}
	return pattern == name
}
