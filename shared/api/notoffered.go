package api

import (
	"slices"
	"strings"
)

// A Feature is a part of Zoom's API that this product does not have.
type Feature struct {
	Name  string
	Why   string
	Paths []string // "*" is one segment; everything below a path belongs to it
}

// Features are the parts of Zoom's API that its clients may call and that we do not have.
var Features = []Feature{
	{"recordings", "the media server records", []string{
		"/v2/meetings/*/recordings", "/v2/users/*/recordings", "/v2/accounts/*/recordings", "/v2/meetings/*/transcript",
		"/v2/meetings/*/jointoken", "/v2/meetings/*/meeting_summary"}},
	{"live streams", "the media server streams", []string{"/v2/meetings/*/livestream"}},
	{"registration", "a passcode, a waiting room or signing in guards a meeting", []string{
		"/v2/meetings/*/registrants", "/v2/meetings/*/batch_registrants", "/v2/meetings/*/invite_links"}},
	{"webinars", "a room has participants, and no audience", []string{
		"/v2/webinars", "/v2/users/*/webinars", "/v2/users/*/webinar_templates", "/v2/past_webinars", "/v2/report/webinars",
		"/v2/live_webinars"}},
	{"tokens of Zoom's own client", "clients of a media server get a token with their admission", []string{
		"/v2/users/*/token", "/v2/meetings/*/token"}},
	{"polls and surveys", "they belong to the client of the media server", []string{
		"/v2/meetings/*/polls", "/v2/meetings/*/batch_polls", "/v2/meetings/*/survey", "/v2/past_meetings/*/polls",
		"/v2/past_meetings/*/qa", "/v2/report/meetings/*/polls", "/v2/report/meetings/*/qa", "/v2/report/meetings/*/survey"}},
	{"meeting templates", "a plan is copied by its client", []string{"/v2/users/*/meeting_templates"}},
	{"telephone and room systems", "people join with a client of the media server", []string{
		"/v2/phone", "/v2/rooms", "/v2/h323", "/v2/tsp", "/v2/users/*/tsp", "/v2/users/*/pac", "/v2/meetings/*/sip_dialing"}},
	{"chat", "it belongs to the client of the media server", []string{"/v2/chat", "/v2/im"}},
	{"groups, roles and devices", "the issuer of tokens has groups and roles", []string{
		"/v2/groups", "/v2/roles", "/v2/devices", "/v2/contacts", "/v2/users/*/permissions", "/v2/users/*/assistants",
		"/v2/users/*/picture", "/v2/users/*/presence_status", "/v2/users/*/collaboration_devices"}},
	{"reports of a whole account", "there are reports of each user, and the audit trail", []string{
		"/v2/report/users", "/v2/report/daily", "/v2/report/activities", "/v2/report/billing", "/v2/report/cloud_recording",
		"/v2/report/telephone", "/v2/report/upcoming_events"}},
	{"dashboards", "alarms and metrics are in CloudWatch", []string{"/v2/metrics"}},
}

// NotOfferedAt returns the feature to which the path belongs, nil if it belongs to none.
func NotOfferedAt(path string) *Feature {
	for i, f := range Features {
		if slices.ContainsFunc(f.Paths, func(pattern string) bool { return below(path, pattern) }) {
			return &Features[i]
		}
	}
	return nil
}

func below(path, pattern string) bool {
	asked, want := strings.Split(path, "/"), strings.Split(pattern, "/")
	if len(asked) < len(want) {
		return false
	}
	return slices.EqualFunc(asked[:len(want)], want, func(a, w string) bool { return w == "*" || a == w })
}
