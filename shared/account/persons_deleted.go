package account

import (
	"context"
	"strings"

	"personal-rooms/shared/meeting"
)

// EraseDeleted is Erase for a user who was deleted before, by the id and the verified address that they had: without
// the address ("") the person stays in what others have of it, such as lists of invited people. A user who is there is
// erased as by Erase. EraseDeleted refuses an address as the id, and the address of a user who is there.
func (s *Persons) EraseDeleted(ctx context.Context, c meeting.Caller, id, email string) (Erasure, error) {
	_, err := s.users.Managed(ctx, c, id)
	if meeting.ReasonOf(err) == meeting.NoUser && c.May(meeting.AdminWritesUsers) {
		err = s.beginDeleted(ctx, c, Person{User: meeting.User{Account: c.Account, ID: id}, Email: email})
	}
	if err != nil {
		return Erasure{}, err
	}
	return s.Erase(ctx, c, id)
}

func (s *Persons) beginDeleted(ctx context.Context, c meeting.Caller, p Person) error {
	if strings.Contains(p.User.ID, "@") {
		return meeting.RefuseField("userId", "Give the id that the user had: the audit trail and the records of meetings have it.")
	}
	if p.Email != "" {
		_, err := s.users.Managed(ctx, c, p.Email)
		if err == nil {
			return meeting.RefuseField("email", "This is the address of another user of the account.")
		}
		if meeting.ReasonOf(err) != meeting.NoUser {
			return err
		}
	}
	e, err := s.store.Erasure(ctx, erasureID(p.User))
	if err != nil || e.Version > 0 {
		return err
	}
	if err := s.users.NoteErasure(ctx, c, p.User.ID); err != nil {
		return err
	}
	_, err = s.begin(ctx, e.Version, p)
	return err
}
