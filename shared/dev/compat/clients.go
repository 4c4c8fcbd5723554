package compat

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ClientsFile has what works with clients that were written for Zoom, below the root: one client a paragraph, one
// operation a line.
const ClientsFile = "shared/dev/compat/clients.txt"

// Works is the outcome of an operation that the client finishes, and with an answer that it understands. Any other
// outcome is the reason why not, after NotOffered if this product does not have the operation.
const (
	Works      = "works"
	NotOffered = "not offered: "
)

//go:embed clients.txt
var clients string

// A Client is a client with its results.
type Client struct {
	Name    string // with its version
	Results []Result
}

// A Result is the outcome of an operation.
type Result struct{ Operation, Outcome string }

// Clients returns the results of the file.
func Clients() (all []Client) {
	for paragraph := range strings.SplitSeq(strings.TrimSpace(clients), "\n\n") {
		lines := strings.Split(paragraph, "\n")
		client := Client{Name: lines[0]}
		for _, line := range lines[1:] {
			operation, outcome, _ := strings.Cut(line, " = ")
			client.Results = append(client.Results, Result{operation, outcome})
		}
		all = append(all, client)
	}
	return all
}

// FormatClients returns the text of the file.
func FormatClients(all []Client) string {
	var paragraphs []string
	for _, c := range all {
		lines := []string{c.Name}
		for _, r := range c.Results {
			lines = append(lines, r.Operation+" = "+r.Outcome)
		}
		paragraphs = append(paragraphs, strings.Join(lines, "\n"))
	}
	return strings.Join(paragraphs, "\n\n") + "\n"
}

// Differences returns a sentence for each outcome that is another in got than in want.
func Differences(want, got []Client) (all []string) {
	before, now := outcomes(want), outcomes(got)
	both := maps.Clone(before)
	maps.Copy(both, now)
	for _, key := range slices.Sorted(maps.Keys(both)) {
		if before[key] != now[key] {
			all = append(all, fmt.Sprintf("%s: was %q, is %q", key, before[key], now[key]))
		}
	}
	return all
}

func outcomes(all []Client) map[string]string {
	of := map[string]string{}
	for _, c := range all {
		for _, r := range c.Results {
			of[c.Name+": "+r.Operation] = r.Outcome
		}
	}
	return of
}

// A ClientTable is the results as a table: operations by clients.
type ClientTable struct {
	Clients []string
	Rows    []ClientRow
	Reasons []string
}

// A ClientRow is an operation, with a cell for each client.
type ClientRow struct {
	Operation string
	Cells     []string // "works"; "no (2)", "not offered (3)": with the number of a reason; empty: no such call
}

// Table returns the results as a table. Operations are sorted by name.
func Table(all []Client) (t ClientTable) {
	cells := map[string][]string{}
	for i, c := range all {
		t.Clients = append(t.Clients, c.Name)
		for _, r := range c.Results {
			if cells[r.Operation] == nil {
				cells[r.Operation] = make([]string, len(all))
			}
			cells[r.Operation][i] = t.cell(r.Outcome)
		}
	}
	for _, operation := range slices.Sorted(maps.Keys(cells)) {
		t.Rows = append(t.Rows, ClientRow{operation, cells[operation]})
	}
	return t
}

// cell returns the text of a cell, and adds its reason.
func (t *ClientTable) cell(outcome string) string {
	if outcome == Works {
		return outcome
	}
	answer := "no"
	reason, notOffered := strings.CutPrefix(outcome, NotOffered)
	if notOffered {
		answer = strings.TrimSuffix(NotOffered, ": ")
	}
	if !slices.Contains(t.Reasons, reason) {
		t.Reasons = append(t.Reasons, reason)
	}
	return fmt.Sprintf("%s (%d)", answer, slices.Index(t.Reasons, reason)+1)
}
