package event

import (
	"encoding/json"
	"fmt"

	"personal-rooms/shared/meeting"
)

// StatusContinues asks the function automate to make the next step of a change of a user's status. It is on the bus
// only. It has only the user, and the step is in the profile, so a forged event has no effect.
const StatusContinues Name = "user.status_continues"

// Continuation returns one StatusContinues if the stored profile says that a change of the status is not done, else
// none.
func Continuation(c Change) []Event {
	_, p := images[meeting.Profile](c)
	if !p.ChangesStatus() {
		return nil
	}
	return []Event{c.newEvent(Event{Name: StatusContinues, Account: p.User.Account, Object: Fields{"id": p.User.ID}})}
}

// ParseContinuation returns the user of an event [StatusContinues].
func ParseContinuation(body []byte) (meeting.User, error) {
	var e struct {
		Payload struct {
			Account string `json:"account_id"`
			Object  struct {
				ID string `json:"id"`
			} `json:"object"`
		} `json:"payload"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return meeting.User{}, fmt.Errorf("event: %s: %w", StatusContinues, err)
	}
	return meeting.User{Account: e.Payload.Account, ID: e.Payload.Object.ID}, nil
}
