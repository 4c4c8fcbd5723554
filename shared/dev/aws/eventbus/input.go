package eventbus

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"personal-rooms/shared/dev/template"
)

// input makes the payload that a target gets: the event, or the text of an InputTransformer with its variables filled
// in.
type input struct {
	template string
	paths    map[string][]string // the part of the event that a variable stands for
}

// variable is a variable in a template.
var variable = regexp.MustCompile(`<[A-Za-z0-9_.-]+>`)

func newInput(t template.Target) (i input, err error) {
	i = input{template: t.Template, paths: map[string][]string{}}
	for name, path := range t.Paths {
		if i.paths["<"+name+">"], err = parsePath(path); err != nil {
			return i, err
		}
	}
	for _, name := range variable.FindAllString(t.Template, -1) {
		if i.paths[name] == nil {
			return i, fmt.Errorf("InputTemplate has %s, which InputPathsMap does not name", name)
		}
	}
	return i, nil
}

// parsePath reads a path of members, $.detail.object.id.
func parsePath(text string) ([]string, error) {
	names := strings.Split(text, ".")
	if len(names) < 2 || names[0] != "$" || strings.ContainsAny(text, "[]*?@") || slices.Contains(names, "") {
		return nil, fmt.Errorf("the path %q is not understood: it may name members only, such as $.detail.id", text)
	}
	return names[1:], nil
}

// payload returns what the target gets of the event, which is given as JSON and decoded. A variable that has no value
// is empty text.
func (i input) payload(event []byte, decoded map[string]any) ([]byte, error) {
	if i.template == "" {
		return event, nil
	}
	value := func(name string) string { return valueAt(decoded, i.paths[name]) }
	filled := []byte(variable.ReplaceAllStringFunc(i.template, value))
	if !json.Valid(filled) {
		return nil, fmt.Errorf("InputTemplate does not make JSON of this event: %s", filled)
	}
	return filled, nil
}

// valueAt returns a text without quotes, as it stands within quotes in a template, and any other value as JSON.
func valueAt(value any, path []string) string {
	for _, name := range path {
		members, _ := value.(map[string]any)
		value = members[name]
	}
	text, err := encode(value)
	if err != nil || value == nil {
		return ""
	}
	if _, isText := value.(string); isText {
		text = text[1 : len(text)-1]
	}
	return string(text)
}
