package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/runner"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit"
)

// documentRoutes returns those of openapi.yaml: "GET /j/{number} admission open", where an open one needs no token.
func documentRoutes() (all []string) {
	for path, item := range deployment.contract.document.Paths.Map() {
		for method, o := range item.Operations() {
			open := o.Security != nil && len(*o.Security) == 0
			all = append(all, describe(method+" "+path, strings.Join(o.Tags, " "), open))
		}
	}
	return slices.Sorted(slices.Values(all))
}

func describe(key, function string, open bool) string {
	return key + " " + function + map[bool]string{true: " open"}[open]
}

// Each function's own tests compare its routes with the template.
func TestTemplateAndDocumentHaveTheSameRoutes(t *testing.T) {
	var declared []string
	for _, r := range must(template.Load(must(template.FindRoot(".")), nil)).Plain() {
		declared = append(declared, describe(r.Key(), r.Function, r.Open))
	}
	if d := cmp.Diff(slices.Sorted(slices.Values(declared)), documentRoutes()); d != "" {
		t.Errorf("template.yaml (-) and openapi.yaml (+):\n%s", d)
	}
}

// No body can be decoded, so no request spends a guess.
func TestTheDeploymentHasAllRoutesAndAsksForTokens(t *testing.T) {
	nobody := guest(t, "Nobody")
	const number = "83123456789"
	variables := strings.NewReplacer("{userId}", "me", "{meetingId}", number, "{room}", number, "{id}", number,
		"{number}", number, "{link}", "ada.lovelace", "{webhookId}", number, "{appId}", number,
		"{name}", "rooms.js", "{version}", "0")
	for _, r := range documentRoutes() {
		words := strings.Fields(r)
		if words[1] == "/oauth/token" && missing(appsAPI) != "" {
			continue
		}
		for _, variant := range (api.Route{Method: words[0], Path: words[1]}).Variants() {
			var body any = "{"
			if slices.Contains([]string{"GET", "HEAD", "DELETE"}, variant.Method) {
				body = nil
			}
			a := nobody.do(variant.Method, variables.Replace(variant.Path), body)
			switch {
			case a.Status == 308 && strings.HasSuffix(variant.Path, "/") && missing(slashRoutes) != "":
			case words[len(words)-1] != "open":
				a.Want(t, 401)
			case words[1] == "/oauth/token": // 404 without the API of apps; 400 and 405 of the runner's issuer
				a.Want(t, 400, 401, 404, 405)
			case words[1] == "/media/livekit": // 404 without a media server
				a.Want(t, 401, 404)
			default:
				a.Want(t, 200, 302, 400)
			}
		}
	}
}

// Zoom's clients show code and message of each refusal.
func TestUnknownRoutesHaveZoomsShape(t *testing.T) {
	needs(t, unknownRoutes)
	ada := signUp(t, "Ada")
	for _, key := range []string{"GET /v2", "GET /v2/users/me/nothing", "POST /v2/users/me", "GET /v2//users/me"} {
		method, path, _ := strings.Cut(key, " ")
		ada.do(method, path, nil).Refused(t, 404, 2300, "no_route")
	}
	ada.do("GET", "/v2/meetings/83123456789/recordings", nil).Refused(t, 400, 200, "not_offered")
	ada.do("GET", "/v2/report/users?type=active&from=2026-01-01&to=2026-01-31", nil).Refused(t, 400, 200, "not_offered")
	ada.do("HEAD", me, nil).Want(t, 200)
}

func TestASlashAtTheEndIsTheSameRoute(t *testing.T) {
	needs(t, slashRoutes)
	ada := signUp(t, "Ada")
	ada.do("HEAD", me+"/", nil).Want(t, 200)
	ada.do("PATCH", me+"/", fields{"use_pmi": true}).Want(t, 204)
	testkit.Equal(t, "use_pmi", ada.get(me+"/").Text(t, "use_pmi"), "true")
}

// The authorizer of the deployment accepts the tokens of one issuer for one audience. What is wrong with a token
// otherwise is tested in shared/api.
func TestTokensAreOfTheIssuerForTheAudienceAndInTheirScopes(t *testing.T) {
	ada := signUp(t, "Ada")
	for claim, value := range map[string]any{"iss": "https://elsewhere.example.com", "aud": "others", "exp": 1} {
		ada.signIn(runner.TokenOptions{Claims: map[string]any{claim: value}}).do("GET", me, nil).Want(t, 401)
	}
	header, rest, _ := strings.Cut(ada.token, ".")
	claims, _, _ := strings.Cut(rest, ".")
	unsigned := ada
	unsigned.token = header + "." + claims + "."
	unsigned.do("GET", me, nil).Want(t, 401)
	reader := ada.signIn(runner.TokenOptions{Scope: "user:read"})
	reader.get(me)
	contains(t, reader.do("PATCH", me, fields{"use_pmi": true}).Refused(t, 403, 4700, "scope"), "user:write")
	ada.administrator().do("GET", "/v2/webhooks", nil).Want(t, 200, 409) // 409 if the parameter Webhooks is false
}

func TestPathsAndBodiesReachTheFunction(t *testing.T) {
	needs(t, everyByte)
	ada := signUp(t, "Ada")
	contains(t, ada.do("GET", "/v2/users/a%2Fb", nil).Refused(t, 404, 1001, "user_not_found"), `"a/b"`)
	ada.do("PATCH", me, "{\"first_name\":\"\xff\xfe\"}").Refuses(t, "body")
	ada.do("PATCH", me, `{"dept":"`+strings.Repeat("x", 64<<10)+`"}`).Refused(t, 413, 300, "too_large")
	ada.with("Content-Type", "text/plain").do("PATCH", me, `{"use_pmi":true}`).Want(t, 204)
	testkit.Equal(t, "use_pmi", ada.get(me).Text(t, "use_pmi"), "true")
}
