package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// trail returns the audit trail that the query shows the client, latest first: "operator category action: detail".
func (s *scene) trail(c *testkit.Client, query string) (all []string) {
	s.t.Helper()
	var list operationList
	for next := ""; ; next = list.Next {
		c.Do("GET", operationLogs+"?next_page_token="+next+query, nil).Want(s.t, 200).Into(s.t, &list)
		for _, o := range list.Operations {
			all = append(all, fmt.Sprintf("%s %s %s: %s", o.Operator, o.Category, o.Action, o.Detail))
		}
		if list.Next == "" {
			return all
		}
	}
}

func TestChangesOfAnAccountAreInItsAuditTrail(t *testing.T) {
	s := newScene(t)
	id := s.register(fields{"url": "https://hooks.example.com/a-secret-path?token=hunter2"})
	s.Clock.Advance(time.Second)
	s.root.Do("POST", webhooks+"/"+id+"/activate", nil).Want(t, 204)
	s.Clock.Advance(time.Second)
	s.root.Do("DELETE", webhooks+"/"+id, nil).Want(t, 204)
	s.root.Do("DELETE", webhooks+"/"+id, nil).Refused(t, 404, 4130, "webhook_not_found")
	s.Clock.Advance(time.Second)
	s.root.Do("PUT", automation, `{"grants":[{"user_id":"ada","commands":["room.lock"]}]}`).Want(t, 204)
	hook := "root@example.com webhook %s: webhook " + id + " at hooks.example.com"
	want := []string{
		"root@example.com automation Update: grants: ada: room.lock",
		fmt.Sprintf(hook, "Delete"), fmt.Sprintf(hook, "Activate"), fmt.Sprintf(hook, "Add"),
	}
	testkit.Equal(t, "trail", strings.Join(s.trail(s.root, ""), "\n"), strings.Join(want, "\n"))
	testkit.Equal(t, "of one category", strings.Join(s.trail(s.root, "&category_type=webhook&page_size=2"), "\n"), strings.Join(want[1:], "\n"))
	testkit.Equal(t, "of another account", len(s.trail(s.other, "")), 0)
	testkit.Equal(t, "of other days", len(s.trail(s.root, "&from=2026-01-01&to=2026-01-31")), 0)
	s.root.Claiming("scope", "webhook:read:admin report:read").Do("GET", operationLogs, nil).Refused(t, 403, 4700, "scope")
}

// add stores n entries, one a second, of which each third is of webhooks.
func (s *scene) add(n int) {
	s.t.Helper()
	for i := range n {
		s.Clock.Advance(time.Second)
		category := meeting.AuditUser
		if i%3 == 0 {
			category = meeting.AuditWebhook
		}
		entry, err := s.Env.Audit(testkit.Caller("root"), category, meeting.AuditUpdate, fmt.Sprintf("entry %d", i))
		testkit.Must(s.t, err)
		testkit.Must(s.t, s.store.Save(context.Background(), entry))
	}
}

func TestPagesOfTheAuditTrailShowEachEntryOnce(t *testing.T) {
	s := newScene(t)
	s.add(100)
	for query, want := range map[string]int{
		"": 100, "&page_size=1": 100, "&page_size=33&category_type=webhook": 34, "&page_size=300": 100, "&category_type=app&page_size=5": 0,
	} {
		all := s.trail(s.root, query)
		testkit.Equal(t, "entries with "+query, len(all), want)
		slices.Sort(all)
		testkit.Equal(t, "different entries with "+query, len(slices.Compact(all)), want)
	}
	s.Clock.Advance(meeting.DefaultAuditRetention - 50*time.Second) // DynamoDB deletes the first half later
	from := "&from=" + s.Clock.Now().AddDate(0, 0, -100).Format(time.DateOnly)
	testkit.Equal(t, "entries that have not expired", len(s.trail(s.root, from)), 50)
}

func TestBadQueriesOfTheAuditTrail(t *testing.T) {
	s := newScene(t)
	for query, field := range map[string]string{
		"from=yesterday": "from", "to=2026-02-30": "to", "from=": "from", "page_size=301": "page_size", "category_type=billing": "category_type",
		"next_page_token=x": "next_page_token", "next_page_token=000000000000001/x": "next_page_token",
	} {
		s.root.Do("GET", operationLogs+"?"+query, nil).Refuses(t, field)
	}
}
