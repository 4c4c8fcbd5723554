package api

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"personal-rooms/shared/meeting"
)

func TestEveryReasonHasAnOutcome(t *testing.T) {
	reasons := slices.Concat(reasonsIn(t, "../meeting"), reasonsIn(t, "../account"), reasonsIn(t, "."))
	if len(reasons) < 34 {
		t.Fatalf("found %d reasons only: are they declared in another way now?", len(reasons))
	}
	for _, reason := range reasons {
		if o, ok := outcomeOf(reason); !ok || o.status < 400 {
			t.Errorf("%q has no status: add it to outcomes", reason)
		}
	}
	if len(outcomes()) != len(reasons) {
		t.Errorf("%d outcomes for %d reasons", len(outcomes()), len(reasons))
	}
}

func TestOurCodesAreDistinctAndInTheirRange(t *testing.T) {
	seen := map[int]meeting.Reason{}
	for _, o := range outcomes() {
		other, twice := seen[o.code]
		if twice && o.code != 300 {
			t.Errorf("%q and %q share the code %d", o.reason, other, o.code)
		}
		seen[o.code] = o.reason
		if (o.status == 429 || o.status == 503) != (o.retry > 0) {
			t.Errorf("%q: status %d, Retry-After %d", o.reason, o.status, o.retry)
		}
	}
}

// reasonsIn reads the constants of type Reason from the source of a package.
func reasonsIn(t *testing.T, dir string) (reasons []meeting.Reason) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok && isReason(spec.Type) && !strings.HasSuffix(name, "_test.go") {
				reasons = append(reasons, valuesOf(t, spec)...)
			}
			return true
		})
	}
	return reasons
}

func isReason(expr ast.Expr) bool {
	switch e := expr.(type) {
	case *ast.Ident:
		return e.Name == "Reason"
	case *ast.SelectorExpr:
		return e.Sel.Name == "Reason"
	}
	return false
}

func valuesOf(t *testing.T, spec *ast.ValueSpec) (values []meeting.Reason) {
	t.Helper()
	for _, v := range spec.Values {
		literal, ok := v.(*ast.BasicLit)
		if !ok {
			t.Fatalf("%s is no literal", spec.Names[0].Name)
		}
		text, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, meeting.Reason(text))
	}
	return values
}
