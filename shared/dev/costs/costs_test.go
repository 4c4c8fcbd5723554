package costs

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"personal-rooms/shared/dev/template"
)

// write makes the test write the document instead. `make costs` sets it.
var write = flag.Bool("write", false, "write "+File)

func TestTheDocumentIsUpToDate(t *testing.T) {
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	want, err := Document(root)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, File)
	if *write {
		if err := os.WriteFile(file, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != want {
		t.Errorf("%s is not up to date: run make costs (%v)", File, err)
	}
}

func TestAMonthIsTheSumOfItsMeetings(t *testing.T) {
	all, rows := habits(90), Rows
	t.Cleanup(func() { Rows = rows })
	Rows = nil
	for _, h := range all {
		Rows = append(Rows, Row{Function: h.Function, Operation: h.Operation})
	}
	Rows[5] = Row{"admission", "join as a guest", 3, 2, 1.5}
	const joins = users * meetingsADay * days * guests
	if m := busy(90); m.writes != 2*joins || m.reads != 1.5*joins {
		t.Errorf("%d joins of 2 WCU and 1.5 RCU make %+v", joins, m)
	}
}

func TestPricesOfAMillion(t *testing.T) {
	million := month{requests: 1e6, seconds: 1e6, reads: 1e6, writes: 1e6, storedGB: 1, events: 1e6}
	for _, l := range lines(1024, 1024) {
		want := map[string]string{
			"HTTP API, requests": "$1.00", "Lambda, invocations": "$0.20", "Lambda, time": "$13.33", "DynamoDB, reads": "$0.12",
			"DynamoDB, writes": "$0.62", "CloudWatch, logs": "$0.33", "data sent": "$0.06",
			"DynamoDB, storage and backups": "$0.45", "events, published on the bus": "$1.60"}[l.Name]
		if got := fmt.Sprintf("$%.2f", l.Dollars(million)); got != want {
			t.Errorf("%s: %s, want %s", l.Name, got, want)
		}
	}
}
