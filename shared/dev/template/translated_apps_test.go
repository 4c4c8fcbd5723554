//go:build translator

package template_test

import (
	"slices"
	"testing"
)

// The API of apps exists with Apps=true only. Every route leads to its function's alias, and none has an authorizer:
// the functions check the tokens of apps. The functions do not refer to it, because it refers to them.
func TestTheBodyOfTheAppsAPI(t *testing.T) {
	b := ours(t, nil)
	for t, s := range eachStack(t) {
		api, found := s.Resources["AppsApi"]
		if want := s.values["Apps"] == "true"; found != want {
			t.Errorf("the API of apps exists: %v, want %v", found, want)
		}
		if !found {
			continue
		}
		body := at(api.Properties, "Body")
		for _, r := range b.AppRoutes {
			operation := operationOf(t, body, b, r)
			if at(operation, "security") != nil || at(body, "security") != nil {
				t.Errorf("%s has an authorizer", r.Key())
			}
		}
		for _, f := range b.Functions {
			if slices.Contains(references(s.Resources[f.ID].Properties), "AppsApi") {
				t.Errorf("%s refers to the API of apps", f.Name)
			}
		}
	}
}
