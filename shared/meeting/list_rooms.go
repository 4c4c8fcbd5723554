package meeting

import "context"

// Planned returns the row as the view of its meeting, without what a list does not read.
func (l Listed) Planned() Planned { return Planned{Meeting: l.Meeting, Room: l.Room, Target: l.Target} }

// UUID returns the uuid of the row's instance, or of the live or the next one of its meeting.
func (l Listed) UUID() string {
	if l.Record.Exists() {
		return l.Record.ShownUUID()
	}
	return l.Planned().UUID()
}

// withRooms returns the rows of planned meetings with the rooms in which they are held: one read of many items for a
// page. It is made after the page is complete, so that rows that are only counted cost no room.
func (s *Schedule) withRooms(ctx context.Context, p Profile, rows []Listed) ([]Listed, error) {
	var numbers []Number
	for _, row := range rows {
		if row.Record.Exists() {
			continue
		}
		if numbers = append(numbers, row.Meeting.ID); row.Meeting.UsePMI {
			numbers = append(numbers, p.PMI)
		}
	}
	if len(numbers) == 0 {
		return rows, nil
	}
	rooms, err := s.core.store.Rooms(ctx, numbers)
	for i, row := range rows {
		if !row.Record.Exists() {
			rows[i] = row.in(rooms, p)
		}
	}
	return rows, err
}

// in returns the row with its room: its own, or that of the host if the number is an alias of it.
func (l Listed) in(rooms map[Number]Room, p Profile) Listed {
	l.Room = rooms[l.Meeting.ID]
	if l.Room.Kind != Alias {
		return l
	}
	l.Target, l.Room = l.Room.target(), rooms[p.PMI]
	if l.Room.Owner != p.User { // the number changed between the two reads
		l.Room = Room{Number: p.PMI}
	}
	return l
}
