package template

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// An Environment is a section [<name>.deploy.parameters] of samconfig.toml.
type Environment struct {
	Name       string
	Stack      string
	Parameters []string // Name=value
}

var (
	sections  = regexp.MustCompile(`(?m)^\[([a-z]+)\.deploy\.parameters\]\n((?:[^\[\n].*\n|\n)*)`)
	stackName = regexp.MustCompile(`(?m)^stack_name = "(.*)"$`)
	overrides = regexp.MustCompile(`(?m)^parameter_overrides = \[(.*)\]$`)
	quoted    = regexp.MustCompile(`"([^"]*)"`)
)

// Environments reads samconfig.toml in root. It returns the environments in the file's order.
func Environments(root string) (all []Environment, err error) {
	text, err := os.ReadFile(filepath.Join(root, "samconfig.toml"))
	if err != nil {
		return nil, err
	}
	for _, section := range sections.FindAllStringSubmatch(string(text), -1) {
		stack, given := stackName.FindStringSubmatch(section[2]), overrides.FindStringSubmatch(section[2])
		if stack == nil || given == nil {
			return nil, fmt.Errorf(
				"samconfig.toml: [%s.deploy.parameters] has no stack_name, or no parameter_overrides on one line",
				section[1],
			)
		}
		e := Environment{Name: section[1], Stack: stack[1]}
		for _, parameter := range quoted.FindAllStringSubmatch(given[1], -1) {
			e.Parameters = append(e.Parameters, parameter[1])
		}
		all = append(all, e)
	}
	return all, nil
}
