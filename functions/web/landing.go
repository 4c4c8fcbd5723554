package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"strings"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// A landing answers join and start links in a browser: it redirects to the client if there is one, else it shows a page
// that says how to join. It reads no storage: the answer is the same for every number.
type landing struct{ clientURL string }

//go:embed landing.html
var pageHTML string

// An invite is the content of a link.
type invite struct {
	path     string // of the link, in its plainest form
	title    string
	label    string
	name     string // as people read it: a number in groups, or a personal link
	passcode string
	steps    []string
	call     string // the request of an app that joins
}

// routes returns the routes of links, and the one for all requests that no route answers.
func routes(clientURL string) []api.Route {
	l := landing{clientURL}
	return []api.Route{
		{Method: "GET", Path: "/j/{number}", Open: true, Handle: l.join},
		{Method: "GET", Path: "/my/{link}", Open: true, Handle: l.personal},
		{Method: "GET", Path: "/s/{id}", Open: true, Handle: l.start},
		{Path: api.Default, Open: true, Handle: noRoute},
	}
}

func (l landing) join(_ context.Context, r *api.Request) (api.Response, error) {
	number, err := meeting.ParseNumber(r.Param("number"))
	return l.answer(r, guestInvite(r, "/j/", number.String(), "Meeting ID", number.Grouped()), err), nil
}

func (l landing) personal(_ context.Context, r *api.Request) (api.Response, error) {
	link, err := meeting.ParseLink(r.Param("link"))
	return l.answer(r, guestInvite(r, "/my/", string(link), "Personal link", string(link)), err), nil
}

func (l landing) start(_ context.Context, r *api.Request) (api.Response, error) {
	number, err := meeting.ParseNumber(r.Param("id"))
	return l.answer(r, invite{
		path: "/s/" + number.String(), title: "Start the meeting", label: "Meeting ID", name: number.Grouped(),
		steps: []string{
			"Open your meeting app, and sign in as the host.",
			"Choose the meeting with this ID. For your personal room, that is your own number.",
			"Press <b>Start</b>. People who wait for the host can come in from then on.",
		},
		call: fmt.Sprintf("PUT %s/v2/meetings/%s/status\nAuthorization: Bearer …\n\n%s",
			r.BaseURL(), number, `{"action": "start"}`),
	}, err), nil
}

// guestInvite says how to join the room with the passcode and the meeting of the link. It shows only what can be a
// passcode or a number, so that a link cannot put words into the page. label names the kind of address.
func guestInvite(r *api.Request, path, room, label, name string) invite {
	body := map[string]string{"display_name": "Ada"}
	passcode := r.Query("pwd")
	if meeting.CheckLinkPasscode(passcode) != nil {
		passcode = ""
	}
	code := "; if you are asked for a passcode, it stands in your invitation"
	if passcode != "" {
		body["passcode"], code = passcode, " and the passcode"
	}
	if omn, err := meeting.ParseNumber(r.Query("omn")); err == nil {
		body["omn"] = omn.String()
	}
	sent, _ := json.Marshal(body) // strings: cannot fail
	return invite{
		path: path + room, title: "Join the meeting", label: label, name: name, passcode: passcode,
		steps: []string{
			"Open your meeting app, and choose <b>Join</b>.",
			"Enter the " + strings.ToLower(label[:1]) + label[1:] + code + ".",
			"If you are asked to wait, stay: you come in when the host has arrived and lets you in.",
		},
		call: fmt.Sprintf("POST %s/v2/live_meetings/%s/guests\nContent-Type: application/json\n\n%s",
			r.BaseURL(), room, sent),
	}
}

// answer redirects to the client, with the query unchanged, or shows the page. A link that cannot be parsed is a 404.
// Links hold passcodes: search engines must not list them.
func (l landing) answer(r *api.Request, i invite, flaw error) api.Response {
	var response api.Response
	switch {
	case flaw != nil:
		response = api.HTML(404, invite{title: "This link is not complete", steps: []string{
			"Open the link in your invitation again, or copy all of it.",
			"Or ask the host for the meeting ID, and enter it in your meeting app.",
		}}.page())
	case l.clientURL == "":
		response = api.HTML(200, i.page())
	default:
		response = api.Redirect(withQuery(l.clientURL+i.path, r.RawQuery()))
	}
	return response.With("X-Robots-Tag", "noindex, nofollow")
}

func (i invite) page() string {
	return strings.NewReplacer(
		"{{title}}", html.EscapeString(i.title),
		"{{facts}}", fact(i.label, i.name)+fact("Passcode", i.passcode),
		"{{steps}}", "<li>"+strings.Join(i.steps, "</li>\n<li>")+"</li>",
		"{{call}}", i.forApps(),
	).Replace(pageHTML)
}

func fact(label, value string) string {
	if value == "" {
		return ""
	}
	return "<dt>" + html.EscapeString(label) + "</dt>\n<dd>" + html.EscapeString(value) + "</dd>\n"
}

func (i invite) forApps() string {
	if i.call == "" {
		return ""
	}
	return "<details>\n<summary>For app developers</summary>\n<pre>" + html.EscapeString(i.call) + "</pre>\n" +
		"<p>Set <code>CLIENT_URL</code>, and links like this one open your app instead of this page.</p>\n</details>"
}
