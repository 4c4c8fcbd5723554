package main

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// A passShape is a guest pass. The link is shown once: when it is made.
type passShape struct {
	ID               string            `json:"id"`
	Name             string            `json:"name"`
	SkipsWaitingRoom bool              `json:"skips_waiting_room"`
	MaxUses          int               `json:"max_uses"` // 0: any number, until valid_until
	Uses             int               `json:"uses"`
	ValidUntil       string            `json:"valid_until,omitempty"`
	State            meeting.PassState `json:"state"`
	CreatedAt        string            `json:"created_at"`
	Pass             string            `json:"pass,omitempty"`
	JoinURL          string            `json:"join_url,omitempty"`
}

func (h handler) passOf(p meeting.Pass) passShape {
	shape := passShape{
		ID: p.ID, Name: p.Name, SkipsWaitingRoom: p.SkipsWaitingRoom, MaxUses: p.Limit, Uses: p.Uses(),
		State: p.State(h.now()), CreatedAt: api.Time(p.CreatedAt),
	}
	if !p.Until.IsZero() {
		shape.ValidUntil = api.Time(p.Until)
	}
	return shape
}

func (h handler) listPasses(ctx context.Context, r *api.Request) (api.Response, error) {
	all, err := h.profiles.Passes(ctx, r.Caller, r.Param("userId"))
	shapes := make([]passShape, len(all))
	for i, p := range all {
		shapes[i] = h.passOf(p)
	}
	return api.JSON(200, map[string][]passShape{"passes": shapes}), err
}

func (h handler) makePass(ctx context.Context, r *api.Request) (api.Response, error) {
	plan, err := h.passPlanOf(r)
	if err != nil {
		return api.Response{}, err
	}
	made, err := h.profiles.MakePass(ctx, r.Caller, r.Param("userId"), plan)
	if err != nil {
		return api.Response{}, err
	}
	shape := h.passOf(made.Pass)
	shape.Pass = made.Token
	shape.JoinURL = r.BaseURL() + "/j/" + string(made.Room.Number) + "?" + url.Values{"pass": {made.Token}}.Encode()
	return api.JSON(201, shape), nil
}

func (h handler) passPlanOf(r *api.Request) (plan meeting.PassPlan, err error) {
	form, err := r.Form()
	if err != nil {
		return plan, err
	}
	plan.Request = meeting.Fingerprint(r.Fingerprint())
	form.Require("name")
	if name := form.String("name", meeting.MaxPassName); name != nil {
		if plan.Name = strings.TrimSpace(*name); plan.Name == "" {
			form.Refuse("name", "is empty; it names the person for whom the pass is")
		}
	}
	if uses := form.Int("max_uses", 1, meeting.MaxPassUses); uses != nil {
		plan.Limit = new(int(*uses))
	}
	plan.Until = h.passEndOf(form)
	if skips := form.Bool("skips_waiting_room"); skips != nil {
		plan.SkipsWaitingRoom = *skips
	}
	if err := form.Err(); err != nil {
		return plan, err
	}
	plan.Key, err = r.IdempotencyKey()
	return plan, err
}

// passEndOf reads the end of a pass: a time with an offset, within MaxPassTime.
func (h handler) passEndOf(form *api.Form) *time.Time {
	var end time.Time
	given := form.Checked("valid_until", func(s string) (err error) {
		if end, err = time.Parse(time.RFC3339, s); err != nil {
			return errors.New("is no time with an offset, such as 2030-01-31T18:00:00Z")
		}
		if left := end.Sub(h.now()); left <= 0 || left > meeting.MaxPassTime {
			return errors.New("is over, or more than 366 days away")
		}
		return nil
	})
	if given == nil || end.IsZero() {
		return nil
	}
	return &end
}

// revokePass deletes the pass.
func (h handler) revokePass(ctx context.Context, r *api.Request) (api.Response, error) {
	return api.NoContent(), h.profiles.RevokePass(ctx, r.Caller, r.Param("userId"), r.Param("passId"))
}
