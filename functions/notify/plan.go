package main

import (
	"context"
	"fmt"
	"time"

	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

// A plan is what an instance does not know of its meeting.
type plan struct {
	timezone string
	minutes  int64
}

// addPlan writes the planned duration and the time zone of the meeting into an event of an instance: as they are when
// it is published, because the plan may have changed since. The personal room itself has the time zone of its owner,
// and no duration. A deleted meeting has neither.
func (p publishing) addPlan(ctx context.Context, e *event.Event) error {
	object, ok := e.Object.(event.Meeting)
	if !ok {
		return nil
	}
	found, err := p.planOf(ctx, meeting.User{Account: e.Account, ID: object.HostID}, object)
	if err != nil {
		return err
	}
	object.Timezone, object.Duration = found.timezone, found.minutes
	e.Object = object
	return nil
}

// planOf reads each plan once for a batch.
func (p publishing) planOf(ctx context.Context, host meeting.User, of event.Meeting) (found plan, err error) {
	number := meeting.Number(fmt.Sprint(of.ID))
	key := event.Digest(host.Account, host.ID, string(number))
	if found, read := p.plans[key]; read {
		return found, nil
	}
	if of.Type == meeting.PersonalRoom {
		var owner meeting.Profile
		owner, err = p.store.Profile(ctx, host)
		found = plan{timezone: owner.Timezone}
	} else {
		var m meeting.Meeting
		m, err = p.store.Meeting(ctx, host, number)
		found = plan{m.Timezone, int64(m.Duration / time.Minute)}
	}
	if err == nil {
		p.plans[key] = found
	}
	return found, err
}
