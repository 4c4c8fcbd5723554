package api_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// states are those of users by their ids; all others are active.
type states map[string]meeting.UserState

func (s states) UserState(_ context.Context, u meeting.User) (meeting.UserState, error) {
	return s[u.ID], nil
}

var deleted = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// Ada is deactivated, and bob was deleted. Routes without a scope act by none.
func TestInactiveAdminsAreRefused(t *testing.T) {
	at := func(after time.Duration) string { return strconv.FormatInt(deleted.Add(after).Unix(), 10) }
	users := meeting.NewUsers(states{"ada": {Status: meeting.Inactive}, "bob": {DeletedAt: deleted}})
	for _, c := range []struct {
		user, issued, scopes, route string
		status                      int
	}{
		{"ada", "", "webhook:write:admin", "webhook:write:admin", 403},
		{"ada", "", "meeting:read:admin", "meeting:read", 403},
		{"ada", "", "meeting:read user:read:admin", "meeting:read", 403},
		{"ada", "", "meeting:read", "meeting:read", 204}, // the use case reads the profile
		{"ada", "", "meeting:read:admin", "", 204},
		{"cy", "", "webhook:write:admin", "webhook:write:admin", 204},
		{"bob", "", "webhook:write:admin", "webhook:write:admin", 403},
		{"bob", "soon", "webhook:write:admin", "webhook:write:admin", 403},
		{"bob", "NaN", "webhook:write:admin", "webhook:write:admin", 403},
		{"bob", "Inf", "webhook:write:admin", "webhook:write:admin", 403},
		{"bob", at(-time.Hour), "webhook:write:admin", "webhook:write:admin", 403},
		{"bob", at(30 * time.Second), "webhook:write:admin", "webhook:write:admin", 403}, // clocks differ
		{"bob", at(61 * time.Second), "webhook:write:admin", "webhook:write:admin", 204},
		{"bob", "1.772442e+09", "webhook:write:admin", "webhook:write:admin", 204}, // an hour later
	} {
		r := answering(api.NoContent())
		r.Scope = c.route
		event := eventWithClaims(map[string]string{"sub": c.user, "scope": c.scopes, "iat": c.issued})
		got := answer(t, api.Options{Users: users}, r, event)
		if got.StatusCode != c.status || c.status == 403 && !strings.Contains(got.Body, `"user_inactive"`) {
			t.Errorf("%+v: answered %d %s", c, got.StatusCode, got.Body)
		}
	}
}

// A function that forgets to say who is active has no admins.
func TestNobodyIsAnAdminWithoutTheCheck(t *testing.T) {
	r := answering(api.NoContent())
	r.Scope = account.AdminWritesApps
	event := eventWithClaims(map[string]string{"sub": "ada", "scope": account.AdminWritesApps})
	got, _ := api.New(api.Options{}, r).Handle(t.Context(), event)
	testkit.Equal(t, "status", got.StatusCode, http.StatusForbidden)
}

func TestAppsOfInactiveUsersAreRefused(t *testing.T) {
	o, a := acceptingApps(t)
	registered := a.app.CreatedAt
	for state, status := range map[meeting.UserState]int{
		{}:                                      204,
		{Status: meeting.Pending}:               204,
		{Status: meeting.Inactive}:              403,
		{DeletedAt: registered}:                 403,
		{DeletedAt: registered.Add(time.Hour)}:  403,
		{DeletedAt: registered.Add(-time.Hour)}: 204, // registered for the user who signed in again
	} {
		a.store.users["ada"] = state
		got := read(t, o, a.token)
		if got.StatusCode != status || status == 403 && !strings.Contains(got.Body, `"user_inactive"`) {
			t.Errorf("%+v: answered %d %s", state, got.StatusCode, got.Body)
		}
	}
}
