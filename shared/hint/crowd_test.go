package hint

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit/interop"
	"personal-rooms/shared/meeting"
)

// crowdRules are what testdata/crowd.mjs simulates. Times are in milliseconds.
func crowdRules() map[string]any {
	ms := func(d time.Duration) int64 { return d.Milliseconds() }
	return map[string]any{
		"seed": 1, "base": "https://meet.example.com",
		// API Gateway's quotas of WebSocket APIs: new connections a second, and how long one is idle and lasts at most.
		"connects": 500, "idle": ms(10 * time.Minute), "longest": ms(2 * time.Hour),
		"requests": 1000, "burst": 2000, // RateLimit and BurstLimit of template.yaml, for each route
		"slots": Slots, "shortest": ms(shortest), "ticket": ms(ticketLife), "askSeat": ms(min(askSeat, meeting.WaitLease/3)),
		"askConsole": ms(askConsole), "soon": ms(meeting.RetrySoon), "usual": ms(meeting.RetryAfter), "seldom": ms(meeting.RetrySeldom),
	}
}

// simulate returns what was counted in each part of testdata/crowd.mjs, with the modules of the pages.
func simulate(t *testing.T) map[string]map[string]float64 {
	t.Helper()
	interop.Node.Need(t)
	modules := t.TempDir() // where a file says to Node.js that they are modules
	if err := os.CopyFS(modules, os.DirFS("../web/assets")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(modules, "package.json"), []byte(`{"type": "module"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	rules, err := json.Marshal(crowdRules())
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "testdata/crowd.mjs", modules, string(rules))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var report map[string]map[string]float64
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return report
}

// 10,000 people wait at 1,000 doors, before the limits of API Gateway: also after all connections were lost at once,
// and after a minute in which nothing was answered.
func TestACrowdStaysWithinTheLimits(t *testing.T) {
	report := simulate(t)
	const people, consoles, all = 10_000, 1_000, 11_000
	for _, c := range []struct {
		part, count string
		least, most float64
	}{
		// Consoles for two hours: none is closed because it is idle, and each asks every five minutes.
		{"consoles", "attempts", consoles, consoles},
		{"consoles", "kept", 12 * consoles, 13 * consoles},
		{"consoles", "requests", 24 * consoles, 26 * consoles},
		// All come within a minute.
		{"arrival", "attempts", people, people},
		{"arrival", "requests", people, 6 * people},
		{"arrival", "mostAttempts", 1, 250},
		{"arrival", "mostRequests", 1, 1000},
		{"arrival", "connected", all, all},
		// They wait for three minutes, and ask every half a minute. The consoles come to the end of their two hours.
		{"waiting", "closedAged", consoles, consoles},
		{"waiting", "attempts", consoles, consoles},
		{"waiting", "requests", 6 * people, 7 * people},
		{"waiting", "silence", 1, 31},
		// All connections are lost at once.
		{"dropped", "attempts", all, 1.2 * all},
		{"dropped", "attemptsRefused", 0, 0.2 * all},
		{"dropped", "mostAttempts", 1, 750},
		{"dropped", "mostRequests", 1, 1250},
		{"dropped", "took", 20, 40},
		{"dropped", "silence", 1, 31},
		// Nothing is answered for a minute: nobody loses the seat.
		{"outage", "requestsFailed", people, 8 * people},
		{"outage", "attemptsFailed", all, 5 * all},
		{"back", "attempts", all, 1.05 * all},
		{"back", "mostAttempts", 1, 600},
		{"back", "mostRequests", 1, 1250},
		{"back", "took", 15, 45},
		{"back", "silence", 60, (meeting.WaitLease + 30*time.Second).Seconds()},
		// The hosts admit everybody within a minute, and one of ten hints is lost: then the next request tells it.
		{"admission", "hints", people + 0.9*consoles, people + consoles},
		{"admission", "hintsLost", 0.09 * people, 0.12 * people},
		{"admission", "requests", people, 2.5 * people},
		{"admission", "most", 0, 0.7},
		{"admission", "all", 20, askSeat.Seconds() + 0.2},
		{"admission", "unaware", 0, 0},
		{"admission", "connected", consoles, consoles},
	} {
		if got, counted := report[c.part][c.count]; !counted || got < c.least || got > c.most {
			t.Errorf("%s, %s: %v, want %v to %v", c.part, c.count, got, c.least, c.most)
		}
	}
	for part, counts := range report {
		for _, never := range []string{"closedIdle", "slotsTaken", "ticketsExpired", "requestsRefused"} {
			if counts[never] > 0 {
				t.Errorf("%s, %s: %v", part, never, counts[never])
			}
		}
	}
}
