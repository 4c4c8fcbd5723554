package template

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A Rule sends the events of a bus on that match a pattern.
type Rule struct {
	ID      string
	Bus     string // its logical id
	Pattern string // in JSON
	Targets []Target
}

// A Target is where events go: to a function, or into a queue.
type Target struct {
	ID       string
	Function string // Function.Name
	Queue    string // Queue.ID
	Group    string // of a FIFO queue: the message group

	// What goes there: the event, or at most one of these instead.
	Input     string            // this JSON
	InputPath string            // this part of the event, "$.detail"
	Paths     map[string]string // an InputTransformer's variables: the parts of the event that they stand for
	Template  string            // and its text, with them in <angle brackets>

	Retries    int           // where a target cannot be reached
	MaxAge     time.Duration // after which it is not tried again
	DeadLetter string        // Queue.ID of where goes what did not arrive; "": nowhere
}

// What EventBridge takes where a target says nothing.
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

// targetMembers are what is known of a target, whether it is a rule's or a function's event.
var targetMembers = []string{"Input", "InputPath", "InputTransformer", "RetryPolicy", "DeadLetterConfig"}

func (p targetProperties) target(t *template) (Target, error) {
	target := Target{
		ID: p.ID, Group: p.SqsParameters.MessageGroupID, Input: p.Input, InputPath: p.InputPath,
		Paths: p.InputTransformer.InputPathsMap, Template: p.InputTransformer.InputTemplate,
		Retries: orElse(p.RetryPolicy.MaximumRetryAttempts, targetRetries),
		MaxAge:  seconds(orElse(p.RetryPolicy.MaximumEventAgeInSeconds, targetMaxAge)),
	}
	if p.Input != "" && !json.Valid([]byte(p.Input)) {
		return target, fmt.Errorf("Input is not JSON")
	}
	if p.DeadLetterConfig.Arn == "" {
		return target, nil
	}
	var err error
	target.DeadLetter, err = t.queueOf(p.DeadLetterConfig.Arn)
	return target, err
}

type ruleProperties struct {
	EventBusName string      `yaml:"EventBusName"`
	State        string      `yaml:"State"`
	Pattern      any         `yaml:"Pattern"`      // of a function's event
	EventPattern any         `yaml:"EventPattern"` // of a rule
	Targets      []yaml.Node `yaml:"Targets"`
}

// rule is the rule without its targets, and whether it is in force.
func (p ruleProperties) rule(t *template, id string, pattern any) (Rule, bool, error) {
	rule := Rule{ID: id, Bus: p.EventBusName}
	if !t.isKind(rule.Bus, busKind) {
		return rule, false, fmt.Errorf("EventBusName is %q, and must be a bus of this template", rule.Bus)
	}
	if p.State != "" && p.State != "ENABLED" && p.State != "DISABLED" {
		return rule, false, fmt.Errorf("State is %q, and must be ENABLED or DISABLED", p.State)
	}
	if _, ok := pattern.(map[string]any); !ok {
		return rule, false, fmt.Errorf("it has no pattern")
	}
	text, err := json.Marshal(pattern)
	rule.Pattern = string(text)
	return rule, p.State != "DISABLED", err
}

// readEventRule reads the rule that SAM makes of a function's event.
func readEventRule(t *template, function, name string, properties *yaml.Node) (Rule, bool, error) {
	known := append([]string{"EventBusName", "Pattern", "State", "RuleName", "Target"}, targetMembers...)
	if err := only(properties, known...); err != nil {
		return Rule{}, false, err
	}
	var p ruleProperties
	var own targetProperties
	if err := t.decode(properties, &p); err != nil {
		return Rule{}, false, err
	}
	if err := t.decode(properties, &own); err != nil {
		return Rule{}, false, err
	}
	rule, enabled, err := p.rule(t, function+" "+name, p.Pattern)
	if err != nil {
		return rule, false, err
	}
	target, err := own.target(t)
	target.ID, target.Function = name, function
	rule.Targets = []Target{target}
	return rule, enabled, err
}

func (b *Bundle) readBuses(t *template) error {
	for _, r := range t.ofKind(busKind) {
		b.Buses = append(b.Buses, r.id)
	}
	return nil
}

// readRules reads the rules that stand alone.
func (b *Bundle) readRules(t *template) error {
	for _, r := range t.ofKind(ruleKind) {
		rule, enabled, err := b.readRule(t, r)
		if err != nil {
			return fmt.Errorf("%s: %w", r.id, err)
		}
		b.Rules = appendIf(enabled, b.Rules, rule)
	}
	return nil
}

func (b *Bundle) readRule(t *template, r resource) (Rule, bool, error) {
	if err := only(r.properties, "EventBusName", "EventPattern", "State", "Targets", "Name", "Description"); err != nil {
		return Rule{}, false, err
	}
	var p ruleProperties
	if err := t.decode(r.properties, &p); err != nil {
		return Rule{}, false, err
	}
	rule, enabled, err := p.rule(t, r.id, p.EventPattern)
	if err != nil {
		return rule, false, err
	}
	for i := range p.Targets {
		target, err := b.readTarget(t, &p.Targets[i])
		if err != nil {
			return rule, false, fmt.Errorf("target %d: %w", i+1, err)
		}
		rule.Targets = append(rule.Targets, target)
	}
	return rule, enabled, nil
}

func (b *Bundle) readTarget(t *template, node *yaml.Node) (Target, error) {
	if err := only(node, append([]string{"Id", "Arn", "SqsParameters", "RoleArn"}, targetMembers...)...); err != nil {
		return Target{}, err
	}
	var p targetProperties
	if err := node.Decode(&p); err != nil { // its functions are applied already
		return Target{}, err
	}
	target, err := p.target(t)
	if err != nil {
		return target, err
	}
	id, _, _ := strings.Cut(p.Arn, ".")
	for _, f := range b.Functions {
		if f.ID == id {
			target.Function = f.Name
			return target, nil
		}
	}
	target.Queue, err = t.queueOf(p.Arn)
	return target, err
}
