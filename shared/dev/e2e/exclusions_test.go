package e2e

import (
	"cmp"
	"net/http"
	"os"
	"slices"
	"testing"
)

// The abilities that some deployments lack. A test that depends on one calls needs; only such a test is ever skipped.
// The bundle that the tests start has all of them; `make run` shows its mails to people only.
const (
	unknownRoutes  = "404 for unknown routes"
	everyByte      = "%2F within a path segment, and bodies that are not UTF-8"
	challenges     = "the header WWW-Authenticate of a 401"
	eventBus       = "its event bus"
	appsAPI        = "the API of apps"
	localReceivers = "receivers of webhooks on the machine of the tests"
	mails          = "mails that the tests see"
	signInPage     = "the sign-in page of make run and of make deploy-local"
	slashRoutes    = "routes with a slash at the end, without a redirect"
)

// emulators are the abilities that AWS emulators lack, with the reason. EMULATOR names the emulator of the deployment.
var emulators = map[string]map[string]string{
	"": {},
	"ministack": {
		unknownRoutes: "it answers GET /v2 itself, as a container registry",
		everyByte:     "it decodes a path before it looks for the route, and replaces bytes that are not UTF-8",
		challenges:    "its authorizer answers 401 without it",
		appsAPI:       "it ignores the Body of an HTTP API, where the template has the routes of apps",
	},
}

// needs skips the test if the deployment lacks the ability.
func needs(t *testing.T, ability string) {
	t.Helper()
	name := os.Getenv("EMULATOR")
	if _, known := emulators[name]; !known {
		t.Fatalf("EMULATOR is %q: no such emulator is known", name)
	}
	if why := missing(ability); why != "" {
		//nolint:forbidigo // the one place where tests are skipped: see above
		t.Skipf("%s lacks %s: %s", cmp.Or(name, "the deployment"), ability, why)
	}
}

// missing returns why the deployment lacks the ability or the tests cannot reach it, "" if neither.
func missing(ability string) string {
	switch {
	case ability == eventBus && busName() == "" && !deployment.onMachine:
		return "EVENT_BUS does not name it"
	case ability == appsAPI && os.Getenv("APPS_URL") == "" && !deployment.onMachine:
		return "APPS_URL does not name it"
	case ability == localReceivers && !deployment.onMachine:
		return "it runs elsewhere, and delivers to public addresses only"
	case ability == mails && deployment.mails == nil:
		return "they are seen only in the bundle that the tests start, and on an emulator"
	case ability == slashRoutes && !deployment.onMachine:
		return "API Gateway may drop them when it imports the body of an API; then the default route redirects with 308"
	case ability == signInPage && !slices.Contains([]string{"", deployment.url}, os.Getenv("TOKEN_ISSUER")):
		return "its issuer is another one"
	}
	return emulators[os.Getenv("EMULATOR")][ability]
}

// addChallenge adds the header WWW-Authenticate to a 401 if the emulator lacks it, so that the rest of the answer is
// checked.
func addChallenge(response *http.Response) {
	if missing(challenges) != "" && response.StatusCode == http.StatusUnauthorized {
		response.Header.Set("WWW-Authenticate", "Bearer")
	}
}
