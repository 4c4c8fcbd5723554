package eventbus

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"personal-rooms/shared/dev/template"
)

// input makes of an event what its target gets.
type input struct {
	fixed    string
	path     []string // of one part of the event; nil: all of it
	paths    map[string][]string
	template string
}

// placeholder is a variable in a template.
var placeholder = regexp.MustCompile(`<([A-Za-z0-9_.-]+)>`)

func newInput(t template.Target) (made input, err error) {
	made = input{fixed: t.Input, template: t.Template, paths: map[string][]string{}}
	if t.InputPath != "" {
		if made.path, err = parsePath(t.InputPath); err != nil {
			return made, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.Paths)) {
		if made.paths[name], err = parsePath(t.Paths[name]); err != nil {
			return made, err
		}
	}
	for _, match := range placeholder.FindAllStringSubmatch(t.Template, -1) {
		if _, known := made.paths[match[1]]; !known {
			return made, fmt.Errorf("InputTemplate has <%s>, which InputPathsMap does not name", match[1])
		}
	}
	return made, nil
}

// parsePath understands the members of objects, $.detail.object.id.
func parsePath(text string) ([]string, error) {
	names := strings.Split(text, ".")
	if names[0] != "$" || strings.ContainsAny(text, "[]*?@") || slices.Contains(names, "") {
		return nil, fmt.Errorf("the path %q is not understood: only members, such as $.detail.id", text)
	}
	return names[1:], nil
}

func (i input) of(text []byte, shape map[string]any) ([]byte, error) {
	switch {
	case i.fixed != "":
		return []byte(i.fixed), nil
	case i.template != "":
		return i.fill(shape)
	case i.path != nil:
		return encode(part(shape, i.path))
	}
	return text, nil
}

func part(value any, path []string) any {
	for _, name := range path {
		members, _ := value.(map[string]any)
		value = members[name]
	}
	return value
}

// fill puts the variables' values into the template: within quotes as text, elsewhere as JSON.
func (i input) fill(shape map[string]any) ([]byte, error) {
	var filled strings.Builder
	rest := i.template
	for quoted := false; ; {
		at := placeholder.FindStringSubmatchIndex(rest)
		if at == nil {
			filled.WriteString(rest)
			break
		}
		filled.WriteString(rest[:at[0]])
		quoted = quoted != (strings.Count(strings.ReplaceAll(rest[:at[0]], `\"`, ""), `"`)%2 == 1)
		value, err := encode(part(shape, i.paths[rest[at[2]:at[3]]]))
		if err != nil {
			return nil, err
		}
		filled.WriteString(inPlace(string(value), quoted))
		rest = rest[at[1]:]
	}
	if !json.Valid([]byte(filled.String())) {
		return nil, fmt.Errorf("what is made by InputTemplate is not JSON: %s", filled.String())
	}
	return []byte(filled.String()), nil
}

// inPlace is a value in JSON as it stands in the template.
func inPlace(value string, quoted bool) string {
	switch {
	case value == "null":
		return map[bool]string{true: "", false: `""`}[quoted]
	case quoted && strings.HasPrefix(value, `"`):
		return value[1 : len(value)-1]
	case quoted:
		return strings.ReplaceAll(value, `"`, "")
	}
	return value
}
