//go:build unix

package issuer_test

import (
	"cmp"
	"net/http"
	"net/url"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/issuer"
)

func TestRefreshTokensRotate(t *testing.T) {
	s := newSite(t)
	first := s.redeem(t)
	form := refreshForm(first)
	form.Del("client_id")
	s.refused(t, "another client", "grace", form, "invalid_grant")
	_, second := s.send(t, "", issuer.Path, refreshForm(first))
	if second["access_token"] == nil {
		t.Fatal(second)
	}
	s.refused(t, "an earlier token", "", refreshForm(first), "invalid_grant")
	s.refused(t, "the session of an earlier token that was used again", "", refreshForm(second), "invalid_grant")

	late := s.redeem(t)
	s.now = s.now.Add(13 * time.Hour)
	s.refused(t, "a session of yesterday", "", refreshForm(late), "invalid_grant")
}

func refreshForm(tokens map[string]any) url.Values {
	token, _ := tokens["refresh_token"].(string)
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {issuer.WebClient}}
}

func TestSessionsEnd(t *testing.T) {
	s := newSite(t)
	for _, c := range []struct {
		by, token string
		ends      bool
	}{
		{issuer.WebClient, "refresh_token", true},
		{issuer.WebClient, "access_token", true},
		{issuer.WebClient, "", false},
		{"grace", "refresh_token", false},
	} {
		tokens := s.redeem(t)
		token, _ := tokens[c.token].(string)
		response, body := s.send(t, c.by, "/oauth/revoke", url.Values{"token": {cmp.Or(token, "unknown")}})
		if response.StatusCode != 200 || body["status"] != "success" {
			t.Errorf("%+v: %d %v", c, response.StatusCode, body)
		}
		if _, after := s.send(t, "", issuer.Path, refreshForm(tokens)); (after["error"] != nil) != c.ends {
			t.Errorf("%+v: %v", c, after)
		}
	}
	if response, _ := s.send(t, "", "/oauth/revoke", url.Values{"token": {"any"}}); response.StatusCode != 401 {
		t.Errorf("revoked by nobody: %d", response.StatusCode)
	}
}

func TestLogout(t *testing.T) {
	s := newSite(t)
	tokens := s.redeem(t)
	hint, _ := tokens["id_token"].(string)
	logout := func(parameters url.Values) (int, string) {
		response, _ := s.send(t, "", "/oauth/logout?"+parameters.Encode(), nil)
		return response.StatusCode, response.Header.Get("Location")
	}
	if status, to := logout(url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {"https://example.com/"}}); status != 400 || to != "" {
		t.Errorf("to another site: %d %s", status, to)
	}
	if status, _ := logout(url.Values{"id_token_hint": {hint + "x"}}); status != 400 {
		t.Errorf("with a changed hint: %d", status)
	}
	status, to := logout(url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {callback + "?a=b"}, "state": {"s"}})
	if status != 303 || to != callback+"?a=b&state=s" {
		t.Errorf("%d %s", status, to)
	}
	s.refused(t, "after the logout", "", refreshForm(tokens), "invalid_grant")
	if status, _ := logout(nil); status != 200 {
		t.Errorf("without a hint: %d", status)
	}
}

// Neither an ID token, nor one of another issuer with the same key, is an access token.
func TestUserInfoNeedsAnAccessToken(t *testing.T) {
	s := newSite(t)
	tokens := s.redeem(t)
	for _, c := range []struct {
		kind string
		want int
	}{{"access_token", 200}, {"id_token", 401}, {"refresh_token", 401}, {"", 401}} {
		token, _ := tokens[c.kind].(string)
		request, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/oauth/userinfo", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		response, err := s.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != c.want {
			t.Errorf("%s: %d", c.kind, response.StatusCode)
		}
	}
}
