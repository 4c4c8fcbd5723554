//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"personal-rooms/shared/dev/aws/issuer"
)

// What the rehearsal writes through the API, and expects to find after an update and after a restore.
const (
	username    = "ada@example.com"
	password    = "Long-enough-1"
	account     = "acme"
	number      = 5551234321
	topic       = "Engines"
	callLimit   = time.Minute // a cold start on a busy machine, and much more
	startOfNext = "2030-01-15T10:00:00Z"
)

// What Ada has: a personal room and a meeting. And the key from which the secrets of her webhooks are derived.
type ada struct {
	passcode string
	meeting  int64
	key      string
}

// signIn is a token of Ada's. Where there is a user pool, she signs in to that, and is made there before the first time.
func (r *rehearsal) signIn(ctx context.Context, d *deployment) (string, error) {
	if !d.userPool() {
		tokens, err := issuer.Open(r.front.keyPEM)
		if err != nil {
			return "", err
		}
		return tokens.Token("ada", issuer.Options{Account: account, Claims: map[string]any{"iss": d.tokens.issuer, "aud": d.tokens.audience}})
	}
	var signedIn struct {
		AuthenticationResult struct {
			IDToken string `json:"IdToken"`
		}
	}
	err := r.aws(ctx, &signedIn, "cognito-idp", "admin-initiate-auth", "--user-pool-id", d.outputs["UserPoolId"],
		"--client-id", d.outputs["UserPoolClientId"], "--auth-flow", "ADMIN_USER_PASSWORD_AUTH",
		"--auth-parameters", "USERNAME="+username+",PASSWORD="+password)
	return signedIn.AuthenticationResult.IDToken, err
}

// signUp makes Ada in the user pool, as the operator does.
func (r *rehearsal) signUp(ctx context.Context, d *deployment) error {
	if !d.userPool() {
		return nil
	}
	pool := d.outputs["UserPoolId"]
	if err := r.aws(ctx, nil, "cognito-idp", "admin-create-user", "--user-pool-id", pool, "--username", username, "--message-action", "SUPPRESS",
		"--user-attributes", "Name=email,Value="+username, "Name=email_verified,Value=true", "Name=custom:account_id,Value="+account); err != nil {
		return err
	}
	return r.aws(ctx, nil, "cognito-idp", "admin-set-user-password", "--user-pool-id", pool, "--username", username, "--password", password, "--permanent")
}

// writeData gives Ada a number and a meeting.
func (r *rehearsal) writeData(ctx context.Context, d *deployment) (a ada, err error) {
	if err := r.signUp(ctx, d); err != nil {
		return a, err
	}
	token, err := r.signIn(ctx, d)
	if err != nil {
		return a, err
	}
	if err := r.call(ctx, token, "PATCH", "/v2/users/me", fmt.Sprintf(`{"pmi": %d}`, number), nil); err != nil {
		return a, err
	}
	var room struct{ Passcode string }
	if err := r.call(ctx, token, "GET", "/v2/users/me/personal_meeting_room", "", &room); err != nil {
		return a, err
	}
	var meeting struct{ ID int64 }
	err = r.call(ctx, token, "POST", "/v2/users/me/meetings",
		fmt.Sprintf(`{"topic": %q, "type": 2, "start_time": %q, "settings": {"use_pmi": true}}`, topic, startOfNext), &meeting)
	if err != nil {
		return a, err
	}
	key, err := r.webhookKey(ctx, d)
	return ada{passcode: room.Passcode, meeting: meeting.ID, key: key}, err
}

// webhookKey is the value of the secret.
func (r *rehearsal) webhookKey(ctx context.Context, d *deployment) (string, error) {
	var key struct{ SecretString string }
	err := r.aws(ctx, &key, "secretsmanager", "get-secret-value", "--secret-id", d.outputs["WebhookKeyArn"])
	return key.SecretString, err
}

// readData fails unless Ada finds everything as it was written.
func (r *rehearsal) readData(ctx context.Context, d *deployment, want ada) error {
	token, err := r.signIn(ctx, d)
	if err != nil {
		return err
	}
	var profile struct{ PMI int64 }
	var room struct{ Passcode string }
	var meeting struct{ Topic string }
	for path, answer := range map[string]any{
		"/v2/users/me": &profile, "/v2/users/me/personal_meeting_room": &room, fmt.Sprintf("/v2/meetings/%d", want.meeting): &meeting,
	} {
		if err := r.call(ctx, token, "GET", path, "", answer); err != nil {
			return err
		}
	}
	if profile.PMI != number || room.Passcode != want.passcode || meeting.Topic != topic {
		return fmt.Errorf("the data is not what was written: %+v %+v %+v", profile, room, meeting)
	}
	key, err := r.webhookKey(ctx, d)
	if err == nil && key != want.key {
		return errors.New("the webhook key is another one")
	}
	return err
}

// call sends a request to the deployed API, and reads the answer into the variable unless that is nil.
func (r *rehearsal) call(ctx context.Context, token, method, path, body string, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, r.front.url+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s is answered %d %s", method, path, response.StatusCode, text)
	}
	if answer == nil {
		return nil
	}
	return json.NewDecoder(bytes.NewReader(text)).Decode(answer)
}
