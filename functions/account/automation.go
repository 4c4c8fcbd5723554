package main

import (
	"context"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
)

// A policy is the shape of account.Policy.
type policy struct {
	Grants []grant `json:"grants"`
}

type grant struct {
	User     string   `json:"user_id"`
	Commands []string `json:"commands"`
}

func (h handler) getAutomation(ctx context.Context, r *api.Request) (api.Response, error) {
	p, err := h.automations.Policy(ctx, r.Caller)
	shape := policy{Grants: []grant{}}
	for _, g := range p.Grants {
		shape.Grants = append(shape.Grants, grant(g))
	}
	return api.JSON(200, shape), err
}

func (h handler) putAutomation(ctx context.Context, r *api.Request) (api.Response, error) {
	grants, err := grantsOf(r)
	if err != nil {
		return api.Response{}, err
	}
	return api.NoContent(), h.automations.Grant(ctx, r.Caller, grants)
}

// grantsOf reads all grants of the account, at most one for each user.
func grantsOf(r *api.Request) (grants []account.Grant, err error) {
	form, err := r.Form()
	if err != nil {
		return nil, err
	}
	form.Require("grants")
	seen := map[string]bool{}
	for _, one := range form.Objects("grants", account.MaxGrants) {
		one.Require("user_id", "commands")
		var g account.Grant
		if commands := api.ParseList(one, "commands", account.MaxPatterns, account.ParseCommand); commands != nil {
			g.Commands = *commands
			if len(g.Commands) == 0 && form.Err() == nil {
				one.Refuse("commands", "is empty; must name a command")
			}
		}
		if user := api.Parse(one, "user_id", account.ParseUser); user != nil {
			g.User = *user
		}
		if seen[g.User] && g.User != "" {
			one.Refuse("user_id", "is named twice; must be named once, with all that is granted")
		}
		seen[g.User] = true
		grants = append(grants, g)
	}
	return grants, form.Err()
}
