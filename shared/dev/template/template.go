// Package template reads template.yaml, so that the runner and the tests use the functions, routes and table that the
// cloud gets and no second list of them exists. Nothing that runs in the cloud may import it.
//
// It understands what our template uses. What it would have to guess is an error that names the place.
package template

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"go.yaml.in/yaml/v3"
)

// TemplateName is the template's file name in the root folder.
const TemplateName = "template.yaml"

// Bundle is what the template describes, in the template's order.
type Bundle struct {
	Root      string // the folder that holds the template
	Functions []Function
	Routes    []Route
	Table     Table
	CORS      *CORS // nil: no web page of another origin may call the API

	Streams  []Stream
	Mappings []Mapping
	Queues   []Queue
	Buses    []string // their logical ids
	Rules    []Rule

	Parameters []string // the template's, by name
}

// Function is one Lambda function.
type Function struct {
	ID      string // its logical id, ProfileFunction
	Name    string // profile
	Folder  string // functions/profile, below the root
	Timeout time.Duration
	Memory  int // in MB
	Env     map[string]string
	Grants  []Grant
	Async   Async

	Architecture string // arm64 or x86_64
	Code         string // CodeUri: of a built template, the folder of the executable
}

// Grant is one statement of a function's policy.
type Grant struct {
	Actions  []string // dynamodb:GetItem
	Resource string   // Table.Arn, Table.Arn/index/agenda
	Keys     []string // patterns of the partition keys that it is about, "ROOM#*"; none: all
}

// Route is one route of the HTTP API.
type Route struct {
	Method   string
	Path     string // with its variables in braces
	Function string // Function.Name
	Open     bool   // no token is asked for
}

// Key is the route's name at API Gateway: "GET /j/{number}".
func (r Route) Key() string { return r.Method + " " + r.Path }

// Table is the definition of the one table.
type Table struct {
	ID    string
	Input *dynamodb.CreateTableInput // without a name, which the caller chooses
	TTL   string                     // the attribute that holds an item's expiry
}

// Load reads the template in root. Parameters not given have their defaults; a !Ref to a resource is its logical id.
func Load(root string, parameters map[string]string) (*Bundle, error) {
	b, err := load(root, parameters)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", TemplateName, err)
	}
	return b, nil
}

func load(root string, parameters map[string]string) (*Bundle, error) {
	text, err := os.ReadFile(filepath.Join(root, TemplateName))
	if err != nil {
		return nil, err
	}
	t, err := parse(text, parameters)
	if err != nil {
		return nil, err
	}
	b := &Bundle{Root: root, Parameters: slices.Sorted(maps.Keys(t.values))}
	for _, read := range []func(*template) error{b.readFunctions, b.readCORS, b.readTable, b.readQueues, b.readBuses, b.readRules} {
		if err := read(t); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// Function returns the function of that name, "profile".
func (b *Bundle) Function(name string) (Function, bool) {
	for _, f := range b.Functions {
		if f.Name == name {
			return f, true
		}
	}
	return Function{}, false
}

// FindRoot returns the nearest folder at or above dir that holds the template.
func FindRoot(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, TemplateName)); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("no %s here or in a folder above", TemplateName)
		}
		dir = parent
	}
}

// template is the parsed file, its functions (!Ref and the like) not yet applied.
type template struct {
	values     map[string]string // of parameters
	conditions map[string]*yaml.Node
	globals    *yaml.Node // Globals.Function
	resources  []resource
}

type resource struct {
	id         string
	kind       string
	properties *yaml.Node
	absent     bool // its condition does not hold
}

func parse(text []byte, overrides map[string]string) (*template, error) {
	var file struct {
		Parameters map[string]struct {
			Default *string `yaml:"Default"`
		} `yaml:"Parameters"`
		Conditions map[string]yaml.Node `yaml:"Conditions"`
		Globals    struct {
			Function yaml.Node `yaml:"Function"`
		} `yaml:"Globals"`
		Resources yaml.Node `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return nil, err
	}
	t := &template{values: map[string]string{}, conditions: map[string]*yaml.Node{}, globals: &file.Globals.Function}
	for name, condition := range file.Conditions {
		t.conditions[name] = &condition
	}
	for name, p := range file.Parameters {
		if value, given := overrides[name]; given {
			t.values[name] = value
		} else if p.Default != nil {
			t.values[name] = *p.Default
		} else {
			return nil, fmt.Errorf("parameter %s has no default and no value was given", name)
		}
	}
	for name := range overrides {
		if _, known := file.Parameters[name]; !known {
			return nil, fmt.Errorf("no parameter is named %s", name)
		}
	}
	return t, t.readResources(&file.Resources)
}

func (t *template) readResources(all *yaml.Node) error {
	if all.Kind != yaml.MappingNode {
		return fmt.Errorf("no Resources")
	}
	for i := 0; i+1 < len(all.Content); i += 2 {
		r := resource{id: all.Content[i].Value}
		var body struct {
			Type       string    `yaml:"Type"`
			Condition  string    `yaml:"Condition"`
			Properties yaml.Node `yaml:"Properties"`
		}
		if err := all.Content[i+1].Decode(&body); err != nil {
			return fmt.Errorf("%s: %w", r.id, err)
		}
		r.kind, r.properties = body.Type, &body.Properties
		if body.Condition != "" {
			holds, err := t.holds(body.Condition)
			if err != nil {
				return fmt.Errorf("%s: %w", r.id, err)
			}
			r.absent = !holds
		}
		t.resources = append(t.resources, r)
	}
	return nil
}

func (t *template) ofKind(kind string) []resource {
	var found []resource
	for _, r := range t.resources {
		if r.kind == kind && !r.absent {
			found = append(found, r)
		}
	}
	return found
}

func (t *template) isResource(id string) bool { return t.isKind(id, "") }

// isKind reports whether there is such a resource of that kind; any kind if it is "".
func (t *template) isKind(id, kind string) bool {
	return slices.ContainsFunc(t.resources, func(r resource) bool { return r.id == id && (kind == "" || r.kind == kind) })
}
