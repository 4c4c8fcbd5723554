package template

import (
	"encoding/json"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Rule sends the events of a bus that match a pattern to its targets.
type Rule struct {
	ID      string
	Bus     string // its logical id
	Pattern string // in JSON
	Targets []Target
}

// A Target is a function or a queue to which events are sent.
type Target struct {
	ID       string
	Function string // Function.Name
	Queue    string // Queue.ID

	// The target gets the event, or instead the text of an InputTransformer.
	Template string            // the text, with variables in <angle brackets>
	Paths    map[string]string // the variables: parts of the event

	DeadLetter string // Queue.ID for events that did not arrive; "": none
}

// targetProperties are those of a target and of a function's event.
type targetProperties struct {
	InputTransformer struct {
		InputPathsMap map[string]string `yaml:"InputPathsMap"`
		InputTemplate string            `yaml:"InputTemplate"`
	} `yaml:"InputTransformer"`
	DeadLetterConfig struct {
		Arn string `yaml:"Arn"`
	} `yaml:"DeadLetterConfig"`
}

func (p targetProperties) target(t *template, id string) (target Target, err error) {
	target = Target{ID: id, Paths: p.InputTransformer.InputPathsMap, Template: p.InputTransformer.InputTemplate}
	if p.DeadLetterConfig.Arn != "" {
		target.DeadLetter, err = t.queueOf(p.DeadLetterConfig.Arn)
	}
	return target, err
}

// readEventRule reads the rule that SAM makes of a function's event.
func (b *Bundle) readEventRule(t *template, function, name string, properties *yaml.Node) error {
	var p struct {
		EventBusName     string         `yaml:"EventBusName"`
		Pattern          map[string]any `yaml:"Pattern"`
		targetProperties `yaml:",inline"`
	}
	if err := t.decodeKnown(properties, &p, "Target"); err != nil {
		return err
	}
	pattern, err := json.Marshal(p.Pattern)
	if err != nil {
		return err
	}
	target, err := p.target(t, name)
	target.Function = function
	b.Rules = append(b.Rules, Rule{function + " " + name, p.EventBusName, string(pattern), []Target{target}})
	return err
}

func (b *Bundle) readBus(_ *template, r resource) error {
	b.Buses = append(b.Buses, r.id)
	return nil
}

// readRule reads a rule that is a resource of its own.
func (b *Bundle) readRule(t *template, r resource) error {
	var p struct {
		EventBusName string         `yaml:"EventBusName"`
		EventPattern map[string]any `yaml:"EventPattern"`
		Targets      []yaml.Node    `yaml:"Targets"`
	}
	if err := t.decodeKnown(r.properties, &p, "Name", "Description"); err != nil {
		return err
	}
	pattern, err := json.Marshal(p.EventPattern)
	if err != nil {
		return err
	}
	rule := Rule{ID: r.id, Bus: p.EventBusName, Pattern: string(pattern)}
	for i := range p.Targets {
		target, err := b.readTarget(t, &p.Targets[i])
		if err != nil {
			return fmt.Errorf("target %d: %w", i+1, err)
		}
		rule.Targets = append(rule.Targets, target)
	}
	b.Rules = append(b.Rules, rule)
	return nil
}

func (b *Bundle) readTarget(t *template, node *yaml.Node) (Target, error) {
	var p struct {
		ID               string `yaml:"Id"`
		Arn              string `yaml:"Arn"`
		targetProperties `yaml:",inline"`
	}
	if err := t.decodeKnown(node, &p); err != nil {
		return Target{}, err
	}
	target, err := p.target(t, p.ID)
	if err != nil {
		return target, err
	}
	id, _, _ := strings.Cut(p.Arn, ".")
	if f, found := find(b.Functions, func(f Function) bool { return f.ID == id }); found {
		target.Function = f.Name
		return target, nil
	}
	target.Queue, err = t.queueOf(p.Arn)
	return target, err
}
