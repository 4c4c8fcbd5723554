//go:build unix

// Command publish writes the two files of an OpenID Connect issuer, to be served at any web address:
//
//	go run ./shared/dev/aws/issuer/publish https://tokens.example.com key.pem folder
//
// It creates the key if it is not there. The key lets its owner sign in as any user: use it only for test stacks.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"personal-rooms/shared/dev/aws/issuer"
)

func main() {
	if err := publish(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "publish:", err)
		os.Exit(1)
	}
}

func publish(arguments []string) error {
	if len(arguments) != 3 || !strings.HasPrefix(arguments[0], "https://") || strings.HasSuffix(arguments[0], "/") {
		return errors.New("usage: publish https://ISSUER KEY.pem FOLDER, the issuer without a slash at its end")
	}
	url, folder := arguments[0], arguments[2]
	issuer, err := issuer.Open(arguments[1])
	if err != nil {
		return err
	}
	discovery, err := json.Marshal(map[string]any{
		"issuer": url, "jwks_uri": url + "/jwks.json",
		"response_types_supported": []string{"id_token"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
	})
	if err != nil {
		return err
	}
	wellKnown := filepath.Join(folder, ".well-known")
	if err := os.MkdirAll(wellKnown, 0o750); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(wellKnown, "openid-configuration"), discovery, 0o600),
		os.WriteFile(filepath.Join(folder, "jwks.json"), []byte(issuer.KeySet()), 0o600),
	)
}
