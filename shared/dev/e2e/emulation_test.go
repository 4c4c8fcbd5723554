package e2e

import (
	"cmp"
	"os"
	"testing"
)

// What some deployments cannot do, by name. A test that shows such a thing says so by needs, and is the only kind of test that is ever
// skipped. The bundle that the tests start themselves, and `make run`, can do all of it.
const (
	unknownRoutes  = "404 for unknown routes"
	escapedSlash   = "%2F within a path segment"
	anyBytes       = "bodies that are not UTF-8"
	challenges     = "the header WWW-Authenticate of a 401"
	eventBus       = "its event bus"
	localReceivers = "receivers of webhooks on the machine of the tests"
)

// emulators are what AWS emulators cannot do, with the reason. EMULATOR names the one that a deployment is on.
var emulators = map[string]map[string]string{
	"": {},
	"ministack": {
		unknownRoutes: "it answers GET /v2 itself, as a container registry",
		escapedSlash:  "it decodes a path before it looks for the route",
		anyBytes:      "it replaces what is not UTF-8 in a body before a function gets it",
		challenges:    "its authorizer answers 401 without it",
	},
}

// needs skips the test where the deployment cannot do the thing.
func needs(t *testing.T, thing string) {
	t.Helper()
	name := os.Getenv("EMULATOR")
	if _, known := emulators[name]; !known {
		t.Fatalf("EMULATOR is %q: no such emulator is known", name)
	}
	if why := missing(thing); why != "" {
		t.Skipf("%s lacks %s: %s", cmp.Or(name, "the deployment"), thing, why) //nolint:forbidigo // the one place where tests are skipped: see above
	}
}

// missing is why the deployment cannot do the thing, or the tests cannot reach it; "" if they can.
func missing(thing string) string {
	switch {
	case thing == eventBus && busName() == "" && !here.onMachine:
		return "EVENT_BUS does not name it"
	case thing == localReceivers && !here.onMachine:
		return "it runs elsewhere, and delivers to public addresses only"
	}
	return emulators[os.Getenv("EMULATOR")][thing]
}
