package main

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/web"
)

func TestRoutesAreThoseOfTheTemplate(t *testing.T) {
	testkit.SameAsTemplate(t, routes(web.New(web.Config{}), ""))
}

func TestSampleEventsAnswerAsTheirNamesSay(t *testing.T) {
	browser := landings(t, "")
	for name, status := range map[string]int{"join-link": 200, "personal-link": 200, "start-link": 200, "unknown": 404} {
		text, err := os.ReadFile("events/" + name + ".json")
		testkit.Must(t, err)
		var event events.APIGatewayV2HTTPRequest
		testkit.Must(t, json.Unmarshal(text, &event))
		browser.Handle(event).Want(t, status)
	}
}

// Some clients of Zoom delete their copy of a meeting when an answer says that it does not exist: 404 with code 3001.
func TestUnknownRoutesAreNotMissingMeetings(t *testing.T) {
	guest := landings(t, "")
	for request, want := range map[string]string{
		"GET /v2/nothing":                                 "no_route",
		"POST /v2/users/me":                               "no_route",
		"POST /v2/meetings/5551112222":                    "no_route",
		"GET /v2/meetings/5551112222/x":                   "no_route",
		"GET /v2/recordings":                              "no_route",
		"GET //evil.example.com/":                         "no_route",
		"GET //":                                          "no_route",
		"GET /v2/meetings/83123456789/recordings":         "not_offered",
		"DELETE /v2/meetings/83123456789/recordings/abc/": "not_offered",
		"GET /v2/meetings/83123456789/registrants":        "not_offered",
		"POST /v2/users/ada/webinars":                     "not_offered",
		"GET /v2/webinars/1":                              "not_offered",
		"GET /v2/users/me/token":                          "not_offered",
		"PATCH /v2/meetings/83123456789/livestream/":      "not_offered",
	} {
		answer := guest.Handle(unmatched(request))
		if want == "no_route" {
			answer.Refused(t, 404, 2300, want)
		} else {
			answer.Refused(t, 400, 200, want)
		}
	}
	preflight := unmatched("OPTIONS /v2/users/me")
	guest.Handle(preflight).Want(t, 204)
	head := guest.Handle(unmatched("HEAD /v2/nothing")).Want(t, 404)
	testkit.Equal(t, "body", head.Body, "")
	page := unmatched("GET /nowhere")
	page.Headers = map[string]string{"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
	shown := guest.Handle(page).Want(t, 404)
	testkit.Equal(t, "what a browser gets", shown.Body, guest.Do("GET", "/j/12", nil).Want(t, 404).Body)
	isHidden(t, shown)
	form := unmatched("POST /v2/nothing")
	form.Headers, form.Body = map[string]string{"content-type": "application/x-www-form-urlencoded"}, "a=b"
	guest.Handle(form).Refused(t, 404, 2300, "no_route")
}

func TestNoRouteHidesThatAFeatureIsNotOffered(t *testing.T) {
	bundle, err := template.LoadNearest()
	testkit.Must(t, err)
	same := func(route, feature string) bool {
		return route == feature || strings.HasPrefix(route, "{") || feature == "*"
	}
	for _, feature := range api.Features {
		for _, path := range feature.Paths {
			for _, r := range bundle.Routes {
				if slices.EqualFunc(strings.Split(r.Path, "/")[1:], strings.Split(path, "/")[1:], same) {
					t.Errorf("%s is answered by %s", path, r.Key())
				}
			}
		}
	}
}

// API Gateway may drop routes with a slash at the end.
func TestASlashAtTheEndIsTheSameRoute(t *testing.T) {
	guest := landings(t, "")
	for request, want := range map[string]string{
		"GET /v2/users/me/":                 "/v2/users/me",
		"DELETE /v2/meetings/83123456789/":  "/v2/meetings/83123456789",
		"POST /v2/users/ada@example.com//":  "/v2/users/ada@example.com",
		"GET /v2/past_meetings/a/b+c%2Fä=/": "/v2/past_meetings/a/b+c%252F%C3%A4=",
		"GET /j/5551112222/":                "/j/5551112222",
		`GET /\evil.example.com/`:           "/%5Cevil.example.com",
	} {
		answer := guest.Handle(unmatched(request)).Want(t, 308)
		testkit.Equal(t, request, answer.Header["Location"], want)
	}
	withQuery := unmatched("GET /j/5551112222/")
	withQuery.RawQueryString = "pwd=a%26b&omn=83123456789"
	answer := guest.Handle(withQuery).Want(t, 308)
	testkit.Equal(t, "Location", answer.Header["Location"], "/j/5551112222?pwd=a%26b&omn=83123456789")
}

// unmatched returns the event of a request without a route of its own: "GET /v2/nothing".
func unmatched(request string) (event events.APIGatewayV2HTTPRequest) {
	method, path, _ := strings.Cut(request, " ")
	event.RouteKey, event.RawPath = api.Default, path
	event.RequestContext.HTTP.Method, event.RequestContext.HTTP.Path = method, path
	event.RequestContext.HTTP.SourceIP = "192.0.2.7"
	return event
}
