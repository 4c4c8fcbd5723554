package console

import (
	"encoding/json"
	"strings"
)

// Subject is what an event or a command is about, in a few words: of its JSON only what names it.
//
//	room 5551234321  Grace
//	room.lock as ada  refused: room_idle
//
// It is empty for the events of others, of which nobody knows what may be shown.
func Subject(text []byte) string {
	type command struct {
		Name   string `json:"command"`
		User   string `json:"user_id"`
		Reason string `json:"reason"`
	}
	var e struct {
		command
		Item    string `json:"item"`
		Payload struct {
			Object struct {
				command
				ID          string `json:"id"`
				Participant struct {
					Name string `json:"user_name"`
				} `json:"participant"`
			} `json:"object"`
		} `json:"payload"`
	}
	_ = json.Unmarshal(text, &e) // of what is written otherwise, as much as is understood
	object := e.Payload.Object
	kind, name, _ := strings.Cut(e.Item, "/")
	switch kind {
	case "room", "seat":
		return strings.TrimSpace("room " + object.ID + "  " + object.Participant.Name)
	case "command":
		return outcome(object.Name, object.User, object.Reason)
	case "user":
		return "user " + name[strings.LastIndex(name, "/")+1:]
	case "":
		return outcome(e.Name, e.User, "")
	}
	return kind + " " + shortened(name)
}

// outcome is a command, and why it was refused, if it was.
func outcome(command, user, reason string) string {
	if command == "" {
		return ""
	}
	text := command + " as " + user
	if reason != "" {
		text += "  refused: " + reason
	}
	return text
}
