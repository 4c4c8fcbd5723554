package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"personal-rooms/shared/dev/importer"
	"personal-rooms/shared/dev/testkit"
)

// importInto runs an import against the routes, and returns the conflicts, sorted.
func (s *scene) importInto(root *testkit.Client, file string, apply bool, limited int) (importer.Result, []string) {
	s.t.Helper()
	var refused atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if left := limited - int(refused.Add(1)); left >= 0 {
			w.Header().Set("Retry-After", "7")
			http.Error(w, "{}", 429+74*(left%2))
			return
		}
		body, _ := io.ReadAll(r.Body)
		answer := root.With("Idempotency-Key", r.Header.Get("Idempotency-Key")).Do(r.Method, r.URL.RequestURI(), string(body)) //nolint:contextcheck // a client of the test
		w.WriteHeader(answer.Status)
		_, _ = io.WriteString(w, answer.Body)
	}))
	defer server.Close()
	waited := time.Duration(0)
	m := importer.Import{To: server.URL + "/", Token: "t", Apply: apply, Parallel: 1, Client: server.Client(), Progress: io.Discard,
		Pause: func(_ context.Context, d time.Duration) error { waited += d; return nil }}
	if limited == 0 {
		m.Parallel = 8
	}
	var conflicts []string
	result, err := m.Run(s.t.Context(), "users", strings.NewReader(file), func(c importer.Conflict) { conflicts = append(conflicts, c.String()) })
	testkit.Must(s.t, err)
	testkit.Equal(s.t, "waited", waited, time.Duration(limited)*7*time.Second)
	slices.Sort(conflicts)
	return result, conflicts
}

func TestUsersAreImported(t *testing.T) {
	s, n := newScene(t), 300
	if all, err := strconv.Atoi(os.Getenv("IMPORT")); err == nil { // by hand
		n = all
	}
	root := s.AsAdmin("root")
	s.ada.Do("PATCH", me, `{"pmi":"5552123434","vanity_name":"countess"}`).Want(t, 204)
	var file strings.Builder
	file.WriteString("email,first_name,pmi,vanity_name,timezone,use_pmi,role_id,status\n")
	for i := range n {
		fmt.Fprintf(&file, "user%d@example.com,User %d,%d,user.number%d,Europe/London,true,2,active\n", i, i, 5_700_123_412+i*17, i)
	}
	bad := `ada@example.com,,,,,,,
a1@example.com,,555-212-3434,,,,,
a2@example.com,,,COUNTESS,,,,
a3@example.com,,9001234567,,,,,
a4@example.com,,,a,,,,
USER7@example.com,,,,,,,
a5@example.com,,,User.Number7,,,,
a6@example.com,,,,Mars/X,,,
a7@example.com,,,,,,9,
a8@example.com,,,,,,,inactive
`
	want := []string{
		"users:%d: USER7@example.com: email: is that of users:9 too", "users:%d: a1@example.com: pmi:", "users:%d: a2@example.com: vanity_name:",
		"users:%d: a3@example.com: pmi:", "users:%d: a4@example.com: vanity_name:", "users:%d: a5@example.com: vanity_name: is that of users:9 too",
		"users:%d: a6@example.com: timezone:", "users:%d: a7@example.com: role_id:", "users:%d: a8@example.com: status:",
		"users:%d: ada@example.com: email: Another user",
	}
	lines := []int{7, 3, 4, 5, 6, 8, 9, 10, 11, 2}
	check := func(step string, apply bool, limited int) {
		t.Helper()
		began := time.Now()
		result, conflicts := s.importInto(root, file.String()+bad, apply, limited)
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		t.Logf("%s: %d users in %s, %d MB from the system", step, n, time.Since(began).Round(time.Second), memory.Sys>>20)
		testkit.Equal(t, step, result, importer.Result{Created: n, Conflicts: strings.Count(bad, "\n")})
		for i := range want {
			beginning := fmt.Sprintf(want[i], n+lines[i])
			if !slices.ContainsFunc(conflicts, func(c string) bool { return strings.HasPrefix(c, beginning) }) {
				t.Errorf("%s: no conflict %q in %v", step, beginning, conflicts)
			}
		}
	}
	check("dry run", false, 0)
	root.Do("GET", users+"/user7@example.com", nil).Refused(t, 404, 1001, "user_not_found")
	check("import", true, 2)
	check("import again", true, 0)
	check("dry run after it", false, 0)
	s.shows(root, users+"/user7@example.com", map[string]string{"pmi": "5700123531", "first_name": "User 7", "use_pmi": "true", "status": "pending"})
	root.Do("GET", users+"/a1@example.com", nil).Refused(t, 404, 1001, "user_not_found")
}

func TestZoomsAnswersAreImported(t *testing.T) {
	s := newScene(t)
	root := s.AsAdmin("root")
	file := `{"page_count":1,"users":[{"id":"z1","email":"grace@example.com","first_name":"Grace","pmi":5552123434,"type":2,"status":"active"},
		{"id":"z2","email":"kay@example.com"}]}
		{"id":"z1","email":"grace@example.com","vanity_url":"https://zoom.us/my/grace.hopper","use_pmi":true,"timezone":"Europe/London"}`
	result, conflicts := s.importInto(root, file, true, 0)
	testkit.Equal(t, "result", result, importer.Result{Created: 2})
	testkit.Equal(t, "conflicts", len(conflicts), 0)
	s.shows(root, users+"/grace@example.com", map[string]string{"pmi": "5552123434", "use_pmi": "true", "timezone": "Europe/London",
		"vanity_url": "https://meet.example.com/my/grace.hopper"})
}
