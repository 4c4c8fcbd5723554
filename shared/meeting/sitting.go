package meeting

import "time"

// A Sitting is the record of one instance of a room, for past meetings. Who was in it are its seats.
type Sitting struct {
	Instance string
	Owner    User
	Room     Number // it sat in: a PMI or a meeting's id
	Meeting  Sat    // what it was for: Room itself, if the personal room was simply opened
	Type     Type   // of that meeting; PersonalRoom if the personal room was simply opened
	OpenedAt time.Time
	EndedAt  time.Time // zero: it still sits, as far as the record knows
	Expires  time.Time // until when it is kept
}
