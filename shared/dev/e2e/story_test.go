package e2e

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

// The story of the product, one scenario for each client that it names.

func TestWebPortalMyProfileEditsTheNumber(t *testing.T) {
	ada, ben := signUp(t, "Ada").on("the web portal"), signUp(t, "Ben").on("the web portal")

	// Ada sees her PMI, presses Edit, types her favourite number as she would write it, and saves.
	old := text(ada.profile().PMI)
	favourite := ada.favourite()
	ada.saves(fields{"pmi": grouped(favourite)})

	equal(t, "her PMI", text(ada.profile().PMI), favourite)
	equal(t, "the number of her room", ada.room().Number, favourite)
	contains(t, ada.profile().URL, "/j/"+favourite)
	contains(t, ada.room().JoinURL, "/j/"+favourite)

	// Ben wants the same number. It is taken, he is told so, and his profile stays as it was.
	before := ben.profile()
	refusal := ben.send("PATCH", "/v2/users/me", fields{"pmi": favourite, "first_name": "Benjamin"}).refused(409, 4101, "number_taken")
	equal(t, "the field named", strings.Join(refusal.fields(), " "), "pmi")
	equal(t, "his profile", ben.profile(), before)

	// He asks what is free instead, and takes the first suggestion.
	var taken struct {
		Existed     bool
		Suggestions []string
	}
	ben.send("GET", "/v2/users/pmi?pmi="+favourite, nil).is(200).into(&taken)
	equal(t, "taken", taken.Existed, true)
	equal(t, "suggestions", len(taken.Suggestions), 3)
	ben.saves(fields{"pmi": taken.Suggestions[0]})
	equal(t, "his PMI", text(ben.profile().PMI), taken.Suggestions[0])

	// The number that Ada gave up rests: it is nobody else's to take, but she may have it back.
	ben.send("PATCH", "/v2/users/me", fields{"pmi": old}).refused(409, 4101, "number_taken")
	ada.saves(fields{"pmi": json.Number(old)})
	equal(t, "her PMI again", text(ada.profile().PMI), old)
}

func TestWebPortalAlwaysUsePMILocksTheChoice(t *testing.T) {
	ada := signUp(t, "Ada")
	clients := []person{ada.on("the web portal"), ada.on("the desktop app"), ada.on("the phone")}

	// She ticks "always use PMI for instant meetings" once, in the web portal, and saves.
	clients[0].saves(fields{"use_pmi": true})

	for _, client := range clients {
		equal(t, client.name+": the choice", client.profile().UsePMI, true)
		refusal := client.send("POST", "/v2/users/me/instant_meetings", fields{"use_pmi": false}).refused(409, 4103, "pmi_required")
		equal(t, client.name+": the field named", strings.Join(refusal.fields(), " "), "use_pmi")
		equal(t, client.name+": her room after a refused start", ada.room().Status, "idle")

		started := client.startsNow(nil)
		equal(t, client.name+": her number", text(started.ID), ada.room().Number)
		client.ends(started.number())
	}

	// Zoom's own create route uses the PMI too, and says so.
	made := ada.plans(fields{"type": 1, "settings": fields{"use_pmi": false}})
	equal(t, "the number", text(made.ID), ada.room().Number)
	if len(made.Advisories) != 1 || made.Advisories[0].Code != "pmi_used" {
		t.Errorf("she is told %v", made.Advisories)
	}

	// She unticks it, and each start chooses again.
	clients[0].saves(fields{"use_pmi": false})
	started := ada.startsNow(nil)
	equal(t, "a generated number", started.generated(), true)
	ada.ends(started.number())
}

func TestWebPortalPersonalMeetingRoomTabStarts(t *testing.T) {
	ada := signUp(t, "Ada").on("the web portal")
	pmi := ada.room().Number
	equal(t, "before", ada.meeting(pmi).Status, "waiting")

	ada.starts(pmi)
	running := ada.meeting(pmi)
	equal(t, "its type", running.Type, 4)
	equal(t, "its status", running.Status, "started")
	equal(t, "the room", ada.room().Status, "live")

	ada.starts(pmi) // pressed twice
	equal(t, "the sitting", ada.meeting(pmi).UUID, running.UUID)

	ada.ends(pmi)
	ada.ends(pmi)
	equal(t, "after", ada.room().Status, "idle")
}

func TestWindowsAndMacNewMeeting(t *testing.T) {
	for _, app := range []string{"Windows", "a Mac"} {
		t.Run(app, func(t *testing.T) {
			ada := signUp(t, "Ada").on(app)
			pmi := ada.room().Number

			// "Use my PMI" is ticked: one tap, and she sits in her own room.
			ticked := ada.startsNow(fields{"use_pmi": true, "display_name": "Ada L."})
			equal(t, "the number", ticked.number(), pmi)
			equal(t, "its type", ticked.Type, 1)
			equal(t, "its status", ticked.Status, "started")
			equal(t, "she is", ticked.Admission.State+" as "+ticked.Admission.Seat.Role, "admitted as host")
			equal(t, "who is in", ada.names(pmi), "Ada L. admitted")

			// A second tap joins what runs.
			var again meeting
			ada.send("POST", "/v2/users/me/instant_meetings", fields{"use_pmi": true}).is(200).into(&again)
			equal(t, "the sitting", again.UUID, ticked.UUID)
			ada.ends(pmi)

			// It is not ticked: the meeting has a number of its own, which dies with it.
			unticked := ada.startsNow(fields{"use_pmi": false})
			equal(t, "a generated number", unticked.generated(), true)
			equal(t, "its PMI", unticked.PMI, "")
			equal(t, "her own room", ada.room().Status, "idle")
			ben := signUp(t, "Ben").visits()
			ben.joins(unticked.number(), unticked.Password)
			ada.ends(unticked.number())
			ben.knocks(unticked.number(), fields{"passcode": unticked.Password}).notThere()
			ada.send("GET", "/v2/meetings/"+unticked.number(), nil).notThere()
		})
	}
}

func TestWindowsAndMacScheduleAdvancedOptions(t *testing.T) {
	for _, app := range []string{"Windows", "a Mac"} {
		t.Run(app, func(t *testing.T) {
			ada := signUp(t, "Ada").on(app)
			room := ada.room()

			// Schedule, Advanced options, "use PMI".
			made := ada.plans(fields{"topic": "Engines", "type": 2, "start_time": "2030-03-01T10:00:00", "timezone": "Europe/London",
				"duration": 30, "settings": fields{"use_pmi": true, "host_video": true}})
			equal(t, "a number of its own", made.generated(), true)
			equal(t, "its PMI", made.PMI, room.Number)
			equal(t, "use_pmi", made.Settings.UsePMI, true)
			equal(t, "its start", made.StartTime, "2030-03-01T10:00:00Z")
			equal(t, "its passcode", made.Password, room.Passcode)
			link := must(url.Parse(made.JoinURL))
			equal(t, "where its link leads", link.Path, "/j/"+room.Number)
			equal(t, "what its link names", link.Query().Get("omn")+" "+link.Query().Get("pwd"), made.number()+" "+room.Passcode)

			// Scheduling is always an explicit choice: "always use PMI" has no say in it.
			ada.saves(fields{"use_pmi": true})
			own := ada.plans(fields{"topic": "Own room", "type": 2, "start_time": "2030-03-02T10:00:00Z"})
			equal(t, "its PMI", own.PMI, "")
			equal(t, "use_pmi", own.Settings.UsePMI, false)
		})
	}
}

func TestAndroidAndIOSRetryWhenTheAnswerIsLost(t *testing.T) {
	for _, phone := range []string{"Android", "iOS"} {
		t.Run(phone, func(t *testing.T) {
			ada := signUp(t, "Ada").on(phone)
			pmi := ada.room().Number

			// "Use PMI" is switched on; Start. The answer is lost in a tunnel, and the app asks again.
			start, choice := fresh("start"), fields{"use_pmi": true}
			ada.withKey(start).loses("POST", "/v2/users/me/instant_meetings", choice)
			started := ada.withKey(start).startsNow(choice)
			equal(t, "the number", started.number(), pmi)
			equal(t, "who is in", ada.names(pmi), "Ada admitted")
			equal(t, "her seat", started.Admission.Seat.ID, ada.roster(pmi)[0].ID)
			ada.ends(pmi)

			// The same with a number of its own: one meeting is started, not two.
			start, choice = fresh("start"), fields{"use_pmi": false}
			first := ada.withKey(start).startsNow(choice)
			second := ada.withKey(start).startsNow(choice)
			equal(t, "the number", second.number(), first.number())
			equal(t, "her seat", second.Admission.Seat, first.Admission.Seat)
			ada.ends(first.number())

			// Schedule, "use PMI", Done.
			done, plan := fresh("done"), fields{"topic": "On the train", "type": 2, "settings": fields{"use_pmi": true}}
			ada.withKey(done).loses("POST", "/v2/users/me/meetings", plan)
			made := ada.withKey(done).plans(plan)
			equal(t, "its PMI", made.PMI, pmi)
			if all := ada.planned(); len(all) != 1 || all[0].ID != made.ID {
				t.Errorf("she has planned %v", all)
			}

			// The key of one request is no good for another.
			ada.withKey(done).send("POST", "/v2/users/me/meetings", fields{"topic": "Another"}).refused(422, 4108, "idempotency_key")
			equal(t, "meetings", len(ada.planned()), 1)
		})
	}
}

func TestOutlookPlugInSendsTheInvitation(t *testing.T) {
	ada := signUp(t, "Ada").on("the Outlook plug-in")
	room := ada.room()

	// She schedules with the PMI, and adds an invitee.
	made := ada.plans(fields{"topic": "Engines & <looms>", "type": 2, "start_time": "2030-03-01T10:00:00Z", "settings": fields{
		"use_pmi": true, "meeting_invitees": []fields{{"email": "charles@example.com"}}}})
	ada.send("PATCH", "/v2/meetings/"+made.number(), fields{"settings": fields{
		"meeting_invitees": []fields{{"email": "charles@example.com"}, {"email": "Mary@example.com"}}}}).is(204)
	invited := ada.meeting(made.number()).Settings.Invitees
	if len(invited) != 2 || invited[0].Email != "charles@example.com" || invited[1].Email != "mary@example.com" {
		t.Errorf("invited are %v", invited)
	}

	// She sends the invitation.
	var said struct{ Invitation string }
	ada.send("GET", "/v2/meetings/"+made.number()+"/invitation", nil).is(200).into(&said)
	contains(t, said.Invitation, "Engines & <looms>", made.JoinURL, grouped(room.Number), room.Passcode)
}

func TestChromeExtensionSchedulesByItsSavedOption(t *testing.T) {
	ada := signUp(t, "Ada").on("the Chrome extension")
	pmi := ada.room().Number
	equal(t, "without the option", ada.plans(fields{"topic": "Before"}).PMI, "")

	// She saves "use PMI" in its scheduling options, once.
	ada.send("PATCH", "/v2/users/me/settings", fields{"schedule_meeting": fields{"use_pmi_for_scheduled_meetings": true}}).is(204)

	later := ada.plans(fields{"topic": "Later", "settings": fields{"mute_upon_entry": true}})
	equal(t, "the PMI of what names nothing", later.PMI, pmi)
	equal(t, "the PMI of what says no", ada.plans(fields{"topic": "Apart", "settings": fields{"use_pmi": false}}).PMI, "")

	// It is an option of scheduling alone.
	started := ada.startsNow(nil)
	equal(t, "an instant meeting has a generated number", started.generated(), true)
	ada.ends(started.number())
}

func TestFirefoxAddOnSavesAndContinues(t *testing.T) {
	ada := signUp(t, "Ada").on("the Firefox add-on")
	pmi := ada.room().Number

	made := ada.plans(fields{"topic": "Looms", "type": 2, "start_time": "2030-04-01T09:30:00Z", "duration": 45, "settings": fields{"use_pmi": true}})
	seen := ada.meeting(made.number())
	equal(t, "topic, PMI and link", seen.Topic+" "+seen.PMI+" "+seen.JoinURL, "Looms "+pmi+" "+made.JoinURL)
	equal(t, "its duration", seen.Duration, 45)
	var upcoming struct{ Meetings []meeting }
	ada.send("GET", "/v2/users/me/meetings?type=upcoming", nil).is(200).into(&upcoming)
	if len(upcoming.Meetings) != 1 || upcoming.Meetings[0].ID != made.ID {
		t.Errorf("upcoming are %v", upcoming.Meetings)
	}
}

func TestAParticipantComesIn(t *testing.T) {
	ada := signUp(t, "Ada")
	room := ada.room()
	pmi := room.Number
	ada.startsNow(fields{"use_pmi": true})

	// Ben is given the PMI, and joins while it runs; so does Cleo later, without an account.
	ben, cleo := signUp(t, "Ben").visits(), guest(t, "Cleo")
	in := ben.joins(pmi, room.Passcode)
	equal(t, "the meeting", text(in.Meeting.ID), pmi)
	seat := cleo.joins(grouped2(pmi), room.Passcode).Seat
	cleo.asksAgain(pmi, seat).is(200).admitted()
	equal(t, "who is in", ada.names(pmi), "Ada admitted, Ben admitted, Cleo admitted")

	// Dan meets a lock. Those who are in stay in.
	ada.sets(pmi, fields{"locked": true})
	dan := guest(t, "Dan")
	dan.knocks(pmi, fields{"passcode": room.Passcode}).refused(403, 4110, "locked")
	cleo.asksAgain(pmi, seat).is(200).admitted()
	ada.sets(pmi, fields{"locked": false})

	// He meets a waiting room, and so does Eve. He alone is approved.
	ada.sets(pmi, fields{"waiting_room": true})
	eve := guest(t, "Eve")
	dans := dan.knocks(pmi, fields{"passcode": room.Passcode}).waits("waiting_room")
	eves := eve.knocks(pmi, fields{"passcode": room.Passcode}).waits("waiting_room")
	dan.asksAgain(pmi, dans).waits("waiting_room")
	ada.admits(pmi, dans)
	dan.asksAgain(pmi, dans).admitted()
	eve.asksAgain(pmi, eves).waits("waiting_room")
	equal(t, "who is where", ada.names(pmi), "Ada admitted, Ben admitted, Cleo admitted, Dan admitted, Eve waiting")

	// The meeting ends for all.
	ada.ends(pmi)
	dan.asksAgain(pmi, dans).refused(409, 4114, "ended")
}

func TestAStrangerGuessesAndIsToldNothing(t *testing.T) {
	ada := signUp(t, "Ada")
	room := ada.room()
	retired := room.Number
	pmi := ada.favourite()
	ada.saves(fields{"pmi": pmi})
	ada.startsNow(fields{"use_pmi": true})

	// A stranger who is signed in, and one without an account, try numbers and passcodes. Every answer is the same.
	who, apart := stranger(t)
	for _, stranger := range []visitor{signUp(t, "Mallory").visits(), who} {
		nothing := stranger.knocks(randomNumber(t), nil).notThere()
		equal(t, "a wrong passcode", stranger.knocks(pmi, fields{"passcode": "wrong"}).notThere(), nothing)
		equal(t, "no passcode", stranger.knocks(pmi, nil).notThere(), nothing)
		equal(t, "a number at rest", stranger.knocks(retired, fields{"passcode": room.Passcode}).notThere(), nothing)
		lacks(t, nothing, "Ada")
	}

	// They go on until they are told to stop; then even the right passcode is no good to them.
	patient := []visitor{signUp(t, "Trudy").visits()}
	if apart { // elsewhere all guests share the stranger's address, see doc.go
		patient = append(patient, who)
	}
	for _, stranger := range patient {
		goesOnGuessing(stranger, pmi)
		stop := stranger.knocks(pmi, fields{"passcode": room.Passcode})
		stop.refused(429, 429, "too_many_guesses")
	}

	// Nobody else is held up by that.
	guest(t, "Grace").joins(pmi, room.Passcode)
	equal(t, "who is in", ada.names(pmi), "Ada admitted, Grace admitted")
}

// goesOnGuessing guesses until the budget is spent: 20 guesses, and as many again if ten minutes are over meanwhile.
func goesOnGuessing(stranger visitor, number string) {
	stranger.t.Helper()
	for range 41 {
		a := stranger.knocks(number, fields{"passcode": "wrong"})
		if a.status == 429 {
			return
		}
		a.notThere()
	}
	stranger.t.Fatal("nobody stopped the guessing")
}

// grouped2 is a number as it stands in a link that somebody wrote by hand.
func grouped2(number string) string { return url.PathEscape(grouped(number)) }

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
