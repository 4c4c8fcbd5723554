package e2e

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"personal-rooms/shared/dev/aws/issuer"
	"personal-rooms/shared/dev/runner"
)

// tokens are where people's tokens come from: the bundle that we brought up, a signing key, or a token endpoint.
type tokens interface {
	Token(user string, o runner.TokenOptions) (string, error)
}

// findTokens is for a bundle that runs already.
func findTokens(base string) (tokens, error) {
	if key := os.Getenv("SIGNING_KEY"); key != "" {
		return openKey(key)
	}
	e := endpoint{url: cmp.Or(os.Getenv("TOKEN_URL"), base+issuer.Path)}
	if _, err := e.Token("somebody", runner.TokenOptions{}); err != nil {
		return nil, fmt.Errorf("no tokens: name a token endpoint in TOKEN_URL, or the issuer's key in SIGNING_KEY (%w)", err)
	}
	return e, nil
}

// A signer signs tokens as the issuer does, with its key. TOKEN_ISSUER and TOKEN_AUDIENCE are what `make run` has by default.
type signer struct {
	*issuer.Issuer
	claims map[string]any
}

func openKey(file string) (signer, error) {
	if _, err := os.Stat(file); err != nil {
		return signer{}, fmt.Errorf("SIGNING_KEY: %w", err)
	}
	tokens, err := issuer.Open(file)
	if err != nil {
		return signer{}, err
	}
	if id := os.Getenv("SIGNING_KEY_ID"); id != "" {
		tokens = tokens.Named(id)
	}
	return signer{tokens, map[string]any{
		"iss": cmp.Or(os.Getenv("TOKEN_ISSUER"), issuer.Name), "aud": cmp.Or(os.Getenv("TOKEN_AUDIENCE"), issuer.Audience),
	}}, nil
}

func (s signer) Token(user string, o runner.TokenOptions) (string, error) {
	claims := maps.Clone(s.claims)
	maps.Copy(claims, o.Claims)
	o.Claims = claims
	return s.Issuer.Token(user, o)
}

// An endpoint gives tokens to whoever says who they are, as that of `make run` does.
type endpoint struct{ url string }

func (e endpoint) Token(user string, o runner.TokenOptions) (string, error) {
	if o.Claims != nil || o.Scope != "" && o.Scope != issuer.AdminScope {
		return e.signed(user, o)
	}
	form := url.Values{"grant_type": {"client_credentials"}}
	if o.Scope != "" {
		form.Set("grant_type", "account_credentials")
	}
	if o.Account != "" {
		form.Set("account_id", o.Account)
	}
	request, err := http.NewRequest(http.MethodPost, e.url, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	request.SetBasicAuth(user, "any")
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := (&http.Client{Timeout: patience}).Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	var said struct {
		Token string `json:"access_token"`
	}
	if err != nil || response.StatusCode != http.StatusOK || json.Unmarshal(body, &said) != nil {
		return "", fmt.Errorf("POST %s is answered %d %.200s", e.url, response.StatusCode, body)
	}
	return said.Token, nil
}

// signed is a token that no endpoint gives out, an expired one for instance: signed with the key that `make run` keeps with its data.
func (e endpoint) signed(user string, o runner.TokenOptions) (string, error) {
	folder := os.Getenv("DATA_DIR")
	if folder == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		folder = filepath.Join(cache, "personal-rooms", "data")
	}
	s, err := openKey(filepath.Join(folder, "token-key.pem"))
	if err != nil {
		return "", fmt.Errorf("%s gives no such token: name the issuer's key in SIGNING_KEY (%w)", e.url, err)
	}
	return s.Token(user, o)
}
