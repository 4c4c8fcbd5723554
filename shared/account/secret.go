package account

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"

	"personal-rooms/shared/secret"
)

// Secret is what an endpoint and we share. It is made anew of the key whenever it is needed, and is nowhere stored.
func Secret(key secret.Text, account, id string) secret.Text {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(account + "\x00" + id)) // of a hash: cannot fail
	return secret.Text(base64.RawURLEncoding.EncodeToString(mac.Sum(nil)))
}
