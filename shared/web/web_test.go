package web_test

import (
	"slices"
	"strings"
	"testing"

	"personal-rooms/shared/web"
)

// Our pages load modules and the style sheet without their comments, and else unchanged. Who reads rooms.js at its
// plain address gets all of it.
func TestPagesLoadFilesWithoutComments(t *testing.T) {
	site := web.New(web.Config{})
	for _, name := range []string{"page.js", "rooms.js", "session.js", "join.js", "call.js", "style.css"} {
		source := strings.SplitAfter(read(t, "assets/"+name), "\n")
		code := slices.DeleteFunc(source, func(line string) bool {
			line = strings.TrimSpace(line)
			return strings.HasPrefix(line, "//") || strings.HasPrefix(line, "/*") || strings.HasPrefix(line, "* ") || line == "*/"
		})
		same(t, name, string(site.Lean(name).Body()), strings.Join(code, ""))
		same(t, name, string(site.Asset(name).Body()), read(t, "assets/"+name))
	}
}
