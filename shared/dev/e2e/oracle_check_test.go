package e2e

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// The oracle sees what is wrong with an answer.
func TestTheOracleNotices(t *testing.T) {
	const (
		get   = "GET /v2/users/pmi?pmi=5551112222"
		free  = `{"existed":false,"suggestions":[]}`
		wrong = `{"code":3001,"message":"Meeting does not exist.","reason":"meeting_not_found"}`
	)
	ours := http.Header{"Content-Type": {"application/json"}, "Cache-Control": {"no-store"}, "X-Content-Type-Options": {"nosniff"}, "X-Request-Id": {"1"}}
	for what, c := range map[string]struct {
		asked  string
		status int
		body   string
		drop   string // a header that is not there
		says   string // "": all is well
	}{
		"nothing":                  {get, 200, free, "", ""},
		"a member more":            {get, 200, `{"existed":false,"suggestions":[],"secret":1}`, "", "secret"},
		"a member less":            {get, 200, `{"existed":false}`, "", "suggestions"},
		"another type":             {get, 200, `{"existed":"no","suggestions":[]}`, "", "boolean"},
		"an undocumented status":   {get, 418, free, "", "status is not supported"},
		"our own mistake":          {get, 500, wrong, "", "status is not supported"},
		"another status's reason":  {get, 400, wrong, "", "enum"},
		"another reason's code":    {"GET /v2/meetings/1", 404, strings.Replace(wrong, "3001", "1001", 1), "", "table of refusals"},
		"no Retry-After":           {get, 429, `{"code":429,"message":"Wait.","reason":"too_many_guesses"}`, "", "Retry-After"},
		"an answer that is stored": {get, 200, free, "Cache-Control", "stored"},
		"a body that says nothing": {"DELETE /v2/meetings/1", 204, free, "", "there is a body"},
		"a time that is empty": {"GET /v2/users/me/meetings", 200,
			`{"page_size":1,"next_page_token":"","meetings":[{"id":83123456789,"host_id":"a","topic":"b","type":2,"created_at":"","join_url":"https://x/j/1"}]}`, "", "created_at"},
		"accepting what is not documented": {"PUT /v2/meetings/1/status", 204, "", "", "value is required"},
		"nothing, of the authorizer":       {get, 401, `{"message":"Unauthorized"}`, "", "Www-Authenticate"},
	} {
		t.Run(what, func(t *testing.T) {
			method, target, _ := strings.Cut(c.asked, " ")
			request, err := http.NewRequestWithContext(t.Context(), method, here.url+target, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			header := ours.Clone()
			header.Del(c.drop)
			fake := roundTrip(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: c.status, Header: header, Body: io.NopCloser(strings.NewReader(c.body))}, nil
			})
			response, err := here.oracle.checking(fake, false).RoundTrip(request)
			if err == nil {
				response.Body.Close()
			}
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(c.says))) {
				t.Errorf("the oracle says %v, want %q", err, c.says)
			}
		})
	}
}
