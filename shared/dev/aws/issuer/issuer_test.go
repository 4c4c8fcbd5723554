//go:build unix

package issuer_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/aws/issuer"
)

func TestAUsersToken(t *testing.T) {
	answer := ask(t, open(t, ""), "ada", url.Values{"grant_type": {"client_credentials"}})
	if answer.Code != 200 || answer.body["token_type"] != "bearer" || answer.body["expires_in"] != 3599.0 || answer.body["scope"] != "" {
		t.Fatalf("%d %v", answer.Code, answer.body)
	}
	claims := claimsOf(t, answer.token)
	for name, want := range map[string]any{
		"iss": issuer.Name, "aud": issuer.Audience, "sub": "ada", "email": "ada@example.com", "email_verified": true,
		"name": "Ada", "account_id": "local", "scope": nil,
	} {
		if claims[name] != want {
			t.Errorf("%s is %v, want %v", name, claims[name], want)
		}
	}
	issued, err := claims.GetIssuedAt()
	if err != nil || time.Since(issued.Time) > time.Minute {
		t.Errorf("issued %v, %v", issued, err)
	}
	expires, err := claims.GetExpirationTime()
	if err != nil || expires.Sub(issued.Time) != time.Hour {
		t.Errorf("expires %v, %v", expires, err)
	}
}

func TestAnApplicationsToken(t *testing.T) {
	form := url.Values{"grant_type": {"account_credentials"}, "account_id": {"acme"}}
	answer := ask(t, open(t, ""), "robot", form)
	claims := claimsOf(t, answer.token)
	if claims["scope"] != issuer.AdminScope || answer.body["scope"] != issuer.AdminScope || claims["account_id"] != "acme" {
		t.Errorf("%v with %v", answer.body, claims)
	}
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		user string
		form url.Values
		want string
		code int
	}{
		"nobody":        {"", url.Values{"grant_type": {"client_credentials"}}, "invalid_client", 401},
		"no grant":      {"ada", nil, "invalid_request", 400},
		"another grant": {"ada", url.Values{"grant_type": {"password"}}, "unsupported_grant_type", 400},
	} {
		answer := ask(t, open(t, ""), c.user, c.form)
		if answer.Code != c.code || answer.body["error"] != c.want {
			t.Errorf("%s: %d %v", name, answer.Code, answer.body)
		}
	}
	get := httptest.NewRecorder()
	open(t, "").ServeHTTP(get, httptest.NewRequest("GET", issuer.Path, nil))
	if get.Code != 405 {
		t.Errorf("GET is answered %d", get.Code)
	}
}

func TestTokensSurviveARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key.pem")
	before := open(t, file).KeySet()
	if after := open(t, file).KeySet(); after != before {
		t.Error("the key has changed")
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file: %v, %v", info, err)
	}
	if other := open(t, "").KeySet(); other == before {
		t.Error("another issuer has the same key")
	}
}

func TestABrokenKeyFileIsSaid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := issuer.Open(file); err == nil || !strings.Contains(err.Error(), "delete it to get a new one") {
		t.Errorf("Open: %v", err)
	}
}

func TestTheFunctionsUnderstandTheKeySet(t *testing.T) {
	if _, err := api.ParseKeySet(open(t, "").KeySet()); err != nil {
		t.Error(err)
	}
}

func TestExtraClaimsWin(t *testing.T) {
	token, err := open(t, "").Token("ada", issuer.Options{Claims: map[string]any{"email": nil, "name": "Countess"}})
	if err != nil {
		t.Fatal(err)
	}
	claims := claimsOf(t, token)
	if _, has := claims["email"]; has || claims["name"] != "Countess" {
		t.Errorf("%v", claims)
	}
}

type answer struct {
	*httptest.ResponseRecorder
	body  map[string]any
	token string
}

func ask(t *testing.T, i *issuer.Issuer, user string, form url.Values) answer {
	t.Helper()
	request := httptest.NewRequest("POST", issuer.Path, strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if user != "" {
		request.SetBasicAuth(user, "any")
	}
	a := answer{ResponseRecorder: httptest.NewRecorder()}
	i.ServeHTTP(a, request)
	if err := json.Unmarshal(a.Body.Bytes(), &a.body); err != nil {
		t.Fatal(err)
	}
	a.token, _ = a.body["access_token"].(string)
	if a.Header().Get("Cache-Control") != "no-store" {
		t.Error("the answer may be stored")
	}
	return a
}

func open(t *testing.T, file string) *issuer.Issuer {
	t.Helper()
	tokens, err := issuer.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

func claimsOf(t *testing.T, token string) jwt.MapClaims {
	t.Helper()
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(token, claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

var _ http.Handler = (*issuer.Issuer)(nil)
