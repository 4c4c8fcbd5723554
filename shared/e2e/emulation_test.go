package e2e

import (
	"os"
	"testing"
)

// What emulators cannot do, by name and with the reason: EMULATOR names one. A test that shows such a thing says so by
// needs, and is the only kind of test that is ever skipped. `make run` and the cloud can do all of it.
//
// That `sam local` emulates no JWT authorizer leaves nothing out: there the functions verify tokens themselves. Its lack of
// user agents, aliases and versions shows nowhere in an answer.
const (
	unknownRoutes = "404 for unknown routes"
	headRequests  = "HEAD is a method of its own"
	escapedSlash  = "%2F within a path segment"
	anyBytes      = "bodies that are not UTF-8"
	requestIDs    = "a request id of its own for every request"
	races         = "requests at once"
	eventSources  = "event sources: the table's stream, queues and the event bus"
)

var emulators = map[string]map[string]string{
	"": {},
	"sam-local": {
		unknownRoutes: "it answers 403 Missing Authentication Token, as REST APIs do",
		headRequests:  "it takes HEAD for the GET of the same path, and answers 502",
		escapedSlash:  "it decodes a path before it looks for its route",
		anyBytes:      "it decodes bodies as UTF-8, and answers 502 itself where it cannot",
		requestIDs:    "all its events have one request id",
		races:         "it hands one event after the other to a function's one container, so nothing ever races",
		eventSources:  "it runs functions for HTTP alone, and hands on nothing that is written, sent or put on the bus",
	},
}

// needs skips the test where the emulator cannot do the thing.
func needs(t *testing.T, thing string) {
	t.Helper()
	name := os.Getenv("EMULATOR")
	cannot, known := emulators[name]
	if !known {
		t.Fatalf("EMULATOR is %q: no such emulator is known", name)
	}
	if why, missing := cannot[thing]; missing {
		t.Skipf("%s cannot emulate %s: %s", name, thing, why) //nolint:forbidigo // the one place where tests are skipped: see above
	}
}
