package main

import (
	"strings"
	"testing"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/table"
)

// The export of a user lists their devices, without the addresses and keys by which others could send to them. A
// deleted user has no devices.
func TestDevicesOfAUser(t *testing.T) {
	for _, how := range []string{"?action=delete", "?action=erase"} {
		s := newScene(t)
		store, _ := s.Store.(*table.Table)
		s.ada.Do("GET", me, nil).Want(t, 200)
		ada, bob := testkit.Caller("ada").User, testkit.Caller("bob").User
		for _, d := range []doorbell.Device{{User: ada, ID: "a", Name: "Loom"}, {User: ada, ID: "b"}, {User: bob, ID: "c", Name: "Engine"}} {
			d.Subscription = doorbell.Subscription{Endpoint: "https://push.example.com/hidden", P256dh: "hidden", Auth: "hidden"}
			testkit.Must(t, store.PutDevice(t.Context(), d))
		}
		data := s.ada.Do("GET", users+"/me/personal_data", nil).Want(t, 200).Body
		if !strings.Contains(data, `"kind":"device"`) || !strings.Contains(data, "Loom") || strings.Contains(data, "hidden") || strings.Contains(data, "Engine") {
			t.Error(data)
		}
		s.AsAdmin("root").Do("DELETE", users+"/ada"+how, nil).Want(t, 200, 204)
		left, err := store.Devices(t.Context(), ada)
		testkit.Must(t, err)
		testkit.Equal(t, "devices of Ada", len(left), 0)
		left, err = store.Devices(t.Context(), bob)
		testkit.Must(t, err)
		testkit.Equal(t, "devices of Bob", len(left), 1)
	}
}
