package meeting

import "testing"

// Media tokens of older versions name the seat only.
func TestI7AMediaIdentityNamesOneAdmission(t *testing.T) {
	s := Seat{ID: "instance.seat", MediaSeq: 7}
	for id, want := range map[MediaIdentity]bool{
		"instance.seat.7": true, "instance.seat": true, "instance.seat.6": false, "instance.seat.70": false,
		"instance.other.7": false, "instance": false, "": false, "instance.seat.7.7": false,
	} {
		if s.hasMediaIdentity(id) != want {
			t.Errorf("%s: want %v", id, want)
		}
	}
	older := Seat{ID: s.ID}
	for _, id := range []MediaIdentity{s.MediaIdentity(), older.MediaIdentity()} {
		if id.seat() != s.ID || id.seat().Instance() != "instance" {
			t.Errorf("%s is of the seat %s", id, id.seat())
		}
	}
	if !older.hasMediaIdentity("instance.seat") || older.hasMediaIdentity("instance.seat.7") {
		t.Error("a seat that an older version admitted has another identity than its media token")
	}
	for _, id := range []MediaIdentity{"", "stranger", "."} {
		if instance := id.seat().Instance(); instance != "" {
			t.Errorf("%q is of the instance %q", id, instance)
		}
	}
}
