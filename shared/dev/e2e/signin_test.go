package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"personal-rooms/shared/dev/aws/issuer"
	"personal-rooms/shared/dev/testkit"
)

// Somebody signs in on the page of our issuer for development by other people's client. The access token is for the
// API; the ID token is for the page only.
func TestSigningInOnThisMachine(t *testing.T) {
	needs(t, signInPage)
	ctx := oidc.ClientContext(t.Context(), deployment.http)
	provider, err := oidc.NewProvider(ctx, deployment.url)
	if err != nil {
		t.Fatal(err)
	}
	client := oauth2.Config{
		ClientID: issuer.WebClient, Endpoint: provider.Endpoint(), RedirectURL: deployment.url + "/", Scopes: []string{oidc.ScopeOpenID},
	}
	verifier, name := oauth2.GenerateVerifier(), unique("Ada")
	page := client.AuthCodeURL("", oauth2.S256ChallengeOption(verifier))
	request, err := http.NewRequestWithContext(ctx, "POST", page, strings.NewReader(url.Values{"name": {name}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := deployment.http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	back, err := response.Location()
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := client.Exchange(ctx, back.Query().Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	ada := person{t: t, name: name, token: tokens.AccessToken}
	testkit.Equal(t, "the user", ada.get(me).Text(t, "id"), strings.ToLower(name))
	ada.token, _ = tokens.Extra("id_token").(string)
	ada.do("GET", me, nil).Want(t, 401)
}
