//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"personal-rooms/shared/dev/aws/issuer"
)

// The data that is written through the API, and that an update and a restore must keep.
const (
	username  = "ada@example.com"
	password  = "Long-enough-1"
	account   = "acme"
	number    = 5551234321
	topic     = "Engines"
	callLimit = time.Minute // includes a cold start on a busy machine
)

// data holds the generated parts of the data, and the key from which the secrets of webhooks are derived.
type data struct {
	passcode   string
	meeting    int64
	webhookKey string
}

// signIn returns a token of the user: of the user pool, if there is one.
func (d *deployer) signIn(ctx context.Context, e *deployment) (string, error) {
	if !e.userPool() {
		tokens, err := issuer.Open(e.issuer.file)
		if err != nil {
			return "", err
		}
		return tokens.Token("ada",
			issuer.Options{Account: account, Claims: map[string]any{"iss": e.issuer.name, "aud": e.issuer.audience}})
	}
	var signedIn struct {
		AuthenticationResult struct {
			IDToken string `json:"IdToken"`
		}
	}
	err := d.aws(ctx, &signedIn, "cognito-idp", "admin-initiate-auth", "--user-pool-id", e.outputs["UserPoolId"],
		"--client-id", e.outputs["UserPoolClientId"], "--auth-flow", "ADMIN_USER_PASSWORD_AUTH",
		"--auth-parameters", "USERNAME="+username+",PASSWORD="+password)
	return signedIn.AuthenticationResult.IDToken, err
}

// signUp creates the user in the user pool, as the operator does.
func (d *deployer) signUp(ctx context.Context, e *deployment) error {
	if !e.userPool() {
		return nil
	}
	pool := []string{"--user-pool-id", e.outputs["UserPoolId"], "--username", username}
	create := []string{
		"cognito-idp", "admin-create-user", "--message-action", "SUPPRESS", "--user-attributes", "Name=email,Value=" + username,
		"Name=email_verified,Value=true", "Name=custom:account_id,Value=" + account,
	}
	if err := d.aws(ctx, nil, append(create, pool...)...); err != nil {
		return err
	}
	set := []string{"cognito-idp", "admin-set-user-password", "--password", password, "--permanent"}
	return d.aws(ctx, nil, append(set, pool...)...)
}

// writeData gives the user a number and a meeting.
func (d *deployer) writeData(ctx context.Context, e *deployment) (written data, err error) {
	if err := d.signUp(ctx, e); err != nil {
		return written, err
	}
	token, err := d.signIn(ctx, e)
	if err != nil {
		return written, err
	}
	var room struct{ Passcode string }
	var meeting struct{ ID int64 }
	plan := fmt.Sprintf(`{"topic": %q, "type": 2, "start_time": "2030-01-15T10:00:00Z", "settings": {"use_pmi": true}}`,
		topic)
	for _, c := range []struct {
		method, path, body string
		answer             any
	}{
		{"PATCH", "/v2/users/me", fmt.Sprintf(`{"pmi": %d}`, number), nil},
		{"GET", "/v2/users/me/personal_meeting_room", "", &room},
		{"POST", "/v2/users/me/meetings", plan, &meeting},
	} {
		if err := d.call(ctx, token, c.method, c.path, c.body, c.answer); err != nil {
			return written, err
		}
	}
	key, err := d.webhookKey(ctx, e)
	return data{room.Passcode, meeting.ID, key}, err
}

// webhookKey returns the value of the secret.
func (d *deployer) webhookKey(ctx context.Context, e *deployment) (string, error) {
	var key struct{ SecretString string }
	err := d.aws(ctx, &key, "secretsmanager", "get-secret-value", "--secret-id", e.outputs["WebhookKeyArn"])
	return key.SecretString, err
}

// readData fails unless everything is as it was written.
func (d *deployer) readData(ctx context.Context, e *deployment, want data) error {
	token, err := d.signIn(ctx, e)
	if err != nil {
		return err
	}
	var profile struct{ PMI int64 }
	var room struct{ Passcode string }
	var meeting struct{ Topic string }
	for path, answer := range map[string]any{
		"/v2/users/me": &profile, "/v2/users/me/personal_meeting_room": &room,
		fmt.Sprintf("/v2/meetings/%d", want.meeting): &meeting,
	} {
		if err := d.call(ctx, token, "GET", path, "", answer); err != nil {
			return err
		}
	}
	if profile.PMI != number || room.Passcode != want.passcode || meeting.Topic != topic {
		return fmt.Errorf("the data differs from what was written: %+v %+v %+v", profile, room, meeting)
	}
	key, err := d.webhookKey(ctx, e)
	if err != nil {
		return err
	}
	if key != want.webhookKey {
		return errors.New("the webhook key has changed")
	}
	return d.checkSignInPage(ctx, e)
}

// call sends a request to the deployed API, and decodes the answer into the variable unless that is nil.
func (d *deployer) call(ctx context.Context, token, method, path, body string, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, d.proxy.url+path, strings.NewReader(body))
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
	if response.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: the answer is %d", method, path, response.StatusCode)
	}
	if answer == nil {
		return nil
	}
	return json.NewDecoder(response.Body).Decode(answer)
}
