package e2e

import (
	"net/url"
	"strings"
	"testing"
)

// The personal room over time: its number, its policy, and the meetings that are held in it.

func TestALiveRoomKeepsItsNumber(t *testing.T) {
	ada := signUp(t, "Ada")
	before := ada.profile()
	ada.startsNow(fields{"use_pmi": true})
	ada.send("PATCH", me, fields{"pmi": ada.favourite(), "first_name": "Changed"}).refused(409, 4102, "room_live")
	equal(t, "her profile", ada.profile(), before)

	ada.ends(text(before.PMI))
	favourite := ada.favourite()
	ada.saves(fields{"pmi": favourite})
	equal(t, "her PMI", text(ada.profile().PMI), favourite)
}

func TestSentInvitationsSurviveAnEditOfTheNumber(t *testing.T) {
	ada := signUp(t, "Ada")
	made := ada.plans(fields{"topic": "Looms", "settings": fields{"use_pmi": true}})
	sent := must(url.Parse(made.JoinURL))
	old, shows := strings.TrimPrefix(sent.Path, "/j/"), fields{"passcode": sent.Query().Get("pwd"), "omn": sent.Query().Get("omn")}
	ada.saves(fields{"pmi": ada.favourite()})
	now := ada.room().Number
	equal(t, "its PMI", ada.meeting(made.number()).PMI, now)

	// The link that was sent still leads to her room, and so does the meeting's own number.
	ada.starts(made.number())
	ben := signUp(t, "Ben").visits()
	in := ben.knocks(old, shows).admitted()
	equal(t, "where he is", text(in.Meeting.ID)+" "+in.Meeting.Topic, made.number()+" Looms")
	guest(t, "Cleo").joins(made.number(), made.Password)

	// The bare old number leads nowhere, until she wishes it to.
	ben.knocks(old, fields{"passcode": made.Password}).notThere()
	ada.saves(fields{"forward_old_numbers": true})
	signUp(t, "Dan").visits().joins(old, made.Password)

	// Nobody can point her number at a meeting of theirs (I14).
	mallory := signUp(t, "Mallory")
	theirs := mallory.plans(fields{"topic": "Trap", "settings": fields{"use_pmi": true}})
	mallory.starts(theirs.number())
	mallory.visits().knocks(now, fields{"passcode": theirs.Password, "omn": theirs.number()}).notThere()
}

func TestOneSittingOneMeeting(t *testing.T) {
	ada := signUp(t, "Ada")
	looms := ada.plans(fields{"topic": "Looms", "settings": fields{"use_pmi": true}})
	engines := ada.plans(fields{"topic": "Engines", "settings": fields{"use_pmi": true}})
	ada.starts(looms.number())

	refusal := ada.presses("start", engines.number()).refused(409, 4104, "room_in_use")
	contains(t, refusal.Message, "Looms")
	equal(t, "what sits", ada.meeting(looms.number()).Status, "started")
	equal(t, "what does not", ada.meeting(engines.number()).Status, "waiting")
	ada.send("DELETE", "/v2/meetings/"+looms.number(), nil).refused(409, 4102, "room_live")

	// A guest of the other meeting waits for the host, who sees what they came for. The bare number joins what sits.
	ben, cleo := guest(t, "Ben"), guest(t, "Cleo")
	seat := ben.knocks(looms.PMI, fields{"passcode": engines.Password, "omn": engines.number()}).waits("waiting_for_host")
	equal(t, "the meeting that Cleo joined", cleo.joins(looms.PMI, looms.Password).Meeting.Topic, "Looms")
	equal(t, "what Ben came for", ada.roster(looms.PMI)[0].Topic, "Engines")

	ada.ends(engines.number()) // does not sit: nothing happens
	equal(t, "what sits", ada.meeting(looms.number()).Status, "started")
	ada.ends(looms.number())
	ada.starts(engines.number())
	ben.asksAgain(looms.PMI, seat).refused(409, 4114, "ended")
	ben.knocks(looms.PMI, fields{"passcode": engines.Password, "omn": engines.number()}).admitted()
}

func TestANewPasscodeOutdatesInvitations(t *testing.T) {
	ada := signUp(t, "Ada")
	made := ada.plans(fields{"topic": "Looms", "type": 2, "start_time": "2030-03-01T10:00:00Z", "settings": fields{"use_pmi": true}})
	var changed struct {
		Passcode   string
		Advisories []struct{ Code, Message string }
	}
	ada.send("PATCH", ownRoom, fields{"passcode": "generate"}).is(200).into(&changed)
	equal(t, "the passcode", ada.room().Passcode, changed.Passcode)
	if changed.Passcode == made.Password || len(changed.Advisories) != 1 || changed.Advisories[0].Code != "invitations_outdated" {
		t.Fatalf("she is told %+v", changed)
	}
	contains(t, changed.Advisories[0].Message, "Looms")
	equal(t, "the meeting's passcode", ada.meeting(made.number()).Password, changed.Passcode)
}

func TestAMeetingNeverChangesTheRoomsDoor(t *testing.T) {
	ada := signUp(t, "Ada")
	before := ada.room()
	made := ada.plans(fields{"settings": fields{"use_pmi": true, "waiting_room": true}})
	if len(made.Advisories) != 1 || made.Advisories[0].Code != "door_settings_ignored" {
		t.Errorf("she is told %v", made.Advisories)
	}
	equal(t, "her room", ada.room(), before)
}

func TestAMeetingMoves(t *testing.T) {
	ada := signUp(t, "Ada")
	pmi := ada.room().Number
	made := ada.plans(fields{"topic": "Looms"})
	number := made.number()
	ada.send("PATCH", "/v2/meetings/"+number, fields{"settings": fields{"use_pmi": true}}).is(204)
	equal(t, "where it is held", ada.meeting(number).PMI, pmi)
	ada.starts(number)
	ada.send("PATCH", "/v2/meetings/"+number, fields{"settings": fields{"use_pmi": false}}).refused(409, 4102, "room_live")
	ada.ends(number)
	ada.send("PATCH", "/v2/meetings/"+number, fields{"settings": fields{"use_pmi": false}}).is(204)
	equal(t, "where it is held", ada.meeting(number).PMI, "")
	ada.send("DELETE", "/v2/meetings/"+number, nil).is(204)
	equal(t, "meetings", len(ada.planned()), 0)
}

func TestSettingsAreKeptAsTheyCame(t *testing.T) {
	ada := signUp(t, "Ada")
	ada.send("PATCH", settings, `{"recording":{"auto_recording":"cloud","made_up":{"deep":[1,null,"x"]}},"in_meeting":{"chat":true}}`).is(204)
	ada.send("PATCH", settings, `{"in_meeting":{"waiting_room":true}}`).is(204)
	kept := string(ada.send("GET", settings, nil).is(200).body)
	contains(t, kept, `"auto_recording":"cloud"`, `"made_up":{"deep":[1,null,"x"]}`, `"chat":true`, `"waiting_room":true`)
	equal(t, "her door", ada.room().WaitingRoom, "everyone")

	made := ada.plans(fields{"settings": fields{"auto_recording": "local", "breakout_room": fields{"enable": true}}})
	contains(t, string(ada.send("GET", "/v2/meetings/"+made.number(), nil).is(200).body), `"auto_recording":"local"`, `"breakout_room":{"enable":true}`)
}

func TestAnAdministratorActsForTheAccount(t *testing.T) {
	ada := signUp(t, "Ada")
	before := ada.profile() // seen once
	admin, stranger := ada.administrator(), signUp(t, "Mallory").administrator()

	var seen profile
	admin.send("GET", "/v2/users/"+url.PathEscape(strings.ToUpper(ada.email())), nil).is(200).into(&seen)
	equal(t, "who that is", seen, before)
	admin.send("PATCH", "/v2/users/"+ada.id, fields{"use_pmi": true}).is(204)
	equal(t, "her choice", ada.profile().UsePMI, true)

	var made meeting
	admin.send("POST", "/v2/users/"+ada.id+"/meetings", fields{"topic": "By the office"}).is(201).into(&made)
	equal(t, "hers", ada.planned()[0].ID, made.ID)

	// They start her meeting without a seat in it.
	var started meeting
	admin.send("POST", "/v2/users/"+ada.id+"/instant_meetings", fields{}).is(201).into(&started)
	equal(t, "her room", ada.room().Status, "live")
	if started.Admission != nil {
		t.Errorf("the administrator is in: %+v", started.Admission)
	}
	stranger.send("GET", "/v2/users/"+ada.id, nil).refused(404, 1001, "user_not_found")
	stranger.send("GET", "/v2/meetings/"+made.number(), nil).notThere()
}

func TestListsAreReadPageByPage(t *testing.T) {
	ada := signUp(t, "Ada")
	want := map[int64]bool{}
	for range 5 {
		want[ada.plans(fields{"topic": "One of five"}).ID] = true
	}
	token, pages := "", 0
	for {
		var page struct {
			Next     string `json:"next_page_token"`
			Meetings []meeting
		}
		ada.send("GET", meetings+"?page_size=2&next_page_token="+token, nil).is(200).into(&page)
		for _, m := range page.Meetings {
			if !want[m.ID] {
				t.Errorf("%d is listed twice, or is not hers", m.ID)
			}
			delete(want, m.ID)
		}
		if token, pages = page.Next, pages+1; token == "" {
			break
		}
		signUp(t, "Ben").send("GET", meetings+"?next_page_token="+token, nil).refused(400, 300, "invalid")
	}
	equal(t, "pages", pages, 3)
	equal(t, "meetings that were not listed", len(want), 0)
}
