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
			if s.OneOf != nil {
				*value = minutes(f.ChoiceInt(s.Name, s.OneOf...))
			} else {
				*value = minutes(f.Int(s.Name, s.Min, s.Max))
			}
		case **[]string:
			parse := map[meeting.ItemKind]func(string) (string, error){
				meeting.EmailDomain: parseDomain, meeting.EmailAddress: parseEmail,
			}[s.Items]
			*value = ParseList(f, s.Name, int(s.Max), parse)
		default:
			panic(fmt.Sprintf("api: the setting %s is of a type that is not read yet", s.Name))
		}
	}
	return edit
}
