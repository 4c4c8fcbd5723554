// Package template reads template.yaml, so that the runner and the tests use the same functions, routes and table as
// the cloud. Nothing that runs in the cloud may import it.
//
// It understands what our template uses. Anything else is an error that names the place. That the template is right for
// the cloud is checked by `make validate`, not here.
package template

import (
	"fmt"
	"iter"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"go.yaml.in/yaml/v3"
)

// TemplateName is the template's file name in the root folder.
const TemplateName = "template.yaml"

// Bundle is the content of the template, in the template's order.
type Bundle struct {
	Root      string // the folder of the template
	Functions []Function
	Routes    []Route
	AppRoutes []Route // of the API of apps, which has no authorizer
	Table     Table
	CORS      *CORS    // nil: no web page of another origin may call the API
	Sockets   *Sockets // nil: there is no WebSocket API

	Streams  []Stream
	Mappings []Mapping
	Queues   []Queue
	Buses    []string // logical ids
	Rules    []Rule

	Parameters []string // names
}

// Function is one Lambda function.
type Function struct {
	ID      string // logical id, ProfileFunction
	Name    string // profile
	Folder  string // functions/profile, below the root
	Timeout time.Duration
	Memory  int // in MB
	Env     map[string]string
	Grants  []Grant
	Async   Async

	Architecture string // arm64 or x86_64
	Code         string // CodeUri: in a built template, the folder of the executable
}

// Grant is one statement of a function's policy.
type Grant struct {
	Actions  []string // dynamodb:GetItem
	Resource string   // Table.Arn, Table.Arn/index/agenda
	Keys     []string // patterns of the allowed partition keys, "ROOM#*"; none: all keys
}

// Route is one route of the HTTP API.
type Route struct {
	Method   string // "" of the route for all other requests
	Path     string // with its variables in braces; "$default" of the route for all other requests
	Function string // Function.Name
	Open     bool   // needs no token
}

// Key returns the route's name at API Gateway: "GET /j/{number}".
func (r Route) Key() string { return strings.TrimPrefix(r.Method+" "+r.Path, " ") }

// Default is the path of the route for all other requests.
const Default = "$default"

// Plain returns the routes without their variants: paths without a slash at the end, GET without HEAD, and not the
// route for all other requests. Documents list these.
func (b *Bundle) Plain() []Route {
	return slices.DeleteFunc(slices.Concat(b.Routes, b.TokenRoutes()), func(r Route) bool {
		return r.Method == http.MethodHead || r.Path == Default || r.Path != "/" && strings.HasSuffix(r.Path, "/")
	})
}

// Pattern returns the route as a pattern of http.ServeMux: one request more specific than another is matched first, as
// API Gateway does.
func (r Route) Pattern() string {
	if r.Path == Default {
		return "/"
	}
	if strings.HasSuffix(r.Path, "/") {
		return r.Key() + "{$}"
	}
	return r.Key()
}

// Table is the definition of the one table.
type Table struct {
	ID    string
	Input *dynamodb.CreateTableInput // without a name, which the caller chooses
	TTL   string                     // the attribute of an item's expiry
}

// Load reads the template in root. A parameter that is not given has its default. A !Ref to a resource is its logical
// id.
func Load(root string, parameters map[string]string) (*Bundle, error) {
	b, err := load(root, parameters)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", TemplateName, err)
	}
	return b, nil
}

// LoadNearest loads the nearest template at or above the working directory, with the defaults of its parameters.
func LoadNearest() (*Bundle, error) {
	root, err := FindRoot(".")
	if err != nil {
		return nil, err
	}
	return Load(root, nil)
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
	for _, read := range []struct {
		kind     string
		resource func(*template, resource) error
	}{
		{functionKind, b.readFunction}, {apiKind, b.readAPI}, {tableKind, b.readTable}, {queueKind, b.readQueue},
		{busKind, b.readBus}, {ruleKind, b.readRule}, {socketsKind, b.readSockets},
	} {
		for _, r := range t.ofKind(read.kind) {
			if err := read.resource(t, r); err != nil {
				return nil, fmt.Errorf("%s: %w", r.id, err)
			}
		}
	}
	return b, b.readAppRoutes(t)
}

// Function returns the function of that name, "profile".
func (b *Bundle) Function(name string) (Function, bool) {
	return find(b.Functions, func(f Function) bool { return f.Name == name })
}

func find[T any](list []T, matches func(T) bool) (found T, ok bool) {
	if i := slices.IndexFunc(list, matches); i >= 0 {
		return list[i], true
	}
	return found, false
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

// template is the parsed file. Its intrinsic functions (!Ref and the like) are not yet applied.
type template struct {
	values     map[string]string // of parameters
	conditions map[string]yaml.Node
	globals    yaml.Node // Globals.Function
	resources  []resource
}

type resource struct {
	id, kind   string
	properties *yaml.Node
	absent     bool // its condition is false
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
	t := &template{values: maps.Clone(overrides), conditions: file.Conditions, globals: file.Globals.Function}
	if t.values == nil {
		t.values = map[string]string{}
	}
	for name := range overrides {
		if _, known := file.Parameters[name]; !known {
			return nil, fmt.Errorf("no parameter is named %s", name)
		}
	}
	for name, p := range file.Parameters {
		if _, given := overrides[name]; given {
			continue
		}
		if p.Default == nil {
			return nil, fmt.Errorf("parameter %s has no default and no value was given", name)
		}
		t.values[name] = *p.Default
	}
	return t, t.readResources(&file.Resources)
}

func (t *template) readResources(all *yaml.Node) error {
	for id, node := range pairs(all) {
		var body struct {
			Type       string    `yaml:"Type"`
			Condition  string    `yaml:"Condition"`
			Properties yaml.Node `yaml:"Properties"`
		}
		if err := node.Decode(&body); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		r := resource{id: id, kind: body.Type, properties: &body.Properties}
		if body.Condition != "" {
			holds, err := t.holds(body.Condition)
			if err != nil {
				return fmt.Errorf("%s: %w", id, err)
			}
			r.absent = !holds
		}
		t.resources = append(t.resources, r)
	}
	return nil
}

// pairs iterates over the keys and values of a mapping, in their order.
func pairs(node *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
			if !yield(node.Content[i].Value, node.Content[i+1]) {
				return
			}
		}
	}
}

// ofKind returns the resources of a type whose condition is true.
func (t *template) ofKind(kind string) (found []resource) {
	for _, r := range t.resources {
		if r.kind == kind && !r.absent {
			found = append(found, r)
		}
	}
	return found
}

// isKind reports whether there is such a resource of that type; of any type if kind is "".
func (t *template) isKind(id, kind string) bool {
	return slices.ContainsFunc(t.resources, func(r resource) bool { return r.id == id && (kind == "" || r.kind == kind) })
}
