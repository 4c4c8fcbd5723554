package testkit

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/template"
)

// Linger is as long as a busy machine may need to send what is sent at once.
const Linger = 60 * time.Millisecond

// A Cost is what an operation takes of DynamoDB, counted on the wire: "1 trips, 0 WCU, 1 RCU".
type Cost struct {
	What string
	Do   func() Answer
	Want string
}

// Costs makes the calls, which must succeed, and holds what each took against what it may take.
func Costs(t testing.TB, meter *dynamoproxy.Meter, costs ...Cost) {
	t.Helper()
	meter.Linger = Linger
	for _, c := range costs {
		meter.Reset()
		answer := c.Do()
		if answer.Status >= 300 {
			t.Fatalf("%s: answered %d %s", c.What, answer.Status, answer.Body)
		}
		if got := meter.Cost(); got != c.Want {
			t.Errorf("%s: %s, want %s", c.What, got, c.Want)
		}
		Published(t, c.What, c.Want)
	}
}

// Published fails the test unless README.md has the cost of the operation in its table.
func Published(t testing.TB, what, cost string) {
	t.Helper()
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	n := strings.Fields(cost) // 3 trips, 2 WCU, 1.5 RCU
	if row := fmt.Sprintf("| %s | %s | %s | %s |", what, n[0], n[2], n[4]); !strings.Contains(string(readme), row) {
		t.Errorf("README.md lacks the row %s", row)
	}
}
