package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"maps"
	"sync"

	"personal-rooms/shared/meeting"
)

//go:embed defaults.json
var defaultsText []byte

// StoredSettings are the settings that we do not interpret, with their defaults as Zoom documents them: answers show
// these where nothing else is stored. A setting without a documented default is off, empty or 0.
type StoredSettings struct {
	Meeting meeting.Passthrough `json:"meeting"`
	User    meeting.Passthrough `json:"user"` // with their sections: "in_meeting.chat"
}

// Defaults returns the settings that we do not interpret.
var Defaults = sync.OnceValue(func() (s StoredSettings) {
	if err := json.Unmarshal(defaultsText, &s); err != nil {
		panic(err) // a test would have found it
	}
	return s
})

// DropAbsent removes "" and 0 where a choice is expected, and returns the rest: they mean nothing where the default is
// another text or number.
func DropAbsent(sent, defaults meeting.Passthrough) meeting.Passthrough {
	maps.DeleteFunc(sent, func(name string, value json.RawMessage) bool {
		usual := defaults[name]
		return usual != nil && !bytes.Equal(value, usual) && (string(value) == `""` || string(value) == `0`)
	})
	return sent
}
