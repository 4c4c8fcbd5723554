//go:build unix

package main

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"personal-rooms/shared/dev/template"
)

// These tests show that the checks of a deployment would fail.

func TestReplacedResourcesAreFound(t *testing.T) {
	for c, want := range map[change]bool{
		{"Add", "A", "AWS::SQS::Queue", ""}:               false,
		{"Modify", "A", "AWS::SQS::Queue", "False"}:       false,
		{"Modify", "A", "AWS::SQS::Queue", "True"}:        true,
		{"Modify", "A", "AWS::SQS::Queue", "Conditional"}: true,
		{"Remove", "A", "AWS::SQS::Queue", ""}:            true,
		{"Remove", "A", "AWS::IAM::Role", ""}:             false,
	} {
		if c.replaces() != want {
			t.Errorf("%+v: want %v", c, want)
		}
	}
}

func TestTheOldestTemplateGetsCodeAndRetainsResources(t *testing.T) {
	oldest, err := os.ReadFile("testdata/oldest-template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := withCode(oldest, "/built")
	functions := bytes.Count(text, []byte("Type: AWS::Serverless::Function\n"))
	if got := bytes.Count(text, []byte("\n      CodeUri: /built/")); got != functions || functions == 0 {
		t.Errorf("%d of %d functions have code", got, functions)
	}
	if kept, err := retained(text); err != nil || !slices.Contains(kept, "Table") || slices.Contains(kept, "EventBus") {
		t.Errorf("retained are %q, %v", kept, err)
	}
}

// Every command of the document is run, except those that choose what to restore.
func TestTheCommandsOfTheRestoreDocumentAreFound(t *testing.T) {
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile((&deployer{root: root}).path(restoreDocument))
	if err != nil {
		t.Fatal(err)
	}
	commands, err := restoreCommands(string(document))
	if err != nil || strings.Contains(commands, "export STACK") {
		t.Fatalf("%v\n%s", err, commands)
	}
	for _, want := range []string{"restore-table-to-point-in-time", "update-time-to-live", "--change-set-type IMPORT",
		"sam deploy"} {
		if !strings.Contains(commands, want) {
			t.Errorf("%s is not among the commands", want)
		}
	}
	if _, err := restoreCommands("no commands"); err == nil {
		t.Error("a document without commands is accepted")
	}
}

func TestScenariosAreCounted(t *testing.T) {
	var shown bytes.Buffer
	var result tally
	err := result.follow(strings.NewReader(`{"Action":"run","Test":"TestA"}
{"Action":"pass","Test":"TestA/one","Elapsed":1}
{"Action":"output","Test":"TestA/two","Output":"what went wrong\n"}
{"Action":"fail","Test":"TestA/two","Elapsed":1}
{"Action":"fail","Test":"TestA","Elapsed":2}
{"Action":"output","Test":"TestB","Output":"all is well\n"}
{"Action":"pass","Test":"TestB"}
{"Action":"output","Test":"TestC","Output":"=== RUN TestC\n"}
{"Action":"output","Test":"TestC","Output":"    some_test.go:7: it lacks this: for a reason\n"}
{"Action":"skip","Test":"TestC"}
not JSON
{"Action":"fail"}
`), &shown)
	if err != nil || result.String() != "2 scenarios ran: 1 passed, 1 failed; 1 excluded" {
		t.Errorf("%s, %v", result, err)
	}
	if want := []string{"TestC: it lacks this: for a reason"}; !slices.Equal(result.excluded, want) {
		t.Errorf("excluded are %q", result.excluded)
	}
	for _, want := range []string{"what went wrong", "    pass    0.0 s  TestB\n", "not JSON"} {
		if !strings.Contains(shown.String(), want) {
			t.Errorf("%q is not shown:\n%s", want, shown.String())
		}
	}
	if strings.Contains(shown.String(), "all is well") {
		t.Error("the output of a passed test is shown")
	}
}
