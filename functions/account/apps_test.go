package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/testkit"
)

const (
	apps  = "/v2/apps"
	indic = `{"name":"Indico","scopes":["webhook:read:admin","meeting:write:admin"]}`
)

// A program is a registered app with its secret.
type program struct{ id, client, secret string }

func (s *scene) newApp(body any) program {
	s.t.Helper()
	made := s.root.Do("POST", apps, body).Want(s.t, 201)
	return program{made.Text(s.t, "id"), made.Text(s.t, "client_id"), made.Text(s.t, "client_secret")}
}

// ask sends a request for a token, with parameters in the query and in a form.
func (s *scene) ask(p program, query, form string) testkit.Answer {
	event, _ := s.Guest().Event("POST", "/oauth/token?"+query, form)
	event.Headers = map[string]string{
		"content-type":  "application/x-www-form-urlencoded; charset=utf-8",
		"authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(p.client+":"+p.secret)),
	}
	return s.Handle(event)
}

func (s *scene) tokenOf(p program) string {
	s.t.Helper()
	return s.ask(p, "grant_type=account_credentials&account_id=acme", "").Want(s.t, 200).Text(s.t, "access_token")
}

// as returns a client with the token.
func (s *scene) as(token string) *testkit.Client {
	return s.Guest().With("Authorization", "Bearer "+token)
}

func (s *scene) countApps() int {
	s.t.Helper()
	var list appList
	s.root.Do("GET", apps, nil).Want(s.t, 200).Into(s.t, &list)
	return len(list.Apps)
}

func (s *scene) refused(token string) {
	s.t.Helper()
	s.as(token).Do("GET", webhooks, nil).Refused(s.t, 401, 124, "token")
}

func TestAppLifecycle(t *testing.T) {
	s := newScene(t)
	made := s.root.Do("POST", apps, indic).Want(t, 201)
	id, client := made.Text(t, "id"), made.Text(t, "client_id")
	shape := func(name, scopes, more string) string {
		return fmt.Sprintf(`{"id":%q, "name":%q, "account_id":"acme", "client_id":%q, "user_id":"root", "scopes":[%s],
			"created_at":"2026-03-02T09:00:00Z", "created_by":"root", "secrets":[{"created_at":"2026-03-02T09:00:00Z"}]%s}`,
			id, name, client, scopes, more)
	}
	const both = `"meeting:write:admin","webhook:read:admin"`
	made.Is(t, shape("Indico", both, fmt.Sprintf(`, "client_secret":%q`, made.Text(t, "client_secret"))))
	s.root.Do("GET", apps+"/"+id, nil).Want(t, 200).Is(t, shape("Indico", both, ""))
	token := s.tokenOf(program{id, client, made.Text(t, "client_secret")})
	s.as(token).Do("GET", webhooks, nil).Want(t, 200)
	s.as(token).Do("POST", webhooks, fields{"url": hook}).Refused(t, 403, 4700, "scope")

	s.root.Do("PATCH", apps+"/"+id, `{"name":"Events","scopes":["meeting:read"]}`).Want(t, 204)
	s.root.Do("GET", apps, nil).Want(t, 200).Is(t, `{"apps":[`+shape("Events", `"meeting:read"`, "")+`]}`)
	s.as(token).Do("GET", webhooks, nil).Refused(t, 403, 4700, "scope")

	s.root.Do("DELETE", apps+"/"+id, nil).Want(t, 204)
	s.refused(token)
	for _, r := range [][2]string{{"GET", ""}, {"PATCH", ""}, {"DELETE", ""}, {"POST", "/secret"}} {
		body := map[bool]any{true: `{"name":"x"}`}[r[0] == "PATCH"]
		s.root.Do(r[0], apps+"/"+id+r[1], body).Refused(t, 404, 4160, "app_not_found")
	}
}

func TestTokensAreGrantedInZoomsShape(t *testing.T) {
	s := newScene(t)
	p := s.newApp(indic)
	for request, want := range map[[2]string]string{ // query and form
		{"grant_type=account_credentials&account_id=acme", ""}:                               "",
		{"", "grant_type=account_credentials&account_id=acme"}:                               "",
		{"grant_type=account_credentials&account_id=acme", "grant_type=account_credentials"}: "",
		{"", "grant_type=client_credentials&scope=anything"}:                                 "",
		{"grant_type=client_credentials", "account_id=acme"}:                                 "",
		{"grant_type=client_credentials", "account_id=other"}:                                "invalid_request",
		{"grant_type=account_credentials", ""}:                                               "invalid_request",
		{"grant_type=account_credentials&account_id=other", ""}:                              "invalid_request",
		{"grant_type=account_credentials&account_id=acme&account_id=x", ""}:                  "invalid_request",
		{"grant_type=account_credentials&account_id=acme", "account_id=x"}:                   "invalid_request",
		{"", ""}:                         "invalid_request",
		{"grant_type=%zz", ""}:           "invalid_request",
		{"grant_type=password", ""}:      "unsupported_grant_type",
		{"grant_type=refresh_token", ""}: "unsupported_grant_type",
	} {
		answer := s.ask(p, request[0], request[1]).Want(t, 200, 400)
		if want != "" {
			testkit.Equal(t, strings.Join(request[:], " and "), answer.Text(t, "error"), want)
			continue
		}
		answer.Want(t, 200).Is(t, fmt.Sprintf(`{"access_token":%q, "token_type":"bearer", "expires_in":3600,
			"scope":"meeting:write:admin webhook:read:admin", "api_url":"https://abc.execute-api.eu-central-1.amazonaws.com"}`,
			answer.Text(t, "access_token")))
		s.as(answer.Text(t, "access_token")).Do("GET", webhooks, nil).Want(t, 200)
	}
}

// One answer, the same bytes, and no write, whether the app exists or not.
func TestCredentialsAreRefusedUniformly(t *testing.T) {
	s := newScene(t)
	p, gone, other := s.newApp(indic), s.newApp(indic), s.newApp(indic)
	s.root.Do("DELETE", apps+"/"+gone.id, nil).Want(t, 204)
	id, _, _ := strings.Cut(p.client, ".")
	elsewhere := id + "." + base64.RawURLEncoding.EncodeToString([]byte("other"))
	const grant = "grant_type=account_credentials&account_id=acme"
	first := s.ask(program{}, grant, "").Want(t, 401)
	first.Is(t, `{"error":"invalid_client", "error_description":"Invalid client_id or client_secret",
		"reason":"Invalid client_id or client_secret"}`)
	testkit.Equal(t, "WWW-Authenticate", first.Header["WWW-Authenticate"], `Basic realm="apps", charset="UTF-8"`)
	s.meter.Reset()
	for _, bad := range []program{
		gone, {client: p.client}, {client: p.client, secret: other.secret}, {client: p.client, secret: p.secret + " "},
		{client: p.client, secret: p.client}, {client: strings.ToLower(p.client), secret: p.secret},
		{client: id, secret: p.secret},
		{client: elsewhere, secret: p.secret}, {client: p.client + "=", secret: p.secret}, {client: "root", secret: "x"},
		{client: id + ".IyM", secret: p.secret}, {client: strings.Repeat("0", 26) + ".YWNtZQ", secret: p.secret},
	} {
		for _, grant := range []string{grant, "grant_type=client_credentials", ""} {
			got := s.ask(bad, grant, "")
			got.Request = first.Request
			if d := cmp.Diff(first, got); d != "" {
				t.Errorf("%+v, %s: %s", bad, grant, d)
			}
		}
	}
	if _, written := s.meter.Units(); written > 0 {
		t.Errorf("the refusals wrote %v units", written)
	}
	for _, header := range []string{"", "Basic", "Basic !", "Bearer " + p.secret, p.secret} {
		event, _ := s.Guest().Event("POST", "/oauth/token?"+grant+"&client_id="+p.client+"&client_secret="+p.secret, "")
		event.Headers["authorization"] = header
		s.Handle(event).Want(t, 401)
	}
}

func TestTokensEnd(t *testing.T) {
	s := newScene(t)
	p := s.newApp(indic)
	token := s.tokenOf(p)
	s.Clock.Advance(account.AppTokenLife - time.Millisecond)
	s.as(token).Do("GET", webhooks, nil).Want(t, 200)
	s.Clock.Advance(time.Millisecond)
	s.refused(token)
}

func TestSecretsRotate(t *testing.T) {
	s := newScene(t)
	first := s.newApp(indic)
	second, third := first, first
	rotate := func(body string) string {
		t.Helper()
		return s.root.Do("POST", apps+"/"+first.id+"/secret", body).Want(t, 201).Text(t, "client_secret")
	}
	early := s.tokenOf(first)
	second.secret = rotate(`{"overlap_seconds":60}`)
	s.tokenOf(first)
	late := s.tokenOf(second)
	s.root.Do("GET", apps+"/"+first.id, nil).Want(t, 200).Text(t, "secrets.1.expires_at")
	s.Clock.Advance(time.Minute)
	s.ask(first, "grant_type=client_credentials", "").Want(t, 401)
	s.refused(early)
	s.as(late).Do("GET", webhooks, nil).Want(t, 200)

	third.secret = rotate("")
	s.ask(second, "grant_type=client_credentials", "").Want(t, 401)
	s.refused(late)
	s.as(s.tokenOf(third)).Do("GET", webhooks, nil).Want(t, 200)
	for _, seconds := range []string{"-1", "2592001", `"x"`} {
		s.root.Do("POST", apps+"/"+first.id+"/secret", `{"overlap_seconds":`+seconds+`}`).Refuses(t, "overlap_seconds")
	}
}

// A retry shows the same secret, although only its hash is stored.
func TestRetriesOfAppsAreSafe(t *testing.T) {
	s := newScene(t)
	once := s.root.With("Idempotency-Key", "k")
	made := once.Do("POST", apps, indic).Want(t, 201)
	s.Clock.Advance(time.Hour)
	once.Do("POST", apps, indic).Want(t, 201).Is(t, made.Body)
	once.Do("POST", apps, `{"name":"Moodle","scopes":["meeting:read"]}`).Refused(t, 422, 4108, "idempotency_key")
	p := program{made.Text(t, "id"), made.Text(t, "client_id"), made.Text(t, "client_secret")}
	s.tokenOf(p)

	secret := apps + "/" + p.id + "/secret"
	rotated := once.Do("POST", secret, `{"overlap_seconds":60}`).Want(t, 201).Text(t, "client_secret")
	again := once.Do("POST", secret, `{"overlap_seconds":60}`).Want(t, 201)
	testkit.Equal(t, "the secret of the retry", again.Text(t, "client_secret"), rotated)
	once.Do("POST", secret, `{"overlap_seconds":61}`).Refused(t, 422, 4108, "idempotency_key")
	if rotated == p.secret {
		t.Error("the rotation changed nothing")
	}
	once.Do("POST", apps, indic).Refused(t, 422, 4108, "idempotency_key") // its secret is not the app's any more
	s.root.Do("POST", secret, `{"overlap_seconds":60}`).Want(t, 201)
	once.Do("POST", secret, `{"overlap_seconds":60}`).Refused(t, 422, 4108, "idempotency_key")
	s.Clock.Advance(24 * time.Hour)
	if once.Do("POST", secret, "").Want(t, 201).Text(t, "client_secret") == rotated {
		t.Error("a key is remembered for ever")
	}
	testkit.Equal(t, "apps", s.countApps(), 1)
}

// Nobody gives an app, or gets the secret of an app, that may do more than they may.
func TestAppsMayNotDoMoreThanWhoeverRegistersThem(t *testing.T) {
	s := newScene(t)
	weak := s.As("eve").Claiming("scope", "app:write:admin meeting:read:admin")
	for body, allowed := range map[string]bool{
		`{"name":"a","scopes":["meeting:read","meeting:read:admin"]}`:    true,
		`{"name":"a","scopes":["meeting:read"],"user_id":"eve"}`:         true,
		`{"name":"a","scopes":["meeting:write"]}`:                        false,
		`{"name":"a","scopes":["meeting:read:admin","user:read:admin"]}`: false,
		`{"name":"a","scopes":["meeting:read"],"user_id":"root"}`:        false,
		`{"name":"a","scopes":["webhook:write:admin"],"user_id":"eve"}`:  false,
	} {
		if answer := weak.Do("POST", apps, body); allowed {
			answer.Want(t, 201)
		} else {
			answer.Refused(t, 403, 4163, "app_too_mighty")
		}
	}
	mighty := s.newApp(indic)
	weak.Do("POST", apps+"/"+mighty.id+"/secret", "").Refused(t, 403, 4163, "app_too_mighty")
	weak.Do("PATCH", apps+"/"+mighty.id, `{"scopes":["user:write:admin"]}`).Refused(t, 403, 4163, "app_too_mighty")
	weak.Do("PATCH", apps+"/"+mighty.id, `{"user_id":"eve"}`).Refused(t, 403, 4163, "app_too_mighty")
	weak.Do("PATCH", apps+"/"+mighty.id, `{"name":"renamed"}`).Want(t, 204)
	s.root.Do("PATCH", apps+"/"+mighty.id, `{"user_id":"ada"}`).Want(t, 204)
	s.tokenOf(mighty)
	s.other.Do("GET", apps+"/"+mighty.id, nil).Refused(t, 404, 4160, "app_not_found")
	s.other.Do("GET", apps, nil).Want(t, 200).Is(t, `{"apps":[]}`)
}

func TestBadApps(t *testing.T) {
	s := newScene(t)
	const scopes = `"scopes":["meeting:read"]`
	for body, named := range map[string]string{
		`{}`: "name scopes", `{"name":"",` + scopes + `}`: "name name", `{"name":"a","scopes":[]}`: "scopes",
		`{"name":"a","scopes":["app:write:admin"]}`:       "scopes[0]", // an app registers no apps
		`{"name":"a","scopes":["openid","MEETING:READ"]}`: "scopes[0] scopes[1]",
		`{"name":"a",` + scopes + `,"user_id":"*"}`:       "user_id", `{"name":"a",` + scopes + `,"user_id":"a#b"}`: "user_id",
		`{"name":"` + strings.Repeat("a", 101) + `",` + scopes + `}`: "name",
	} {
		s.root.Do("POST", apps, body).Refuses(t, strings.Fields(named)...)
	}
	id := s.newApp(indic).id
	for body, named := range map[string]string{`{}`: "body", `{"scopes":[]}`: "scopes", `{"name":""}`: "name"} {
		s.root.Do("PATCH", apps+"/"+id, body).Refuses(t, named)
	}
	for i := range account.MaxApps - 1 {
		s.newApp(fields{"name": fmt.Sprint(i), "scopes": []string{"meeting:read"}})
	}
	s.root.Do("POST", apps, indic).Refused(t, 409, 4162, "too_many_apps")
}

func TestConcurrentRegistrationsKeepTheLimit(t *testing.T) {
	s := newScene(t)
	for range account.MaxApps - 2 {
		s.newApp(indic)
	}
	for _, a := range concurrently(6, func(int) testkit.Answer { return s.root.Do("POST", apps, indic) }) {
		a.Want(t, 201, 409, 503)
	}
	if n := s.countApps(); n > account.MaxApps {
		t.Errorf("the account has %d apps", n)
	}
}

func TestAppsAreOffUnlessTheOperatorTurnsThemOn(t *testing.T) {
	s := newScene(t)
	p := s.newApp(indic)
	token := s.tokenOf(p)
	s.appsOff = true
	s.serve()
	for _, r := range []string{"GET", "POST", "GET /" + p.id, "DELETE /" + p.id} {
		method, path, _ := strings.Cut(r, " ")
		s.root.Do(method, apps+path, nil).Refused(t, 409, 4161, "apps_off")
	}
	s.ask(p, "grant_type=client_credentials", "").Want(t, 401)
	s.refused(token)
}

func TestSecretsOfAppsAreNeverLoggedNorStored(t *testing.T) {
	var logged bytes.Buffer
	s := newScene(t)
	s.log = slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.serve()
	p := s.newApp(indic)
	token := s.tokenOf(p)
	s.as(token).Do("GET", webhooks, nil).Want(t, 200)
	s.refused(token + "x")
	s.ask(program{client: p.client, secret: p.secret + "x"}, "grant_type=client_credentials", "").Want(t, 401)
	all, err := s.dynamoDB.Scan(t.Context(), &dynamodb.ScanInput{TableName: &s.name})
	testkit.Must(t, err)
	var items []map[string]any
	testkit.Must(t, attributevalue.UnmarshalListOfMaps(all.Items, &items))
	stored := fmt.Sprint(items)
	for what, text := range map[string]string{"secret": p.secret, "token": token, "token's end": token[len(token)-43:]} {
		if strings.Contains(logged.String(), text) {
			t.Errorf("the %s is in the log: %s", what, &logged)
		}
		asBytes := strings.Trim(fmt.Sprint([]byte(text)), "[]")
		if strings.Contains(stored, text) || strings.Contains(stored, asBytes) {
			t.Errorf("the %s is in the table", what)
		}
	}
	if !strings.Contains(logged.String(), "/oauth/token") || !strings.Contains(stored, "Indico") {
		t.Error("there is no log, or no item")
	}
}

// Two apps act as one user. The trail says which of them made a change, or neither.
func TestTheAuditTrailNamesTheAppThatActed(t *testing.T) {
	s := newScene(t)
	want := []string{""}
	for _, name := range []string{"Indico", "Moodle"} {
		p := s.newApp(`{"name":"` + name + `","scopes":["automation:write:admin"]}`)
		s.Clock.Advance(time.Second)
		s.as(s.tokenOf(p)).Do("PUT", automation, `{"grants":[]}`).Want(t, 204)
		want = append(want, "app "+p.id+" as root")
	}
	s.Clock.Advance(time.Second)
	s.root.Do("PUT", automation, `{"grants":[]}`).Want(t, 204)
	var list operationList
	s.root.Do("GET", operationLogs+"?category_type=automation", nil).Want(t, 200).Into(t, &list)
	var got []string
	for _, o := range slices.Backward(list.Operations) {
		got = append(got, o.By)
	}
	want = append(want[1:], want[0])
	testkit.Equal(t, "operators", strings.Join(got, ", "), strings.Join(want, ", "))
}

func TestChangesOfAppsAreInTheAuditTrail(t *testing.T) {
	s := newScene(t)
	key := s.root.With("Idempotency-Key", "k")
	id := s.newApp(`{"name":"Indico","scopes":["meeting:read"]}`).id
	one := apps + "/" + id
	for _, r := range [][2]string{{"PATCH", `{"name":"Events"}`}, {"POST", ""}, {"POST", ""}, {"DELETE", ""}} { // POST: a retry
		s.Clock.Advance(time.Second)
		key.Do(r[0], one+map[bool]string{true: "/secret"}[r[0] == "POST"], r[1]).Want(t, 201, 204)
	}
	const entry = "root@example.com app %s: app %s %q as root with meeting:read"
	want := []string{
		fmt.Sprintf(entry, "Delete", id, "Events"), fmt.Sprintf(entry, "Rotate", id, "Events"),
		fmt.Sprintf(entry, "Update", id, "Events"), fmt.Sprintf(entry, "Add", id, "Indico"),
	}
	testkit.Equal(t, "trail", strings.Join(s.trail(s.root, ""), "\n"), strings.Join(want, "\n"))
}
