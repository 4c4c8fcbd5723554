package e2e

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"personal-rooms/shared/dev/aws/issuer"
	"personal-rooms/shared/dev/runner"
)

// signer returns what signs tokens with the issuer's key. It reads SIGNING_KEY, SIGNING_KEY_ID, TOKEN_ISSUER and
// TOKEN_AUDIENCE. Their defaults are those of `make run`, which keeps the key in its data folder and is its own issuer.
func signer() (token func(user string, o runner.TokenOptions) (string, error), err error) {
	cache, _ := os.UserCacheDir()
	data := cmp.Or(os.Getenv("DATA_DIR"), filepath.Join(cache, "personal-rooms", "data"))
	file := cmp.Or(os.Getenv("SIGNING_KEY"), filepath.Join(data, "token-key.pem"))
	if _, err := os.Stat(file); err != nil {
		return nil, fmt.Errorf("name the issuer's key in SIGNING_KEY: %w", err)
	}
	key, err := issuer.Open(file)
	if err != nil {
		return nil, err
	}
	if id := os.Getenv("SIGNING_KEY_ID"); id != "" {
		key = key.Named(id)
	}
	return func(user string, o runner.TokenOptions) (string, error) {
		claims := map[string]any{
			"iss": cmp.Or(os.Getenv("TOKEN_ISSUER"), deployment.url), "aud": cmp.Or(os.Getenv("TOKEN_AUDIENCE"), issuer.Audience),
		}
		maps.Copy(claims, o.Claims)
		o.Claims = claims
		return key.Token(user, o)
	}, nil
}
