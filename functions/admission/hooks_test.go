package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

// A studio is the media server of a scene: it tells us what happens in it, and is told what to do.
type studio struct {
	*scene

	obeyed []media.Order
	broken error // why it does not obey
	key    string
	secret string // that it signs with
}

func (s *scene) studio(server media.Server) *studio {
	st := &studio{scene: s, key: server.Key, secret: mediaSecret}
	source := func(context.Context) (secret.Text, error) { return server.Secret.Given, nil }
	issuer := media.New(server, source, s.Env)
	s.Serve(append(routes(s.Door(), issuer, ""), mediaRoutes(s.Door(), issuer, func(_ context.Context, o media.Order) error {
		st.obeyed = append(st.obeyed, o)
		return st.broken
	})...)...)
	return st
}

// newStudio is a scene in which Ada is in, and a LiveKit.
func newStudio(t *testing.T) *studio {
	t.Helper()
	s := newScene(t)
	st := s.studio(liveKit)
	in(t, s.ada.join())
	return st
}

// tells has the server tell what happened to somebody in their sitting, or to all of it.
func (st *studio) tells(event string, p *person, more ...fields) testkit.Answer {
	room, _, _ := strings.Cut(p.seat.ID, ".")
	participant := map[string]any{"identity": p.seat.ID}
	body := fields{"event": event, "id": "EV_1", "createdAt": strconv.FormatInt(st.Clock.Now().Unix(), 10), "room": map[string]any{"sid": "RM_1", "name": room}}
	for _, m := range more {
		for name, value := range m {
			if name == "disconnectReason" {
				participant[name] = value
			} else {
				body[name] = value
			}
		}
	}
	if event != "room_finished" {
		body["participant"] = participant
	}
	text, err := json.Marshal(body)
	st.must(err)
	return st.sends(string(text), st.signs(string(text), nil))
}

// signs is the server's token for the body, with claims of it changed.
func (st *studio) signs(body string, changed jwt.MapClaims) string {
	sum := sha256.Sum256([]byte(body))
	claims := jwt.MapClaims{"iss": st.key, "nbf": st.Clock.Now().Unix(), "exp": st.Clock.Now().Add(5 * time.Minute).Unix(),
		"sha256": base64.StdEncoding.EncodeToString(sum[:])}
	maps.Copy(claims, changed)
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(st.secret))
	st.must(err)
	return token
}

func (st *studio) sends(body, authorization string) testkit.Answer {
	return st.Guest().With("Authorization", authorization).With("Content-Type", "application/webhook+json").Do("POST", "/media/livekit", body)
}

func TestWhoLeavesTheMediaLeavesTheSitting(t *testing.T) {
	st := newStudio(t)
	sam, sue := st.guest("Sam"), st.guest("Sue")
	in(t, sam.join())
	in(t, sue.join())
	st.Clock.Advance(10 * time.Second)
	for range 2 { // LiveKit tells some things twice
		st.tells("participant_left", sam, fields{"disconnectReason": "CLIENT_INITIATED"}).Want(t, 200)
		same(t, "who is in", st.names("admitted"), "Ada Sue")
	}
	st.tells("participant_left", sue).Want(t, 200)
	same(t, "who is in", st.names("admitted"), "Ada")
	same(t, "state", st.do("GET", "", nil).Text(t, "state"), "live")
	if len(st.obeyed) > 0 {
		t.Errorf("it is told %v", st.obeyed)
	}
}

func TestI17AHostWhoLeavesTheMediaEmptyEndsTheSitting(t *testing.T) {
	st := newStudio(t)
	sam := st.guest("Sam")
	in(t, sam.join())
	st.Clock.Advance(10 * time.Second)
	st.tells("participant_left", st.ada).Want(t, 200)
	same(t, "with Sam in it", st.do("GET", "", nil).Text(t, "state"), "live")
	in(t, st.ada.join())
	st.Clock.Advance(10 * time.Second)
	st.tells("participant_left", sam).Want(t, 200)
	same(t, "with Ada in it", st.do("GET", "", nil).Text(t, "state"), "live")
	st.Clock.Advance(10 * time.Second)
	st.tells("participant_left", st.ada).Want(t, 200)
	same(t, "with nobody in it", st.do("GET", "", nil).Text(t, "state"), "idle")
}

// The seat was freed, and then the function crashed: what is told again ends the sitting.
func TestI17AnEndThatFailedIsMadeUpFor(t *testing.T) {
	st := newStudio(t)
	st.Clock.Advance(10 * time.Second)
	seat, err := st.Store.Seat(t.Context(), meeting.SeatID(st.ada.seat.ID))
	st.must(err)
	seat.State = meeting.Left
	_, err = st.Store.ChangeSeat(t.Context(), seat)
	st.must(err)
	st.tells("participant_left", st.ada).Want(t, 200)
	same(t, "state", st.do("GET", "", nil).Text(t, "state"), "idle")
}

func TestWhoOnlyLostTheConnectionKeepsTheSeat(t *testing.T) {
	st := newStudio(t)
	sam := st.guest("Sam")
	in(t, sam.join())
	st.Clock.Advance(10 * time.Second)
	for _, reason := range []string{"DUPLICATE_IDENTITY", "MIGRATION", "SERVER_SHUTDOWN", "SIGNAL_CLOSE", "STATE_MISMATCH", "CONNECTION_TIMEOUT", "MEDIA_FAILURE"} {
		st.tells("participant_left", sam, fields{"disconnectReason": reason}).Want(t, 200)
	}
	st.tells("participant_connection_aborted", sam).Want(t, 200)
	same(t, "who is in", st.names("admitted"), "Ada Sam")
	st.lock(true)
	in(t, sam.poll())
	st.Clock.Advance(3 * time.Minute) // and whoever is not heard of any more loses it in the end
	in(t, st.ada.poll())
	same(t, "who is in", st.names("admitted"), "Ada")
}

func TestWhatIsToldLateDoesNotTakeASeatThatWasRenewedSince(t *testing.T) {
	st := newStudio(t)
	sam := st.guest("Sam")
	in(t, sam.join())
	left := fields{"createdAt": strconv.FormatInt(st.Clock.Now().Add(20*time.Second).Unix(), 10)}
	st.Clock.Advance(40 * time.Second)
	in(t, sam.poll())
	st.tells("participant_left", sam, left).Want(t, 200)
	same(t, "renewed", st.names("admitted"), "Ada Sam")

	left["createdAt"] = st.Clock.Now().Add(10 * time.Second).Unix() // as a number
	st.Clock.Advance(20 * time.Second)
	sam.leave().Want(t, 204)
	in(t, sam.poll())
	st.tells("participant_left", sam, left).Want(t, 200)
	same(t, "came in again", st.names("admitted"), "Ada Sam")
}

func TestWhoLeftTheMediaAndPollsComesToTheDoorAgain(t *testing.T) {
	st := newStudio(t)
	sam := st.guest("Sam")
	in(t, sam.join())
	leaves := func() {
		st.Clock.Advance(10 * time.Second)
		st.tells("participant_left", sam).Want(t, 200)
	}
	leaves()
	in(t, sam.poll())
	leaves()
	st.lock(true)
	sam.poll().Refused(t, 403, 4110, "locked")
	st.lock(false)
	in(t, sam.poll())
	st.waitingRoom()
	leaves()
	waits(t, sam.poll(), "waiting_room")
	st.sayOf("admit", sam).Want(t, 204)
	leaves() // they do not know yet that they are let in
	in(t, sam.poll())
}

func TestAnEmptyMediaRoomFreesAllSeats(t *testing.T) {
	st := newStudio(t)
	people := st.guests("Sam", "Sue", "Sid")
	for _, p := range people {
		in(t, p.join())
	}
	st.Clock.Advance(25 * time.Second)
	eve := st.guest("Eve")
	in(t, eve.join())
	st.Clock.Advance(20 * time.Second)
	in(t, people[2].poll())
	emptied := fields{"createdAt": strconv.FormatInt(st.Clock.Now().Add(-5*time.Second).Unix(), 10)}
	st.tells("room_finished", st.ada, emptied).Want(t, 200)
	st.do("GET", "", nil).Want(t, 200)
	same(t, "who renewed, or is on the way", st.names("admitted"), "Eve Sid")
	st.Clock.Advance(time.Minute)
	st.tells("room_finished", st.ada).Want(t, 200)
	same(t, "state", st.do("GET", "", nil).Text(t, "state"), "idle")
	st.tells("room_finished", st.ada).Want(t, 200)
}

func TestI10WhoComesWithAnOldTicketIsSentAway(t *testing.T) {
	st := newStudio(t)
	people := map[string]*person{"remove": st.guest("Sam"), "wait": st.guest("Sue"), "leave": st.guest("Sid"), "stay": st.guest("Eve")}
	for _, p := range people {
		in(t, p.join())
		st.tells("participant_joined", p).Want(t, 200)
	}
	st.sayOf("remove", people["remove"]).Want(t, 204)
	st.sayOf("wait", people["wait"]).Want(t, 204)
	people["leave"].leave().Want(t, 204)
	if len(st.obeyed) > 0 {
		t.Errorf("it is told %v", st.obeyed)
	}
	for action, p := range people {
		st.obeyed = nil
		st.tells("participant_joined", p).Want(t, 200)
		room, _, _ := strings.Cut(p.seat.ID, ".")
		want := []media.Order{{Room: room, Participant: p.seat.ID}}
		if action == "stay" {
			want = nil
		}
		if d := cmp.Diff(want, st.obeyed); d != "" {
			t.Errorf("%s: %s", action, d)
		}
	}
	st.broken = errors.New("there is no connection")
	st.tells("participant_joined", people["remove"]).Want(t, 500) // LiveKit tells it again
}

func TestWhoComesAfterTheEndFindsTheRoomClosed(t *testing.T) {
	st := newStudio(t)
	sam := st.guest("Sam")
	in(t, sam.join())
	st.end("ada", st.room)
	st.tells("participant_joined", sam).Want(t, 200)
	room, _, _ := strings.Cut(sam.seat.ID, ".")
	if d := cmp.Diff([]media.Order{{Room: room}}, st.obeyed); d != "" {
		t.Error(d)
	}
	in(t, st.ada.join()) // the next one is another
	st.tells("room_finished", sam).Want(t, 200)
	st.tells("participant_left", sam).Want(t, 200)
	same(t, "who is in", st.names("admitted"), "Ada")
}

func TestWhatWeDoNotKnowIsTakenNoteOf(t *testing.T) {
	st := newStudio(t)
	st.Clock.Advance(10 * time.Second)
	for _, body := range []string{
		`{"event":"room_started","room":{"name":"x"},"createdAt":"1772442000"}`, `{"event":"track_published"}`, `{}`,
		`{"event":"participant_left","room":{"name":"another"},"participant":{"identity":"` + st.ada.seat.ID + `"},"createdAt":"1772442010"}`,
		`{"event":"participant_left","room":{"name":"unknown"},"participant":{"identity":"unknown.seat"},"createdAt":"1772442010"}`,
		`{"event":"participant_joined","room":{"name":"unknown"},"participant":{"identity":"EG_recorder"}}`,
		`{"event":"participant_joined"}`, `{"event":"participant_left"}`, `{"event":"room_finished"}`,
		`{"event":"room_finished","room":{"name":"unknown"},"createdAt":"1772442010"}`,
	} {
		st.sends(body, st.signs(body, nil)).Want(t, 200).Is(t, `{}`)
	}
	same(t, "who is in", st.names("admitted"), "Ada")
	if len(st.obeyed) > 0 {
		t.Errorf("it is told %v", st.obeyed)
	}
}

func TestOnlyTheMediaServerIsBelieved(t *testing.T) {
	st := newStudio(t)
	st.Clock.Advance(10 * time.Second)
	room, _, _ := strings.Cut(st.ada.seat.ID, ".")
	body := `{"event":"participant_left","room":{"name":"` + room + `"},"participant":{"identity":"` + st.ada.seat.ID + `"},"createdAt":"1772442010"}`
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{"iss": "APIkey"}).SignedString(jwt.UnsafeAllowNoneSignatureType)
	st.must(err)
	past, future := st.Clock.Now().Add(-time.Minute).Unix(), st.Clock.Now().Add(time.Minute).Unix()
	for what, authorization := range map[string]string{
		"nothing": "", "no token": "Bearer", "no signature": none, "for another body": st.signs(body+" ", nil), "of another key": st.signs(body, jwt.MapClaims{"iss": "another"}),
		"expired": st.signs(body, jwt.MapClaims{"exp": past}), "not yet good": st.signs(body, jwt.MapClaims{"nbf": future}), "without an end": st.signs(body, jwt.MapClaims{"exp": nil}),
		"for no body": st.signs(body, jwt.MapClaims{"sha256": ""}), "a ticket": st.ada.poll().Text(t, "media.token"),
	} {
		if a := st.sends(body, authorization); a.Status != 401 {
			t.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
	}
	good := st.signs(body, nil)
	st.secret = "another"
	st.sends(body, st.signs(body, nil)).Refused(t, 401, 124, "token")
	st.sends(strings.Repeat(" ", 64<<10)+body, good).Refused(t, 413, 300, "too_large")
	same(t, "who is in", st.names("admitted"), "Ada")
	st.sends(body, "Bearer "+good).Want(t, 200)
	same(t, "state", st.do("GET", "", nil).Text(t, "state"), "idle")
}

func TestWhatIsSignedAndNotUnderstood(t *testing.T) {
	st := newStudio(t)
	for _, body := range []string{"", "[]", `{"event":1}`, `{"event":"participant_left","createdAt":"soon"}`, "\xff"} {
		st.sends(body, st.signs(body, nil)).Refuses(t, "body")
	}
}

func TestWithoutALiveKitNobodyListens(t *testing.T) {
	s := newScene(t)
	for _, server := range []media.Server{{}, jitsi} {
		st := s.studio(server)
		st.sends(`{"event":"room_started"}`, st.signs(`{"event":"room_started"}`, nil)).Refused(t, 404, 404, "no_route")
	}
}
