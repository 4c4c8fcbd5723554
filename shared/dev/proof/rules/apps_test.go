package rules

import (
	"errors"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

// appActions are the lines of apps, and of admins who register them.
func appActions() []command {
	return []command{
		{"WHO registers an app as USER", call.registerApp},
		{"the app calls", func(c call) string {
			_, err := c.apps().Check(c.ctx(), string(c.app))
			if errors.Is(err, account.ErrAppToken) {
				return refused + " token"
			}
			return c.result(err)
		}},
		{"WHO signs in again", func(c call) string { // gets a new token
			c.person().caller.IssuedAt = c.Clock.Now()
			return c.result(nil)
		}},
	}
}

func appQuestions() []command {
	return []command{
		{"the apps", func(c call) string {
			all, err := c.apps().List(c.ctx(), callerOf("root"))
			c.must(err)
			return list(all, func(a account.App) string { return a.Name })
		}},
	}
}

func (c call) apps() *account.Apps {
	store, has := c.Store.(account.AppStore)
	if !has {
		c.t.Fatal("the store has no apps")
	}
	return account.NewApps(store, c.Env, true)
}

// registerApp registers an app, which gets a token, with the name of its user.
func (c call) registerApp() string {
	scopes, user := []string{meeting.AdminWritesUsers}, callerOf(c.arg("USER")).ID
	app, _, err := c.apps().Register(c.ctx(), c.by(), account.AppDraft{Name: c.arg("USER"), Scopes: scopes, User: user})
	if err == nil {
		c.world.app, err = c.apps().Issue(c.ctx(), app, 1)
	}
	return c.result(err)
}
