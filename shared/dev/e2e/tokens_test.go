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

// tokens makes the users' tokens: the bundle that this run started, or a signer.
type tokens interface {
	Token(user string, o runner.TokenOptions) (string, error)
}

// A signer signs tokens with the issuer's key.
type signer struct {
	*issuer.Issuer
	claims map[string]any
}

// openSigner reads SIGNING_KEY, SIGNING_KEY_ID, TOKEN_ISSUER and TOKEN_AUDIENCE. Their defaults are those of `make
// run`.
func openSigner() (signer, error) {
	file := cmp.Or(os.Getenv("SIGNING_KEY"), keyOfMakeRun())
	if _, err := os.Stat(file); err != nil {
		return signer{}, fmt.Errorf("name the issuer's key in SIGNING_KEY: %w", err)
	}
	key, err := issuer.Open(file)
	if err != nil {
		return signer{}, err
	}
	if id := os.Getenv("SIGNING_KEY_ID"); id != "" {
		key = key.Named(id)
	}
	return signer{key, map[string]any{
		"iss": cmp.Or(os.Getenv("TOKEN_ISSUER"), issuer.Name), "aud": cmp.Or(os.Getenv("TOKEN_AUDIENCE"), issuer.Audience),
	}}, nil
}

// keyOfMakeRun returns the key file in the data folder of `make run`.
func keyOfMakeRun() string {
	cache, _ := os.UserCacheDir()
	return filepath.Join(cmp.Or(os.Getenv("DATA_DIR"), filepath.Join(cache, "personal-rooms", "data")), "token-key.pem")
}

func (s signer) Token(user string, o runner.TokenOptions) (string, error) {
	claims := maps.Clone(s.claims)
	maps.Copy(claims, o.Claims)
	o.Claims = claims
	return s.Issuer.Token(user, o)
}
