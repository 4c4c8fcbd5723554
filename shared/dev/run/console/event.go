package console

import (
	"encoding/json"
	"path"
	"strings"
)

// Subject returns what an event or a command of ours is about, in a few words. It is empty for other events, which may
// hold secrets.
//
//	room 5551234321  Grace
//	room.lock as ada  refused: room_idle
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
	_ = json.Unmarshal(text, &e) // other events are understood in part, or not at all
	object := e.Payload.Object
	kind, name, _ := strings.Cut(e.Item, "/")
	switch kind {
	case "room", "seat":
		return strings.TrimSpace("room " + object.ID + "  " + object.Participant.Name)
	case "command":
		return outcome(object.Name, object.User, object.Reason)
	case "user":
		return "user " + path.Base(name)
	case "":
		return outcome(e.Name, e.User, "")
	}
	return kind + " " + shortened(name)
}

// outcome returns a command and, if it was refused, the reason.
func outcome(command, user, reason string) string {
	switch {
	case command == "":
		return ""
	case reason == "":
		return command + " as " + user
	}
	return command + " as " + user + "  refused: " + reason
}
