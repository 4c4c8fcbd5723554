package importer_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/importer"
)

// The rest is tested in functions/profile, against the routes.
func TestTheSameFileHasTheSameConflicts(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) }))
	defer server.Close()
	const file = `email,pmi,vanity_name,link,
ada@example.com,555-212-3434,countess,x,
bob@example.com,5552123434,bob.two,,
kay@example.com,,Bob.Two,,
ADA@example.com,5552123434,bob.two,,
`
	for range 8 { // because a map has no order
		var notes strings.Builder
		var conflicts []string
		m := importer.Import{To: server.URL, Apply: true, Parallel: 1, Client: server.Client(), Progress: &notes,
			Pause: func(context.Context, time.Duration) error { return nil }}
		result, err := m.Run(t.Context(), "users", strings.NewReader(file), func(c importer.Conflict) { conflicts = append(conflicts, c.String()) })
		if err != nil || result.Created != 2 {
			t.Fatal(result, err)
		}
		slices.Sort(conflicts)
		want := []string{"users:3: bob@example.com: pmi: is that of users:2 too", "users:5: ADA@example.com: email: is that of users:2 too"}
		if diff := cmp.Diff(want, conflicts); diff != "" {
			t.Errorf("conflicts (-want +got):\n%s", diff)
		}
		if notes.String() != "users: these columns are not imported: link\n" {
			t.Errorf("notes: %q", notes.String())
		}
	}
}
