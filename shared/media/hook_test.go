package media_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/media"
)

// told is a webhook as LiveKit's own library makes it.
type told struct{ Authorization, Body string }

func tell(t *testing.T, s media.Server, event string) (said told) {
	t.Helper()
	asked, err := json.Marshal(map[string]any{"key": s.Key, "secret": string([]byte(s.Secret.Given)), "event": json.RawMessage(event)})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "testdata/tell.mjs", verifier)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(asked), os.Stderr
	answer, err := cmd.Output()
	if err := errors.Join(err, json.Unmarshal(answer, &said)); err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
	return said
}

func TestWhatLiveKitTells(t *testing.T) {
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

func TestWhoIsGone(t *testing.T) {
	for reason, want := range map[string]bool{
		"": true, "UNKNOWN_REASON": true, "CLIENT_INITIATED": true, "ROOM_CLOSED": true, "USER_UNAVAILABLE": true, "of_the_future": true,
		"DUPLICATE_IDENTITY": false, "MIGRATION": false, "SIGNAL_CLOSE": false, "CONNECTION_TIMEOUT": false, "PARTICIPANT_REMOVED": false, "ROOM_DELETED": false,
	} {
		if got := (media.Webhook{Event: "participant_left", Reason: reason}).HasLeft(); got != want {
			t.Errorf("%s: %v", reason, got)
		}
	}
	if (media.Webhook{Event: "participant_joined"}).HasLeft() {
		t.Error("who joins is gone")
	}
}
