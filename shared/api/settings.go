package api

import (
	"fmt"
	"time"

	"personal-rooms/shared/meeting"
)

// RoomSettings returns the settings of a room under our own names, as package meeting describes them. They hold the
// passcode: for hosts only.
func RoomSettings(p meeting.Settings) map[string]any {
	shape := map[string]any{}
	for _, s := range meeting.AllSettings {
		shape[s.Name] = s.Value(p)
	}
	return shape
}

// ReadRoomSettings reads the settings of a room under our own names. Some have a name of Zoom's too: see [Plan].
func ReadRoomSettings(f *Form) (edit meeting.SettingsEdit) {
	for _, s := range meeting.AllSettings {
		switch value := s.InEdit(&edit).(type) {
		case **string:
			*value = f.Checked(s.Name, meeting.CheckPasscode)
		case **meeting.WaitingRoom:
			*value = f.waitingRoom(s.Name)
		case **bool:
			*value = f.Bool(s.Name)
		case **int:
			if n := f.Int(s.Name, s.Min, s.Max); n != nil {
				*value = new(int(*n))
			}
		case **time.Duration:
			*value = readMinutes(f, s)
		case **[]string:
			*value = ParseList(f, s.Name, int(s.Max), itemParser(s.Items))
		default:
			panic(fmt.Sprintf("api: the setting %s is of a type that is not read yet", s.Name))
		}
	}
	return edit
}

func readMinutes(f *Form, s meeting.Setting) *time.Duration {
	if s.OneOf != nil {
		return Minutes(f.ChoiceInt(s.Name, s.OneOf...))
	}
	return Minutes(f.Int(s.Name, s.Min, s.Max))
}

func itemParser(kind meeting.ItemKind) func(string) (string, error) {
	if kind == meeting.EmailDomain {
		return ParseDomain
	}
	return ParseEmail
}
