// Command use-zoom-lib-golang runs the operations of a Go client, and prints one line of JSON for the outcome of each.
//
// The client signs its requests with a JWT of an app, a way that Zoom ended. Its Transport replaces that with a token.
package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	zoom "github.com/himalayan-institute/zoom-lib-golang"
)

const module = "github.com/himalayan-institute/zoom-lib-golang"

var scene struct {
	Email       string
	Token       string
	ListerToken string `json:"lister_token"`
	PastID      string `json:"past_id"`
}

// bearer sends requests with a token.
type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

func signIn(token string) *zoom.Client {
	client := zoom.NewClient("key", "secret")
	client.Transport = bearer(token)
	return client
}

func main() {
	if err := json.Unmarshal([]byte(os.Getenv("SCENE")), &scene); err != nil {
		panic(err)
	}
	show(map[string]string{"client": "zoom-lib-golang " + version()})
	client, lister := signIn(scene.Token), signIn(scene.ListerToken)
	run("user: own", "", func() error { return own(client, "me") })
	run("user: by e-mail", "", func() error { return own(client, scene.Email) })
	run("user: list", "", func() error { return users(client) })
	plain := create(client, "scheduled (type 2)", zoom.MeetingTypeScheduled, false)
	create(client, "instant (type 1)", zoom.MeetingTypeInstant, false)
	create(client, "no fixed time (type 3)", zoom.MeetingTypeRecurringNoFixedTime, false)
	create(client, "instant, with PMI", zoom.MeetingTypeInstant, true)
	create(client, "scheduled, with PMI", zoom.MeetingTypeScheduled, true)
	create(client, "no fixed time, with PMI", zoom.MeetingTypeRecurringNoFixedTime, true)
	run("meeting: get", "", func() error {
		got, err := client.GetMeeting(zoom.GetMeetingOptions{MeetingID: plain.ID})
		return cmp.Or(err, want("the topic", got.Topic, plain.Topic), want("the passcode", got.Password, plain.Password))
	})
	run("meeting: delete", "", func() error {
		return client.DeleteMeeting(zoom.DeleteMeetingOptions{MeetingID: plain.ID})
	})
	run("meeting: recordings", "there are no recordings", func() error {
		_, err := client.GetMeetingRecordings(zoom.GetMeetingRecordingsOptions{MeetingID: scene.PastID})
		return err
	})
	run("list: first page", "", func() error {
		page, err := lister.ListMeetings(zoom.ListMeetingsOptions{HostID: "me"})
		return cmp.Or(err, want("meetings", len(page.Meetings), 30), want("total_records", page.TotalRecords, 43))
	})
	run("list: all 43", "", func() error { return listAll(lister) })
	run("webinar: list", "there are no webinars", func() error {
		_, err := client.ListWebinars(zoom.ListWebinarsOptions{HostID: "me"})
		return err
	})
}

func own(client *zoom.Client, who string) error {
	user, err := client.GetUser(zoom.GetUserOpts{EmailOrID: who})
	return cmp.Or(err, want("the e-mail address", user.Email, scene.Email))
}

func users(client *zoom.Client) error {
	found, err := client.ListUsers(zoom.ListUsersOptions{PageSize: 30, PageNumber: 1})
	if err == nil && len(found.Users) == 0 {
		err = errors.New("there are no users")
	}
	return err
}

func create(client *zoom.Client, how string, kind zoom.MeetingType, pmi bool) (made zoom.Meeting) {
	run("create: "+how, "", func() (err error) {
		made, err = client.CreateMeeting(zoom.CreateMeetingOptions{
			HostID: "me", Topic: "Plain", Type: kind, Duration: 30, Settings: zoom.MeetingSettings{UsePMI: pmi},
			StartTime: &zoom.Time{Time: time.Date(2030, 5, 1, 9, 0, 0, 0, time.UTC)},
		})
		return cmp.Or(err, want("the topic", made.Topic, "Plain"), want("the type", made.Type, kind),
			want("approval_type", made.Settings.ApprovalType, zoom.ApprovalTypeNoRegistrationRequired))
	})
	return made
}

func listAll(client *zoom.Client) error {
	found, size := map[int]bool{}, 20
	for number := 1; ; number++ {
		page, err := client.ListMeetings(zoom.ListMeetingsOptions{HostID: "me", PageSize: &size, PageNumber: &number})
		if err != nil {
			return err
		}
		for _, m := range page.Meetings {
			found[m.ID] = true
		}
		if number >= page.PageCount {
			return want("meetings", len(found), 43)
		}
	}
}

func want[T comparable](what string, got, wanted T) error {
	if got == wanted {
		return nil
	}
	return fmt.Errorf("%s: %v, not %v", what, got, wanted)
}

// run prints the outcome of the call. notOffered says why this product does not have the operation: then the client
// must show the error as one of Zoom's.
func run(operation, notOffered string, call func() error) {
	outcome := "works"
	err := call()
	if err != nil {
		outcome = err.Error()
	}
	if refused := new(zoom.APIError); notOffered != "" && errors.As(err, &refused) && refused.Code != 0 {
		outcome = "not offered: " + notOffered
	}
	show(map[string]string{"operation": operation, "outcome": outcome})
}

func show(line map[string]string) {
	text, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	os.Stdout.Write(append(text, '\n'))
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return dependency.Version
		}
	}
	panic(strconv.Quote(module) + " is missing")
}
