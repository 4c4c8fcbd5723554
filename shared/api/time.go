package api

import (
	"errors"
	"strings"
	"time"

	"personal-rooms/shared/meeting"
)

// Clients write times by RFC 3339 or ISO 8601: without seconds, and with an offset of hours and minutes, with or
// without a colon, or of hours.
var (
	clocks  = []string{"2006-01-02T15:04:05", "2006-01-02T15:04"}
	offsets = []string{"Z07:00", "Z0700", "Z07", ""}
)

// ParseTime reads an instant, or a local time, which has no offset. Letters may be small, and a space may stand for T
// and before the offset. In a query, it stands for the plus sign of an offset that was not escaped.
func ParseTime(s string) (meeting.ClientTime, error) {
	s = strings.ToUpper(s)
	if day := len(time.DateOnly); len(s) > day && s[day] == ' ' {
		s = s[:day] + "T" + s[day+1:]
	}
	if clock, offset, spaced := strings.Cut(s, " "); spaced {
		if !strings.ContainsAny(offset, "Z+-") {
			offset = "+" + offset
		}
		s = clock + offset
	}
	for _, clock := range clocks {
		for _, offset := range offsets {
			if t, err := time.Parse(clock+offset, s); err == nil {
				return meeting.ClientTime{Time: t, Local: offset == ""}, nil
			}
		}
	}
	return meeting.ClientTime{}, errors.New(
		"must be a time such as 2026-03-02T09:00:00Z, or 2026-03-02T09:00:00 in the time zone of the request")
}
