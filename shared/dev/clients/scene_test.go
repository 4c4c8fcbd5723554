package clients

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"personal-rooms/shared/dev/aws/issuer"
	"personal-rooms/shared/dev/runner"
)

const (
	account = "company" // of all users
	lister  = "lister"  // a user with many meetings
	many    = 43
)

// A scene is what a client's program finds: users, and meetings of the user that the client signs in as.
type scene struct {
	Account     string `json:"account"`
	User        string `json:"user"`
	Email       string `json:"email"`
	Token       string `json:"token"`
	Lister      string `json:"lister"`
	ListerToken string `json:"lister_token"`
	PMI         int    `json:"pmi"`       // a free one
	NewEmail    string `json:"new_email"` // of nobody
	Colleague   string `json:"colleague"` // the e-mail address of another user
	LiveID      string `json:"live_id"`   // a meeting that runs
	PastID      string `json:"past_id"`   // a meeting that ended, in which a guest was
	PastUUID    string `json:"past_uuid"`
}

// A user sends requests to the bundle.
type user struct{ url, token string }

func signIn(bundle *runner.Bundle, name string) (user, error) {
	token, err := bundle.Token(name, runner.TokenOptions{Account: account, Scope: issuer.AdminScope})
	return user{bundle.URL(), token}, err
}

// do sends a request, and returns the answer's body. Another status than one of success is an error.
func (u user) do(ctx context.Context, method, path string, body any) (answer map[string]any, err error) {
	sent, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, method, u.url+path, bytes.NewReader(sent))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+u.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= http.StatusBadRequest {
		return nil, fmt.Errorf("%s %s: %s %s (%w)", method, path, response.Status, got, err)
	}
	if len(got) == 0 {
		return nil, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(got))
	decoder.UseNumber()
	return answer, decoder.Decode(&answer)
}

// prepareLister makes the user with many meetings.
func prepareLister(ctx context.Context, bundle *runner.Bundle) error {
	u, err := signIn(bundle, lister)
	for i := 0; i < many && err == nil; i++ {
		_, err = u.plan(ctx, fmt.Sprintf("Meeting %d", i+1))
	}
	return err
}

// prepare makes a user for a client. number is another one for each client.
func prepare(ctx context.Context, bundle *runner.Bundle, name string, number int) (s scene, err error) {
	name = strings.ToLower(name)
	u, err := signIn(bundle, name)
	if err != nil {
		return s, err
	}
	other, err := signIn(bundle, lister)
	if err != nil {
		return s, err
	}
	s = scene{
		Account: account, User: name, Email: name + "@example.com", Token: u.token, Lister: lister, ListerToken: other.token,
		PMI: 7351246010 + number, NewEmail: "new." + name + "@example.com", Colleague: "colleague." + name + "@example.com",
	}
	if err := signUp(ctx, bundle, "colleague."+name); err != nil {
		return s, err
	}
	if s.LiveID, _, err = u.start(ctx, "Live"); err != nil {
		return s, err
	}
	if s.PastID, s.PastUUID, err = u.start(ctx, "Past"); err != nil {
		return s, err
	}
	_, err = u.do(ctx, http.MethodPut, "/v2/meetings/"+s.PastID+"/status", map[string]any{"action": "end"})
	return s, err
}

// signUp makes a user, who has a profile from their first request on.
func signUp(ctx context.Context, bundle *runner.Bundle, name string) error {
	u, err := signIn(bundle, name)
	if err == nil {
		_, err = u.do(ctx, http.MethodGet, "/v2/users/me", nil)
	}
	return err
}

// plan creates a meeting.
func (u user) plan(ctx context.Context, topic string) (meeting map[string]any, err error) {
	return u.do(ctx, http.MethodPost, "/v2/users/me/meetings", map[string]any{
		"topic": topic, "type": 2, "start_time": "2030-03-01T10:00:00Z", "duration": 30,
		"settings": map[string]any{"waiting_room": false},
	})
}

// start creates and starts a meeting, which a guest joins.
func (u user) start(ctx context.Context, topic string) (id, uuid string, err error) {
	meeting, err := u.plan(ctx, topic)
	if err != nil {
		return "", "", err
	}
	id, uuid = fmt.Sprint(meeting["id"]), fmt.Sprint(meeting["uuid"])
	if _, err = u.do(ctx, http.MethodPut, "/v2/meetings/"+id+"/status", map[string]any{"action": "start"}); err != nil {
		return "", "", err
	}
	_, err = user{url: u.url}.do(ctx, http.MethodPost, "/v2/live_meetings/"+id+"/guests", map[string]any{
		"display_name": "Guest " + strconv.Quote(topic), "passcode": meeting["password"],
	})
	return id, uuid, err
}
