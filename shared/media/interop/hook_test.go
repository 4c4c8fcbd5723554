package interop

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/media"
)

// told is a webhook as LiveKit's own library makes it.
type told struct{ Error, Authorization, Body string }

func tell(t *testing.T, s media.Server, event string) (said told) {
	t.Helper()
	ask(t, "hook", map[string]any{"key": s.Key, "secret": string([]byte(s.Secret.Given)), "event": json.RawMessage(event)}, &said)
	if said.Error != "" {
		t.Fatal(said.Error)
	}
	return said
}

func TestWhatLiveKitTells(t *testing.T) {
	needLibrary(t)
	signer := signer(t, liveKit(), time.Now())
	for event, want := range map[string]media.Webhook{
		`{"event":"participant_left","id":"EV_1","createdAt":"1772442000","room":{"sid":"RM_1","name":"sitting","numParticipants":2},
			"participant":{"sid":"PA_1","identity":"sitting.sam","name":"R&D <all>","metadata":"{\"role\":\"participant\"}","disconnectReason":"CLIENT_INITIATED"}}`: {
			Event: "participant_left", Room: "sitting", Participant: "sitting.sam", Reason: "CLIENT_INITIATED", At: time.Unix(1772442000, 0)},
		`{"event":"participant_left","createdAt":1772442000,"room":{"name":"sitting"},"participant":{"identity":"sitting.sam","disconnectReason":2}}`: {
			Event: "participant_left", Room: "sitting", Participant: "sitting.sam", Reason: "DUPLICATE_IDENTITY", At: time.Unix(1772442000, 0)},
		`{"event":"room_finished","createdAt":"1772442000","room":{"name":"sitting"}}`: {Event: "room_finished", Room: "sitting", At: time.Unix(1772442000, 0)},
	} {
		said := tell(t, liveKit(), event)
		got, err := signer.ReadWebhook(said.Authorization, []byte(said.Body))
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%v\n%s", err, d)
		}
	}
}

func TestOnlyOurLiveKitIsBelieved(t *testing.T) {
	needLibrary(t)
	said := tell(t, liveKit(), `{"event":"room_started","room":{"name":"sitting"}}`)
	another, foreign := liveKit(), liveKit()
	another.Secret.Given, foreign.Key = "another", "another"
	now := time.Now()
	for what, c := range map[string]struct {
		signer media.Signer
		body   string
		want   error
	}{
		"as it is":                        {signer(t, liveKit(), now), said.Body, nil},
		"of a server with another secret": {signer(t, another, now), said.Body, media.ErrForged},
		"of another key":                  {signer(t, foreign, now), said.Body, media.ErrForged},
		"with another body":               {signer(t, liveKit(), now), strings.Replace(said.Body, "started", "finished", 1), media.ErrForged},
		"an hour later":                   {signer(t, liveKit(), now.Add(time.Hour)), said.Body, media.ErrForged},
		"where there is a Jitsi":          {signer(t, jitsi(), now), said.Body, media.ErrNoWebhook},
		"where there is nothing":          {media.Signer{}, said.Body, media.ErrNoWebhook},
	} {
		if _, err := c.signer.ReadWebhook(said.Authorization, []byte(c.body)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
