package meeting

import (
	"context"
	"fmt"
)

// An AppRef names an app: a program that acts as a user. Package account has all else of apps.
type AppRef struct{ Account, ID, Name string }

// endApps deletes the apps that act as the user, who is inactive: they stay ended when the user is activated again. A
// repeat deletes those that are left.
func (t *core) endApps(ctx context.Context, c Caller, p Profile) error {
	users := []string{p.User.ID}
	if p.InvitedAs != "" {
		users = append(users, p.InvitedAs)
	}
	all, err := t.store.AppsOf(ctx, p.User.Account, users...)
	for _, a := range all {
		if err != nil {
			break
		}
		var entry PutAudit
		detail := fmt.Sprintf("app %s %q, which acted as the inactive user %s", a.ID, a.Name, p.User.ID)
		if entry, err = t.env.Audit(c, AuditApp, AuditDelete, detail); err == nil {
			err = t.store.Save(ctx, DropApp{a}, entry)
		}
		if impossible(err) != nil { // somebody else deleted it
			err = nil
		}
	}
	return err
}
