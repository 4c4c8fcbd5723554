package meeting_test

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"personal-rooms/shared/api"
	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

// The stored item is tested with every other field of a room, in table.TestItemsAreReadAsStored.
func TestEverySettingIsInJSONAndInEventsAndDocumented(t *testing.T) {
	documents := []string{"../api/openapi.yaml", "../event/asyncapi.yaml"}
	for _, s := range meeting.AllSettings {
		for _, name := range documents {
			document, err := os.ReadFile(name)
			if described := regexp.MustCompile(s.Name + `(_required)?: \{`); err != nil || !described.Match(document) {
				t.Errorf("%s does not describe %s: %v", name, s.Name, err)
			}
		}
		p := meeting.SettingsWith(s)
		if got := readBack(t, s, p); !reflect.DeepEqual(got, s.Value(p)) {
			t.Errorf("%s: JSON holds %v, want %v", s.Name, got, s.Value(p))
		}
		if !slices.Contains(changedByEvent(t, s, p), s.Name) {
			t.Errorf("%s: no event names it", s.Name)
		}
	}
}

// readBack writes the settings as JSON and returns the value that is read from it.
func readBack(t *testing.T, s meeting.Setting, p meeting.Settings) any {
	t.Helper()
	body, err := json.Marshal(map[string]any{s.Name: api.RoomSettings(p)[s.Name]})
	form, errOfForm := api.ParseForm(body)
	if err := errors.Join(err, errOfForm); err != nil {
		t.Fatal(err)
	}
	edit := api.ReadRoomSettings(form)
	read := reflect.ValueOf(s.InEdit(&edit)).Elem()
	if err := form.Err(); err != nil || read.IsNil() {
		t.Fatalf("%s: %s is read as %v, %v", s.Name, body, read, err)
	}
	var q meeting.Settings
	reflect.ValueOf(s.In(&q)).Elem().Set(read.Elem())
	return s.Value(q)
}

// changedByEvent returns the names of the settings that have changed by room.updated, which must not show a secret.
func changedByEvent(t *testing.T, s meeting.Setting, p meeting.Settings) []string {
	t.Helper()
	before := meeting.Room{Number: "5551234321", Kind: meeting.Personal}
	after := before
	after.Settings = p
	all := event.FromChange(event.Change{Before: before, After: after})
	if len(all) != 1 || all[0].Name != event.RoomUpdated {
		t.Fatalf("%s: %+v", s.Name, all)
	}
	body, err := all[0].Body()
	if value, _ := s.Value(p).(string); err != nil || s.Secret && strings.Contains(string(body), value) {
		t.Fatalf("%s: %s %v", s.Name, body, err)
	}
	object, _ := all[0].Object.(event.Fields)
	changed, _ := object["changed"].([]string)
	return changed
}
