//go:build unix

package gateway_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"personal-rooms/shared/dev/aws/gateway"
	"personal-rooms/shared/dev/template"
)

// page is a web page that calls the API, at the origin that our template is told.
const page = "https://app.example.com"

func TestPreflights(t *testing.T) {
	configured, without := serveCORS(t, page+",https://www.example.com"), serve(t, echo)
	asks := http.Header{"Origin": {page}, "Access-Control-Request-Method": {"PATCH"}}
	for what, c := range map[string]struct {
		url     string
		header  http.Header
		want    int
		allowed bool
	}{
		"of a route":                   {configured + "/users/ada", asks, 204, true},
		"of no route":                  {configured + "/nowhere", asks, 204, true},
		"of another origin":            {configured + "/users/ada", with(asks, "Origin", "https://evil.example.com"), 204, false},
		"of another scheme":            {configured + "/users/ada", with(asks, "Origin", "http://app.example.com"), 204, false},
		"without an origin":            {configured + "/users/ada", with(asks, "Origin", ""), 204, false},
		"that ask for no method":       {configured + "/users/ada", with(asks, "Access-Control-Request-Method", ""), 204, false},
		"where CORS is not configured": {without + "/users/ada", asks, 404, false},
	} {
		response, body := send(t, "OPTIONS", c.url, "", c.header)
		want := map[string]string{}
		if c.allowed {
			want = map[string]string{
				"Access-Control-Allow-Origin": page, "Access-Control-Allow-Methods": "GET,POST,PUT,PATCH,DELETE",
				"Access-Control-Allow-Headers": "authorization,content-type,idempotency-key,prefer,x-seat-secret", "Access-Control-Max-Age": "3600",
			}
		}
		if got := corsOf(response); response.StatusCode != c.want || !maps.Equal(got, want) {
			t.Errorf("preflights %s: %d %v, want %d %v", what, response.StatusCode, got, c.want, want)
		}
		if wantBody := map[int]string{404: `{"message":"Not Found"}`}[c.want]; body != wantBody {
			t.Errorf("preflights %s: body %q", what, body)
		}
	}
}

func TestPagesMayReadAnswersOfFunctions(t *testing.T) {
	url := serveCORS(t, page)
	response, _ := send(t, "POST", url+"/echo", "", http.Header{"Origin": {page}})
	want := map[string]string{"Access-Control-Allow-Origin": page, "Access-Control-Expose-Headers": "preference-applied,retry-after,x-request-id"}
	if got := corsOf(response); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	for what, header := range map[string]http.Header{"another page": {"Origin": {"https://evil.example.com"}}, "no page": {}} {
		if response, _ := send(t, "POST", url+"/echo", "", header); response.StatusCode != 200 || len(corsOf(response)) > 0 {
			t.Errorf("%s: %d %v", what, response.StatusCode, corsOf(response))
		}
	}
	if response, _ := send(t, "GET", url+"/nowhere", "", http.Header{"Origin": {page}}); response.StatusCode != 404 || len(corsOf(response)) > 0 {
		t.Errorf("no function: %d %v", response.StatusCode, corsOf(response))
	}
}

func TestWhatAFunctionSaysAboutPagesCountsOnlyWithoutConfiguration(t *testing.T) {
	own := func(string, []byte) ([]byte, error) {
		return []byte(`{"statusCode":200,"headers":{"access-control-allow-origin":"https://own.example.com"}}`), nil
	}
	for what, c := range map[string]struct {
		cors *template.CORS
		want string
	}{
		"no configuration": {nil, "https://own.example.com"},
		"other origins":    {&template.CORS{Origins: []string{"https://www.example.com"}}, ""},
		"any origin":       {&template.CORS{Origins: []string{"*"}}, "*"},
		"any by https":     {&template.CORS{Origins: []string{"https://*"}, Credentials: true}, page},
		"any by http":      {&template.CORS{Origins: []string{"http://*"}}, ""},
	} {
		response, _ := send(t, "POST", servePlan(t, &template.Bundle{Routes: routes, CORS: c.cors}, own)+"/echo", "", http.Header{"Origin": {page}})
		got := corsOf(response)
		if got["Access-Control-Allow-Origin"] != c.want {
			t.Errorf("%s: %v, want %q", what, got, c.want)
		}
		if credentials := got["Access-Control-Allow-Credentials"]; (credentials == "true") != (c.cors != nil && c.cors.Credentials) {
			t.Errorf("%s: credentials %q", what, credentials)
		}
	}
}

// serveCORS serves our routes with the configuration that template.yaml has for these origins.
func serveCORS(t *testing.T, origins string) (url string) {
	t.Helper()
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	ours, err := template.Load(root, map[string]string{"CorsOrigins": origins})
	if err != nil {
		t.Fatal(err)
	}
	return servePlan(t, &template.Bundle{Routes: routes, CORS: ours.CORS}, gateway.Invoke(echo))
}

// corsOf are the CORS headers of the answer.
func corsOf(response *http.Response) map[string]string {
	all := map[string]string{}
	for name := range response.Header {
		if strings.HasPrefix(name, "Access-Control-") {
			all[name] = response.Header.Get(name)
		}
	}
	return all
}

// with is the header with another value; "" removes it.
func with(header http.Header, name, value string) http.Header {
	changed := header.Clone()
	changed[name] = slices.DeleteFunc([]string{value}, func(v string) bool { return v == "" })
	return changed
}
