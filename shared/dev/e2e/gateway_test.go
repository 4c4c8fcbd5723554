package e2e

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/runner"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit"
)

// A route of template.yaml and of openapi.yaml.
type route struct {
	Key, Function string
	Open          bool // needs no token
}

func documentRoutes() (all []route) {
	for path, item := range deployment.contract.document.Paths.Map() {
		for method, o := range item.Operations() {
			all = append(all, route{method + " " + path, strings.Join(o.Tags, " "), o.Security != nil && len(*o.Security) == 0})
		}
	}
	return sorted(all)
}

func sorted(all []route) []route {
	slices.SortFunc(all, func(a, b route) int { return strings.Compare(a.Key, b.Key) })
	return all
}

// Each function's own tests compare its routes with the template.
func TestTemplateAndDocumentHaveTheSameRoutes(t *testing.T) {
	var declared []route
	for _, r := range must(template.Load(must(template.FindRoot(".")), nil)).Routes {
		declared = append(declared, route{r.Key(), r.Function, r.Open})
	}
	if d := cmp.Diff(sorted(declared), documentRoutes()); d != "" {
		t.Errorf("template.yaml (-) and openapi.yaml (+):\n%s", d)
	}
}

// No body can be decoded, so no request spends a guess.
func TestTheDeploymentHasAllRoutesAndAsksForTokens(t *testing.T) {
	nobody := guest(t, "Nobody")
	const number = "83123456789"
	variables := strings.NewReplacer("{userId}", "me", "{meetingId}", number, "{room}", number, "{id}", number,
		"{number}", number, "{link}", "ada.lovelace", "{webhookId}", number)
	for _, r := range documentRoutes() {
		method, path, _ := strings.Cut(r.Key, " ")
		var body any = "{"
		if method == "GET" || method == "DELETE" {
			body = nil
		}
		a := nobody.do(method, variables.Replace(path), body)
		switch {
		case !r.Open:
			unauthorized(t, a.Want(t, 401).Text(t, "message"), "Invalid access token.")
		case path == "/media/livekit": // 404 without a media server
			a.Want(t, 401, 404)
		default:
			a.Want(t, 200, 302, 400)
		}
	}
}

// unauthorized accepts our message and that of the authorizer before us.
func unauthorized(t *testing.T, got, want string) {
	t.Helper()
	if got != want && got != "Unauthorized" {
		t.Errorf("a 401 says %q, want %q", got, want)
	}
}

func TestInvalidTokensAreRefused(t *testing.T) {
	ada := signUp(t, "Ada")
	before := ada.get(me).Body
	parts := strings.Split(ada.token, ".")
	plain := string(must(base64.RawURLEncoding.DecodeString(parts[1])))
	other := base64.RawURLEncoding.EncodeToString([]byte(strings.ReplaceAll(plain, ada.id, "mallory")))
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
	claim := func(claims map[string]any) string { return ada.newToken(runner.TokenOptions{Claims: claims}) }
	now := time.Now().Unix()
	const invalid = "Invalid access token."
	for what, c := range map[string]struct{ token, message string }{
		"text":             {"nonsense", invalid},
		"no signature":     {parts[0] + "." + parts[1] + ".", invalid},
		"another user":     {parts[0] + "." + other + "." + parts[2], invalid},
		"no algorithm":     {none + "." + parts[1] + ".", invalid},
		"expired":          {claim(map[string]any{"exp": now - 3600, "iat": now - 7200}), "Access token is expired."},
		"another issuer":   {claim(map[string]any{"iss": "https://elsewhere.example.com"}), invalid},
		"another audience": {claim(map[string]any{"aud": "others"}), invalid},
	} {
		t.Run(what, func(t *testing.T) {
			u := ada.withToken(c.token)
			u.t = t
			unauthorized(t, u.do("PATCH", me, fields{"first_name": "Mallory"}).Want(t, 401).Text(t, "message"), c.message)
		})
	}
	testkit.Equal(t, "the profile", ada.get(me).Body, before)
}

func TestTokensAreLimitedToTheirScopes(t *testing.T) {
	ada := signUp(t, "Ada")
	reader := ada.withToken(ada.newToken(runner.TokenOptions{Scope: "user:read"}))
	reader.get(me)
	contains(t, reader.do("PATCH", me, fields{"use_pmi": true}).Refused(t, 403, 4700, "scope"), "user:write")
	contains(t, ada.do("GET", "/v2/webhooks", nil).Refused(t, 403, 4700, "scope"), "webhook:")
	ada.administrator().do("GET", "/v2/webhooks", nil).Want(t, 200, 409) // 409 if the parameter Webhooks is false
}

func TestUnknownRoutesAnswer404(t *testing.T) {
	needs(t, unknownRoutes)
	ada := signUp(t, "Ada")
	for _, key := range []string{
		"GET /", "GET /v2", "GET /v2/users", "GET /v2/users/me/nothing", "POST /v2/users/me", "GET /v2/live_meetings",
		"PUT /j/5551112222",
	} {
		method, path, _ := strings.Cut(key, " ")
		ada.do(method, path, nil).Want(t, 404)
	}
}

func TestHeadIsNotARoute(t *testing.T) { signUp(t, "Ada").do("HEAD", me, nil).Want(t, 404) }

func TestEscapedSlashesReachTheFunction(t *testing.T) {
	needs(t, escapedSlash)
	contains(t, signUp(t, "Ada").do("GET", "/v2/users/a%2Fb", nil).Refused(t, 404, 1001, "user_not_found"), `"a/b"`)
}

func TestBodiesMustBeUTF8(t *testing.T) {
	needs(t, anyBytes)
	signUp(t, "Ada").do("PATCH", me, []byte("{\"first_name\":\"\xff\xfe\"}")).Refuses(t, "body")
}

func TestBodiesReachTheFunction(t *testing.T) {
	ada := signUp(t, "Ada")
	ada.do("PATCH", me, `{"dept":"`+strings.Repeat("x", 64<<10)+`"}`).Refused(t, 413, 300, "too_large")
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-8"} {
		ada.with("Content-Type", kind).do("PATCH", me, `{"use_pmi":true}`).Want(t, 204)
	}
	first, second := ada.get(me).Header["X-Request-Id"], ada.get(me).Header["X-Request-Id"]
	if first == "" || first == second {
		t.Errorf("two requests have the ids %q and %q", first, second)
	}
}
