package compat

import (
	"reflect"
	"slices"
	"testing"
)

func TestTheFileOfClientsIsReadAsItIsWritten(t *testing.T) {
	if got := FormatClients(Clients()); got != clients {
		t.Errorf("the file is\n%s\nand is written as\n%s", clients, got)
	}
}

func TestATableHasAReasonForEachFailure(t *testing.T) {
	got := Table([]Client{
		{"one", []Result{{"user: own", Works}, {"user: list", "404"}}},
		{"two", []Result{{"list", "404"}, {"user: list", NotOffered + "no lists"}}},
	})
	want := ClientTable{
		Clients: []string{"one", "two"},
		Rows: []ClientRow{
			{"list", []string{"", "no (1)"}},
			{"user: list", []string{"no (1)", "not offered (2)"}},
			{"user: own", []string{"works", ""}},
		},
		Reasons: []string{"404", "no lists"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the table is\n%v\nnot\n%v", got, want)
	}
}

func TestADifferenceNamesOldAndNew(t *testing.T) {
	was := []Client{{"one", []Result{{"a", Works}, {"b", Works}, {"c", "404"}}}}
	is := []Client{{"one", []Result{{"a", Works}, {"b", "500"}}}, {"two", []Result{{"a", Works}}}}
	want := []string{`one: b: was "works", is "500"`, `one: c: was "404", is ""`, `two: a: was "", is "works"`}
	if got := Differences(was, is); !slices.Equal(got, want) {
		t.Errorf("the differences are %q, not %q", got, want)
	}
}
