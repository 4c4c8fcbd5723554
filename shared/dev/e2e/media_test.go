package e2e

import (
	"strings"
	"testing"
)

// mediaServer is the one for which a bundle that the tests bring up makes tickets. Others have one or none.
func mediaServer(url string) map[string]string {
	return map[string]string{"MEDIA": "livekit", "MEDIA_URL": url, "MEDIA_KEY": "APIkey", "MEDIA_SECRET": mediaSecret()}
}

func TestTicketsForTheMediaServer(t *testing.T) {
	ada := signUp(t, "Ada")
	ada.furnishes(fields{"waiting_room": "everyone"})
	room := ada.room()
	ben := guest(t, "Ben")
	seat := ben.knocks(room.Number, fields{"passcode": room.Passcode}).waits("waiting_for_host")
	hers := ada.visits().joins(room.Number, "")
	if hers.Media == nil {
		equal(t, "there is a media server", here.media != nil, false)
		return
	}
	lacks(t, string(ben.asksAgain(room.Number, seat).is(202).body), "media", "eyJ") // I9
	ada.decides(room.Number, "admit", seat).is(204)
	his := ben.asksAgain(room.Number, seat).admitted()
	equal(t, "his room", his.Media.Room, hers.Media.Room)
	equal(t, "its name", strings.EqualFold(hers.Media.Room, hers.Meeting.UUID), true)
	ada.decides(room.Number, "remove", seat).is(204)
	lacks(t, string(ben.asksAgain(room.Number, seat).is(403).body), "media", "eyJ") // I10

	ada.ends(room.Number)
	if next := ada.visits().joins(room.Number, ""); next.Media.Room == hers.Media.Room {
		t.Errorf("the next sitting meets in %s too", next.Media.Room)
	}
	ada.ends(room.Number)
}
