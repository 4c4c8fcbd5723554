package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/template"
)

// That the handlers have these routes too, each function's own tests show.

// A route is what template.yaml and openapi.yaml both say.
type route struct {
	Method, Path, Function string
	Open                   bool
}

func TestTheTemplateAndTheDocumentHaveTheSameRoutes(t *testing.T) {
	if d := cmp.Diff(templateRoutes(t), documentRoutes()); d != "" {
		t.Errorf("template.yaml (-) and openapi.yaml (+):\n%s", d)
	}
}

func templateRoutes(t *testing.T) (all []route) {
	t.Helper()
	b, err := template.Load(must(template.FindRoot(".")), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range b.Routes {
		all = append(all, route{r.Method, r.Path, r.Function, r.Open})
	}
	return sorted(all)
}

func documentRoutes() (all []route) {
	for path, item := range here.oracle.document.Paths.Map() {
		for method, o := range item.Operations() {
			open := o.Security != nil && len(*o.Security) == 0
			all = append(all, route{method, path, strings.Join(o.Tags, " "), open})
		}
	}
	return sorted(all)
}

func sorted(all []route) []route {
	slices.SortFunc(all, func(a, b route) int { return strings.Compare(a.Method+a.Path, b.Method+b.Path) })
	return all
}

func TestEveryOperationHasAName(t *testing.T) {
	seen := map[string]bool{}
	for path, item := range here.oracle.document.Paths.Map() {
		for method, o := range item.Operations() {
			if o.OperationID == "" || seen[o.OperationID] {
				t.Errorf("%s %s: the operation id %q is missing, or another one's", method, path, o.OperationID)
			}
			seen[o.OperationID] = true
		}
	}
}

// What runs has these routes, and asks for a token where it should. No body can be read, so nothing is guessed at.
func TestWhatRunsHasTheseRoutes(t *testing.T) {
	nobody := guest(t, "Nobody")
	variables := strings.NewReplacer("{userId}", "me", "{meetingId}", "83123456789", "{room}", "83123456789", "{id}", "83123456789",
		"{number}", "83123456789", "{link}", "ada.lovelace", "{webhookId}", "83123456789")
	for _, r := range documentRoutes() {
		a := nobody.send(r.Method, variables.Replace(r.Path), bodyFor(r.Method))
		switch {
		case !r.Open:
			a.unauthorized("Invalid access token.")
		case r.Path == "/media/livekit": // it is signed, and only there where there is such a media server
			a.is(401, 404)
		default:
			a.is(200, 302, 400)
		}
	}
}

func bodyFor(method string) any {
	if method == "GET" || method == "DELETE" {
		return nil
	}
	return "{"
}
