package template_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/template"
)

// Apps reach what needs a token, and where they get one; nothing else that is open.
func TestAppsReachEveryRouteThatNeedsAToken(t *testing.T) {
	b := ours(t, nil)
	var got []string
	want := []string{"/oauth/token account", "/oauth/token/ account", template.Default + " web"}
	for _, r := range b.AppRoutes {
		got = append(got, r.Path+" "+r.Function)
		if tokens := strings.HasPrefix(r.Path, "/oauth/token"); tokens != (r.Method == "POST") || !tokens && r.Method != "" {
			t.Errorf("%s is for this method only", r.Key())
		}
	}
	for _, r := range b.Routes {
		if !r.Open {
			want = append(want, r.Path+" "+r.Function)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if d := cmp.Diff(slices.Compact(want), got); d != "" {
		t.Errorf("Api (-) and AppsApi (+) in template.yaml:\n%s", d)
	}
}
