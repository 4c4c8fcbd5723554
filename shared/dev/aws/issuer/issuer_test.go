//go:build unix

package issuer_test

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/aws/issuer"
)

func TestTokensHaveTheClaimsOfTheirGrant(t *testing.T) {
	for form, want := range map[string]struct{ scope, account string }{
		"grant_type=client_credentials":                                     {"", "local"},
		"grant_type=client_credentials&scope=openid+meeting:read":           {"meeting:read", "local"},
		"grant_type=account_credentials&account_id=acme":                    {issuer.AdminScope, "acme"},
		"grant_type=account_credentials&account_id=a&scope=user:read:admin": {"user:read:admin", "a"},
	} {
		status, body := ask(t, "POST", "ada", form)
		if status != 200 || body["token_type"] != "bearer" || body["expires_in"] != 3599.0 || body["scope"] != want.scope ||
			body["api_url"] != address {
			t.Fatalf("%s: %d %v", form, status, body)
		}
		token, _ := body["access_token"].(string)
		claims := claimsOf(t, token)
		if expires, err := claims.GetExpirationTime(); err != nil || time.Until(expires.Time).Round(time.Minute) != time.Hour {
			t.Errorf("expires %v, %v", expires, err)
		}
		delete(claims, "iat")
		delete(claims, "exp")
		all := jwt.MapClaims{
			"iss": address, "aud": issuer.Audience, "sub": "ada", "account_id": want.account,
			"email": "ada@example.com", "email_verified": true, "name": "Ada",
		}
		if want.scope != "" {
			all["scope"] = want.scope
		}
		if diff := cmp.Diff(all, claims); diff != "" {
			t.Errorf("%s: the claims differ (-want +got):\n%s", form, diff)
		}
	}
	token, err := open(t, "").Token("ada", issuer.Options{Claims: map[string]any{"email": nil, "name": "Countess"}})
	claims := claimsOf(t, token)
	if _, has := claims["email"]; err != nil || has || claims["name"] != "Countess" {
		t.Errorf("with other claims: %v, %v", claims, err)
	}
}

func TestInvalidRequestsAreRefused(t *testing.T) {
	for _, c := range []struct {
		method, user, form string
		status             int
		want               string
	}{
		{"POST", "", "grant_type=client_credentials", 401, "invalid_client"},
		{"POST", "ada", "", 400, "invalid_request"},
		{"POST", "ada", "grant_type=password", 400, "unsupported_grant_type"},
		{"GET", "ada", "", 405, "invalid_request"},
	} {
		if status, body := ask(t, c.method, c.user, c.form); status != c.status || body["error"] != c.want {
			t.Errorf("%+v: %d %v", c, status, body)
		}
	}
}

func TestTheKeyIsKeptInItsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key.pem")
	before := open(t, file).KeySet()
	if after := open(t, file).KeySet(); after != before {
		t.Error("the key has changed")
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file: %v, %v", info, err)
	}
	if open(t, "").KeySet() == before {
		t.Error("another issuer has the same key")
	}
	if _, err := api.ParseKeySet(before); err != nil {
		t.Errorf("the functions do not understand the key set: %v", err)
	}
	if err := os.WriteFile(file, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := issuer.Open(file); err == nil || !strings.Contains(err.Error(), "delete it to get a new one") {
		t.Errorf("Open: %v", err)
	}
}

const address = "http://127.0.0.1:3000"

// ask sends a form to the token endpoint.
func ask(t *testing.T, method, user, form string) (status int, body map[string]any) {
	t.Helper()
	request := httptest.NewRequest(method, issuer.TokenPath, strings.NewReader(form))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if user != "" {
		request.SetBasicAuth(user, "any")
	}
	answer := httptest.NewRecorder()
	issuer.NewProvider(open(t, ""), address, time.Now).ServeHTTP(answer, request)
	if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	if answer.Header().Get("Cache-Control") != "no-store" {
		t.Error("the answer may be stored")
	}
	return answer.Code, body
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
