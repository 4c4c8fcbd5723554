package bus

import (
	"encoding/json"
	"fmt"
	"strings"
)

// longestSubject is how much of a detail is shown that does not say what it is about, in characters.
const longestSubject = 120

// line shows an event to whoever watches: when, what, about what, and where it goes.
//
//	events    | 09:30:12 meeting.started  room/5551234321 acme  → automate
func line(e Event, to []target) string {
	text := fmt.Sprintf("%-9s | %s %s  %s", "events", e.Time.Format("15:04:05"), e.DetailType, subject(e.Detail))
	var names []string
	for _, t := range to {
		names = append(names, t.name())
	}
	if len(names) > 0 {
		text += "  → " + strings.Join(names, ", ")
	}
	return text
}

// subject is what an event is about: the item and the account where it names them, else the beginning of all that it says.
func subject(detail json.RawMessage) string {
	var named struct {
		Item    string `json:"item"`
		Payload struct {
			Account string `json:"account_id"`
		} `json:"payload"`
	}
	if err := json.Unmarshal(detail, &named); err == nil && named.Item != "" {
		return strings.TrimSpace(named.Item + " " + named.Payload.Account)
	}
	all := []rune(strings.Join(strings.Fields(string(detail)), " "))
	if len(all) > longestSubject {
		return string(all[:longestSubject]) + "…"
	}
	return string(all)
}
