//go:build unix

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"personal-rooms/shared/dev/aws/issuer"
)

func TestPublishedIssuersHaveADiscoveryDocumentAndKeys(t *testing.T) {
	key, folder := filepath.Join(t.TempDir(), "key.pem"), filepath.Join(t.TempDir(), "site")
	if err := publish([]string{"https://tokens.example.com", key, folder}); err != nil {
		t.Fatal(err)
	}
	var said struct {
		Issuer string
		Keys   string `json:"jwks_uri"`
	}
	text, err := os.ReadFile(filepath.Join(folder, ".well-known", "openid-configuration"))
	if err != nil || json.Unmarshal(text, &said) != nil || said.Issuer != "https://tokens.example.com" || said.Keys != said.Issuer+"/jwks.json" {
		t.Errorf("%s, %v", text, err)
	}
	issuer, err := issuer.Open(key)
	if err != nil {
		t.Fatal(err)
	}
	if keys, err := os.ReadFile(filepath.Join(folder, "jwks.json")); err != nil || string(keys) != issuer.KeySet() {
		t.Errorf("%s, %v", keys, err)
	}
	if err := publish([]string{"https://tokens.example.com/", key, folder}); err == nil {
		t.Error("an issuer that ends with a slash was published")
	}
}
