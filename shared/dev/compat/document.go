package compat

import (
	_ "embed"
	"strings"
	"text/template"

	"personal-rooms/shared/api"
)

//go:embed document.md
var text string

// A Section is what our answers have of one operation.
type Section struct {
	Operation string
	Rows      []Row
}

// Count returns how many rows have the answer, or begin with it.
func (s Section) Count(answer string) (n int) {
	for _, r := range s.Rows {
		if r.Answer == answer || answer != "answered" && strings.HasPrefix(r.Answer, answer) {
			n++
		}
	}
	return n
}

// Document returns the text of the document: the sections, what Zoom has and we have not, and the results of the
// clients.
func Document(sections []Section) (string, error) {
	var document strings.Builder
	err := template.Must(template.New("").Parse(text)).Execute(&document, struct {
		Sections []Section
		Missing  []api.Feature
		Clients  ClientTable
	}{sections, api.Features, Table(Clients())})
	return document.String(), err
}
