package testkit

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/costs"
)

// TripWindow is how long the meter holds each request, so that requests made at once count as one trip on a busy
// machine too.
const TripWindow = 60 * time.Millisecond

// A CostTest compares what the operations of one function take of DynamoDB with their rows in [costs.Rows].
type CostTest struct {
	t     testing.TB
	meter *dynamoproxy.Meter
	rows  map[string]costs.Row // not yet measured
}

// NewCostTest makes the cost test of the function in whose folder the test runs. The meter counts the function's
// requests. At its end, the test fails unless every row of the function was measured.
func NewCostTest(t testing.TB, meter *dynamoproxy.Meter) *CostTest {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	meter.TripWindow = TripWindow
	c := &CostTest{t: t, meter: meter, rows: costs.Of(filepath.Base(folder))}
	t.Cleanup(func() {
		if len(c.rows) > 0 && !t.Failed() {
			t.Errorf("these operations of shared/dev/costs/rows.go were not measured: %v", slices.Sorted(maps.Keys(c.rows)))
		}
	})
	return c
}

// Measure calls an operation, which must succeed, and compares what it took with its row.
func (c *CostTest) Measure(operation string, do func() Answer) {
	c.t.Helper()
	row, found := c.rows[operation]
	if !found {
		c.t.Fatalf("shared/dev/costs/rows.go has no row %q, or it was measured before", operation)
	}
	delete(c.rows, operation)
	c.meter.Reset()
	if answer := do(); answer.Status >= 300 {
		c.t.Fatalf("%s: the answer is %d %s", operation, answer.Status, answer.Body)
	}
	if got := c.meter.Cost(); got != row.String() {
		c.t.Errorf("%s: %s; shared/dev/costs/rows.go has %s", operation, got, row)
	}
}
