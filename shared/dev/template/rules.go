package template

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

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
	Group    string // the message group, for a FIFO queue

	// The target gets the event, or instead one of these.
	Input     string            // this JSON
	InputPath string            // this part of the event, "$.detail"
	Paths     map[string]string // an InputTransformer's variables: parts of the event
	Template  string            // and its text, with the variables in <angle brackets>

	Retries    int           // while the target cannot be reached
	MaxAge     time.Duration // of an event that is still tried
	DeadLetter string        // Queue.ID for events that did not arrive; "": none
}

// EventBridge's defaults.
const (
	targetRetries = 185
	targetMaxAge  = 86400
)

type targetProperties struct {
	ID               string `yaml:"Id"`
	Arn              string `yaml:"Arn"`
	Input            string `yaml:"Input"`
	InputPath        string `yaml:"InputPath"`
	InputTransformer struct {
		InputPathsMap map[string]string `yaml:"InputPathsMap"`
		InputTemplate string            `yaml:"InputTemplate"`
	} `yaml:"InputTransformer"`
	RetryPolicy struct {
		MaximumRetryAttempts     *int `yaml:"MaximumRetryAttempts"`
		MaximumEventAgeInSeconds *int `yaml:"MaximumEventAgeInSeconds"`
	} `yaml:"RetryPolicy"`
	DeadLetterConfig struct {
		Arn string `yaml:"Arn"`
	} `yaml:"DeadLetterConfig"`
	SqsParameters struct {
		MessageGroupID string `yaml:"MessageGroupId"`
	} `yaml:"SqsParameters"`
}

type ruleProperties struct {
	EventBusName string      `yaml:"EventBusName"`
	Pattern      any         `yaml:"Pattern"`      // of a function's event
	EventPattern any         `yaml:"EventPattern"` // of a rule
	Targets      []yaml.Node `yaml:"Targets"`
}

func (p targetProperties) target(t *template) (target Target, err error) {
	target = Target{
		ID: p.ID, Group: p.SqsParameters.MessageGroupID, Input: p.Input, InputPath: p.InputPath,
		Paths: p.InputTransformer.InputPathsMap, Template: p.InputTransformer.InputTemplate,
		Retries: orDefault(p.RetryPolicy.MaximumRetryAttempts, targetRetries),
		MaxAge:  seconds(orDefault(p.RetryPolicy.MaximumEventAgeInSeconds, targetMaxAge)),
	}
	if p.Input != "" && !json.Valid([]byte(p.Input)) {
		return target, fmt.Errorf("Input is not JSON")
	}
	if p.DeadLetterConfig.Arn != "" {
		target.DeadLetter, err = t.queueOf(p.DeadLetterConfig.Arn)
	}
	return target, err
}

// rule returns the rule without its targets.
func (p ruleProperties) rule(t *template, id string, pattern any) (Rule, error) {
	rule := Rule{ID: id, Bus: p.EventBusName}
	if !t.isKind(rule.Bus, busKind) {
		return rule, fmt.Errorf("EventBusName is %q, and must be a bus of this template", rule.Bus)
	}
	if _, ok := pattern.(map[string]any); !ok {
		return rule, fmt.Errorf("it has no pattern")
	}
	text, err := json.Marshal(pattern)
	rule.Pattern = string(text)
	return rule, err
}

// readEventRule reads the rule that SAM makes of a function's event.
func readEventRule(t *template, function, name string, properties *yaml.Node) (Rule, error) {
	var p ruleProperties
	var own targetProperties
	if err := t.decodeKnown(properties, &p, "EventBusName", "Pattern", "RuleName", "Target",
		"Input", "InputPath", "InputTransformer", "RetryPolicy", "DeadLetterConfig"); err != nil {
		return Rule{}, err
	}
	if err := t.decode(properties, &own); err != nil {
		return Rule{}, err
	}
	rule, err := p.rule(t, function+" "+name, p.Pattern)
	if err != nil {
		return rule, err
	}
	target, err := own.target(t)
	target.ID, target.Function = name, function
	rule.Targets = []Target{target}
	return rule, err
}

func (b *Bundle) readBus(_ *template, r resource) error {
	b.Buses = append(b.Buses, r.id)
	return nil
}

// readRule reads a rule that is a resource of its own.
func (b *Bundle) readRule(t *template, r resource) error {
	var p ruleProperties
	if err := t.decodeKnown(r.properties, &p, "EventBusName", "EventPattern", "Targets", "Name",
		"Description"); err != nil {
		return err
	}
	rule, err := p.rule(t, r.id, p.EventPattern)
	if err != nil {
		return err
	}
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
	var p targetProperties
	if err := t.decodeKnown(node, &p, "Id", "Arn", "SqsParameters", "RoleArn",
		"Input", "InputPath", "InputTransformer", "RetryPolicy", "DeadLetterConfig"); err != nil {
		return Target{}, err
	}
	target, err := p.target(t)
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
