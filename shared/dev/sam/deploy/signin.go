//go:build unix

package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// tokens are the tokens of a sign-in.
type tokens struct {
	ID     string `json:"id_token"`
	Access string `json:"access_token"`
}

// checkSignInPage signs the user in on the user pool's page, if there is one. The API must take the ID token as that of
// the same user as the token of the pool's other client, and refuse the access token.
func (d *deployer) checkSignInPage(ctx context.Context, e *deployment) error {
	if e.issuer.pages == "" {
		return nil
	}
	got, err := d.signInOnPage(ctx, e.issuer.pages)
	if err != nil {
		return err
	}
	var profile struct{ PMI int64 }
	if err := d.call(ctx, got.ID, "GET", "/v2/users/me", "", &profile); err != nil {
		return fmt.Errorf("with the ID token of the sign-in page: %w", err)
	}
	if profile.PMI != number {
		return fmt.Errorf("who signs in on the page has the number %d, want %d", profile.PMI, number)
	}
	switch err := d.call(ctx, got.Access, "GET", "/v2/users/me", "", nil); {
	case err == nil:
		return errors.New("the access token of the sign-in page is accepted")
	case !strings.HasSuffix(err.Error(), "401"):
		return err
	}
	fmt.Fprintln(d.out, "    somebody signed in on the page of the user pool")
	return nil
}

// signInOnPage does what a page and a person do: the authorization code flow with PKCE (RFC 7636).
func (d *deployer) signInOnPage(ctx context.Context, client string) (got tokens, err error) {
	verifier, callback := rand.Text()+rand.Text(), d.proxy.url+"/me"
	sum := sha256.Sum256([]byte(verifier))
	asked := url.Values{
		"response_type": {"code"}, "client_id": {client}, "redirect_uri": {callback}, "scope": {"openid email profile"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	if _, err := d.visit(ctx, "GET", "/oauth2/authorize?"+asked.Encode(), nil, nil); err != nil {
		return got, err
	}
	asked.Set("username", username)
	asked.Set("password", password)
	back, err := d.visit(ctx, "POST", "/login", asked, nil)
	if err != nil {
		return got, err
	}
	code, found := strings.CutPrefix(back, callback+"?code=")
	if !found {
		return got, fmt.Errorf("the sign-in page leads to %q", back)
	}
	_, err = d.visit(ctx, "POST", "/oauth2/token", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {client}, "redirect_uri": {callback}, "code": {code},
		"code_verifier": {verifier},
	}, &got)
	return got, err
}

// visit sends a request, with a form unless that is nil, to the emulator's user pools. It returns where the answer
// leads to, and decodes its body into the variable unless that is nil.
func (d *deployer) visit(ctx context.Context, method, path string, form url.Values, answer any) (to string, err error) {
	request, err := http.NewRequestWithContext(ctx, method, d.emulator.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultTransport.RoundTrip(request) // follows no redirect
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		return "", fmt.Errorf("%s %s: the answer is %d", method, request.URL.Path, response.StatusCode)
	}
	if answer != nil {
		err = json.NewDecoder(response.Body).Decode(answer)
	}
	return response.Header.Get("Location"), err
}
