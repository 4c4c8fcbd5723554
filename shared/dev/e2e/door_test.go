package e2e

import (
	"net/url"
	"testing"
	"time"
)

// What happens at the door, beyond the story: waiting, approving, putting out and coming back.

func TestAGuestWaitsForTheHost(t *testing.T) {
	ada := signUp(t, "Ada")
	room := ada.room()
	pmi, passcode := room.Number, fields{"passcode": room.Passcode}

	// Ben is early. He is told to wait for the host, and the host sees him.
	ben := guest(t, "Ben")
	seat := ben.knocks(pmi, passcode).waits("waiting_for_host")
	ben.asksAgain(pmi, seat).waits("waiting_for_host")
	equal(t, "the room", ada.looksAt(pmi).State, "idle")
	equal(t, "who waits", ada.names(pmi), "Ben waiting")

	ada.starts(pmi)
	ben.asksAgain(pmi, seat).admitted()

	// With a waiting room, being early is no way round it (I8).
	ada.ends(pmi)
	ada.furnishes(fields{"waiting_room": "everyone"})
	seat = ben.knocks(pmi, passcode).waits("waiting_for_host")
	ada.starts(pmi)
	ben.asksAgain(pmi, seat).waits("waiting_room")
}

func TestJoinBeforeHost(t *testing.T) {
	ada := signUp(t, "Ada")
	ada.furnishes(fields{"join_before_host": true})
	room := ada.room()

	ben := guest(t, "Ben")
	ben.joins(room.Number, room.Passcode)
	equal(t, "the room", ada.room().Status, "live")

	ada.visits().joins(room.Number, "")
	equal(t, "who is in", ada.names(room.Number), "Ben admitted, Ada admitted")
	ada.ends(room.Number)
}

func TestApprovingSomeAndAll(t *testing.T) {
	ada := signUp(t, "Ada")
	ada.furnishes(fields{"waiting_room": "everyone"})
	room := ada.room()
	pmi, passcode := room.Number, fields{"passcode": room.Passcode}
	ada.startsNow(fields{"use_pmi": true})
	ben, cleo, dan, eve := guest(t, "Ben"), guest(t, "Cleo"), guest(t, "Dan"), guest(t, "Eve")
	bens, cleos := ben.knocks(pmi, passcode).waits("waiting_room"), cleo.knocks(pmi, passcode).waits("waiting_room")
	dans, eves := dan.knocks(pmi, passcode).waits("waiting_room"), eve.knocks(pmi, passcode).waits("waiting_room")
	equal(t, "how many wait", ada.looksAt(pmi).Waiting, 4)

	// One is denied, some are let in, the rest with "admit all".
	ada.decides(pmi, "deny", eves).is(204)
	eve.asksAgain(pmi, eves).refused(403, 4112, "denied")
	some := ada.decidesOn(pmi, fields{"action": "admit", "participant_ids": []string{bens.ID, cleos.ID}})
	equal(t, "let in", len(some.Participants), 2)
	ben.asksAgain(pmi, bens).admitted()
	dan.asksAgain(pmi, dans).waits("waiting_room")
	all := ada.decidesOn(pmi, fields{"action": "admit"})
	if len(all.Participants) != 1 || all.Participants[0].ID != dans.ID {
		t.Errorf("admit all let in %v", all.Participants)
	}
	dan.asksAgain(pmi, dans).admitted()

	// To approve somebody twice changes nothing; somebody who was denied cannot be approved any more.
	ada.admits(pmi, dans)
	ada.decides(pmi, "admit", eves).refused(409, 4119, "seat_moved")
	equal(t, "who is in", ada.names(pmi), "Ada admitted, Ben admitted, Cleo admitted, Dan admitted")

	// Cleo is put back, and waits for approval although she was in.
	ada.decides(pmi, "wait", cleos).is(204)
	cleo.asksAgain(pmi, cleos).waits("waiting_room")
	ada.admits(pmi, cleos)
	cleo.asksAgain(pmi, cleos).admitted()
}

func TestRemovedMeansOut(t *testing.T) {
	ada, ben := signUp(t, "Ada"), signUp(t, "Ben")
	room := ada.room()
	pmi, passcode := room.Number, fields{"passcode": room.Passcode}
	ada.startsNow(fields{"use_pmi": true})
	seat := ben.visits().joins(pmi, room.Passcode).Seat

	ada.decides(pmi, "remove", seat).is(204)
	ben.visits().asksAgain(pmi, seat).refused(403, 4113, "removed")
	ben.on("another phone").visits().knocks(pmi, passcode).refused(403, 4113, "removed")
	equal(t, "who is in", ada.names(pmi), "Ada admitted")

	// The next sitting starts clean.
	ada.ends(pmi)
	ada.starts(pmi)
	ben.visits().asksAgain(pmi, seat).refused(409, 4114, "ended")
	ben.visits().joins(pmi, room.Passcode)
}

func TestAHostOfTheSitting(t *testing.T) {
	ada := signUp(t, "Ada")
	ben := ada.colleague("Ben")
	room := ada.room()
	pmi := room.Number
	ada.startsNow(fields{"use_pmi": true})
	seat := ben.visits().joins(pmi, room.Passcode).Seat
	ben.send("PATCH", "/v2/live_meetings/"+pmi, fields{"locked": true}).notThere()

	ada.decides(pmi, "make_host", seat).is(204)
	equal(t, "he locks it", ben.sets(pmi, fields{"locked": true}).Locked, true)
	equal(t, "his role", ben.visits().asksAgain(pmi, seat).admitted().Seat.Role, "alternative_host")

	// The owner is never locked out of her own room (I11), nor put out of it.
	her := ada.on("another phone").visits().joins(pmi, "").Seat
	ben.decides(pmi, "remove", her).refused(409, 4107, "is_owner")
}

func TestAnAlternativeHostStarts(t *testing.T) {
	ada := signUp(t, "Ada")
	ben := ada.colleague("Ben")
	made := ada.plans(fields{"topic": "Without her", "settings": fields{"alternative_hosts": ben.email()}})
	equal(t, "he sees it", ben.meeting(made.number()).Topic, "Without her")
	ben.send("PATCH", "/v2/meetings/"+made.number(), fields{"topic": "His"}).notThere()

	ben.starts(made.number())
	equal(t, "his role", ben.visits().joins(made.number(), "").Seat.Role, "alternative_host")
	ben.ends(made.number())
	equal(t, "afterwards", ada.meeting(made.number()).Status, "waiting")
}

func TestLeaving(t *testing.T) {
	ada := signUp(t, "Ada")
	room := ada.room()
	pmi := room.Number
	hers := ada.startsNow(fields{"use_pmi": true}).Admission.Seat
	ben := guest(t, "Ben")
	seat := ben.joins(pmi, room.Passcode).Seat
	theft := seat
	theft.Secret = hers.Secret
	ben.leaves(pmi, theft).notThere()
	equal(t, "who is in", ada.names(pmi), "Ada admitted, Ben admitted")

	ben.leaves(pmi, seat).is(204)
	ben.leaves(pmi, seat).is(204)
	equal(t, "who is in", ada.names(pmi), "Ada admitted")

	// When the host leaves it empty, the sitting ends.
	ada.visits().leaves(pmi, hers).is(204)
	equal(t, "the room", ada.room().Status, "idle")
}

func TestAFullRoom(t *testing.T) {
	ada := signUp(t, "Ada")
	ada.furnishes(fields{"capacity": 1})
	room := ada.room()
	ada.startsNow(fields{"use_pmi": true}) // takes no seat of the capacity
	ben, cleo := guest(t, "Ben"), guest(t, "Cleo")
	seat := ben.joins(room.Number, room.Passcode).Seat
	cleo.knocks(room.Number, fields{"passcode": room.Passcode}).refused(403, 4111, "full")

	// Ben leaves, and a second after she was refused his seat is hers: seats are counted once a second at most.
	ben.leaves(room.Number, seat).is(204)
	deadline := time.Now().Add(10 * time.Second)
	for a := cleo.knocks(room.Number, fields{"passcode": room.Passcode}); a.status != 201; {
		a.refused(403, 4111, "full")
		if time.Now().After(deadline) {
			t.Fatal("the seat stays taken")
		}
		a = cleo.knocks(room.Number, fields{"passcode": room.Passcode})
	}
}

func TestForSignedInPeopleOnly(t *testing.T) {
	ada := signUp(t, "Ada")
	ada.furnishes(fields{"authenticated_only": true})
	room := ada.room()
	passcode := fields{"passcode": room.Passcode}
	ada.starts(room.Number)
	guest(t, "Ben").knocks(room.Number, passcode).refused(403, 4115, "sign_in_required")
	ben := signUp(t, "Ben").visits()
	ben.joins(room.Number, room.Passcode)

	ada.furnishes(fields{"allowed_domains": []string{"example.org"}})
	signUp(t, "Cleo").visits().knocks(room.Number, passcode).refused(403, 4116, "domain_not_allowed")
}

func TestAGuestsRetryMeetsItsOwnSeat(t *testing.T) {
	ada := signUp(t, "Ada")
	room := ada.room()
	ada.starts(room.Number)
	ben := guest(t, "Ben").withKey(fresh("a-key-that-nobody-can-guess"))
	ben.loses("POST", ben.path(room.Number), fields{"display_name": "Ben", "passcode": room.Passcode})
	first, second := ben.joins(room.Number, room.Passcode), ben.joins(room.Number, room.Passcode)
	equal(t, "the seat", second.Seat, first.Seat)
	equal(t, "who is in", ada.names(room.Number), "Ben admitted")
	ben.knocks(room.Number, fields{"passcode": room.Passcode, "display_name": "Benjamin"}).refused(422, 4108, "idempotency_key")
	guest(t, "Cleo").withKey("short").knocks(room.Number, nil).refused(400, 300, "invalid")
}

func TestAPersonalLinkLeadsToTheRoom(t *testing.T) {
	ada, ben := signUp(t, "Ada"), signUp(t, "Ben")
	link := "Ada.L" + fresh("")[1:]
	ada.saves(fields{"vanity_name": link})
	contains(t, ada.profile().VanityURL, "/my/"+link)
	room := ada.room()
	ada.starts(room.Number)
	in := ben.visits().joins(link, room.Passcode)
	equal(t, "where he is", text(in.Meeting.ID), room.Number)

	refusal := ben.send("PATCH", me, fields{"vanity_name": link}).refused(409, 4100, "link_taken")
	equal(t, "the field named", refusal.fields()[0], "vanity_name")
	ada.saves(fields{"vanity_name": ""})
	ben.saves(fields{"vanity_name": link})
}

func TestWhereLinksLand(t *testing.T) {
	ada := signUp(t, "Ada")
	made := ada.plans(fields{"topic": "Looms & <engines>", "settings": fields{"use_pmi": true}})
	browser := guest(t, "A browser")
	for what, link := range map[string]string{"join": made.JoinURL, "start": made.StartURL, "room": ada.room().JoinURL} {
		u := must(url.Parse(link))
		a := browser.send("GET", u.RequestURI(), nil).is(200, 302)
		if a.status == 302 {
			contains(t, a.header.Get("Location"), u.RawQuery)
			continue
		}
		contains(t, string(a.body), "<!doctype html>")
		lacks(t, string(a.body), "Looms", "<script")
		if what != "start" {
			contains(t, string(a.body), grouped(ada.room().Number), ada.room().Passcode)
		}
	}
	// It looks nothing up: a number that is nobody's lands on the same page.
	browser.send("GET", "/j/"+randomNumber(t), nil).is(200, 302)
	browser.send("GET", "/j/123", nil).is(404)
}
