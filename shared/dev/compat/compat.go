// Package compat compares our answers with those that Zoom documents, and describes the result in
// shared/docs/compatibility.md, which `make compatibility` writes.
//
// reference.txt has the fields of Zoom's documented answers: one operation a paragraph, one field a line, with its type
// and its documented default.
package compat

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// File is the generated document, below the root.
const File = "shared/docs/compatibility.md"

//go:embed reference.txt
var reference string

// An Operation is an operation of Zoom's, with the fields of its documented answer.
type Operation struct {
	Name   string // "GET /v2/users/{userId}"
	Fields []Field
}

// A Field is a field of a documented answer.
type Field struct {
	Name    string // "settings.meeting_invitees[].email"
	Type    string
	Default string // JSON; empty: none is documented
}

// Reference returns the documented operations.
func Reference() []Operation {
	var all []Operation
	for paragraph := range strings.SplitSeq(strings.TrimSpace(reference), "\n\n") {
		lines := strings.Split(paragraph, "\n")
		operation := Operation{Name: lines[0]}
		for _, line := range lines[1:] {
			words := append(strings.SplitN(line, " ", 3), "")
			operation.Fields = append(operation.Fields, Field{words[0], words[1], words[2]})
		}
		all = append(all, operation)
	}
	return all
}

// Answers are the answers of one operation: Plain to somebody who sent nothing that can be left out, Others with more.
type Answers struct {
	Plain  any
	Others []any
}

// A Row says what our answers have of a documented field.
type Row struct {
	Field
	Answer string
}

// Compare returns a row for each documented field of the answers. An error names a field that no answer has and that
// has no reason in leftOut, a field that has both, or one with another default than the documented one. stored are the
// members of the answer's object "settings", or of a section, that are kept as they were sent.
func (o Operation) Compare(a Answers, stored func(name string) bool, leftOut map[string]string) ([]Row, error) {
	var rows []Row
	for _, f := range o.Fields {
		if partOf(f.Name, stored) {
			continue
		}
		plain, inPlain := find(a.Plain, f.Name)
		inOthers := slices.ContainsFunc(a.Others, func(other any) bool { _, found := find(other, f.Name); return found })
		why, out := leftOut[f.Name]
		switch {
		case out && (inPlain || inOthers):
			return nil, fmt.Errorf("%s answers %s, which has a reason to be left out", o.Name, f.Name)
		case out:
			rows = append(rows, Row{f, "left out: " + why})
		case inPlain && stored(f.Name):
			if f.Default != "" && f.Default != plain && !slices.Contains(otherDefaults, f.Name) {
				return nil, fmt.Errorf("%s answers %s with %s, its documented default is %s", o.Name, f.Name, plain, f.Default)
			}
			rows = append(rows, Row{f, "its default `" + plain + "`, or what was sent"})
		case inPlain:
			rows = append(rows, Row{f, "answered"})
		case inOthers:
			rows = append(rows, Row{f, "answered where it applies"})
		default:
			return nil, fmt.Errorf("%s does not answer %s, and there is no reason", o.Name, f.Name)
		}
	}
	return rows, nil
}

// partOf reports whether the field is a part of one that is kept as it was sent.
func partOf(name string, stored func(name string) bool) bool {
	for i, c := range name {
		if c == '.' && stored(strings.TrimSuffix(name[:i], "[]")) {
			return true
		}
	}
	return false
}

// otherDefaults are fields whose documented default has not the documented type.
var otherDefaults = []string{"in_meeting.entry_exit_chime", "recording.auto_delete_cmr_days"}

// find returns the value of a field as JSON. Of a list it takes the first element that has the field.
func find(value any, name string) (text string, found bool) {
	if name == "" {
		b, err := json.Marshal(value)
		return string(b), err == nil
	}
	head, rest, _ := strings.Cut(name, ".")
	member, list := strings.CutSuffix(head, "[]")
	object, _ := value.(map[string]any)
	child, found := object[member]
	if !found {
		return "", false
	}
	if !list {
		return find(child, rest)
	}
	elements, _ := child.([]any)
	for _, element := range elements {
		if text, found := find(element, rest); found {
			return text, true
		}
	}
	return "", false
}
