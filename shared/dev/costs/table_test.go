package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"personal-rooms/shared/dev/template"
)

func TestTheReadmeSaysWhatAMonthCosts(t *testing.T) {
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	want, err := table(root)
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), "<!-- month -->\n"+want+"<!-- end of month -->") {
		t.Errorf("put this into README.md, or run go run ./shared/dev/costs:\n%s", want)
	}
}

// By hand: one meeting of one guest that is renewed twice.
func TestAMonthIsTheSumOfItsMeetings(t *testing.T) {
	costs := map[string]cost{}
	for _, h := range habits(90) {
		costs[h.operation] = cost{}
	}
	costs["an admission"] = cost{trips: 3, writes: 2, reads: 1.5}
	m, err := busy(costs, 90)
	if err != nil {
		t.Fatal(err)
	}
	const admissions = users * meetingsADay * days * guests
	if m.writes != 2*admissions || m.reads != 1.5*admissions {
		t.Errorf("%+v", m)
	}
	delete(costs, "an admission")
	if _, err := busy(costs, 90); err == nil || !strings.Contains(err.Error(), `"an admission"`) {
		t.Errorf("an operation whose cost nobody knows: %v", err)
	}
}

func TestTheCostOfMoney(t *testing.T) {
	for _, l := range lines(1024, 1024) {
		want := map[string]string{
			"HTTP API, requests": "$1.00", "Lambda, invocations": "$0.20", "Lambda, time": "$13.33", "DynamoDB, reads": "$0.12",
			"DynamoDB, writes": "$0.62", "CloudWatch, logs": "$0.33", "data sent": "$0.06",
			"DynamoDB, storage and backups": "$0.45",
			"events, told on the bus":       "$1.60",
		}[l.what]
		if got := dollars(l.dollars(month{requests: 1e6, invocationSeconds: 1e6, reads: 1e6, writes: 1e6, storedGB: 1, events: 1e6})); got != want {
			t.Errorf("a million of %s costs %s, want %s", l.what, got, want)
		}
	}
}
