package interop

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit/interop"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
	"personal-rooms/shared/webhook"
)

const shared = secret.Text("known-to-both")

// client returns a client that may call this machine.
func client() *webhook.Client {
	return webhook.New(true, meeting.Env{Now: time.Now, Random: rand.Reader})
}

// A rivet is a receiver made with Zoom's own library, with our secret.
type rivet struct {
	url   string
	lines *bufio.Scanner
}

// next returns the next event that the library accepted.
func (r rivet) next(t *testing.T) string {
	t.Helper()
	if !r.lines.Scan() {
		t.Fatal("the receiver ended: ", r.lines.Err())
	}
	return r.lines.Text()
}

// listen starts a receiver of the events with the names. It skips the test if the library is not installed.
func listen(t *testing.T, names ...string) rivet {
	t.Helper()
	folder := interop.Rivet.Need(t)
	cmd := exec.CommandContext(t.Context(), "node", append([]string{"testdata/receive.mjs", folder, "known-to-both"}, names...)...)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		_ = cmd.Wait()
	})
	r := rivet{lines: bufio.NewScanner(stdout)}
	r.url = r.next(t)
	return r
}

func TestRivetPassesTheHandshake(t *testing.T) {
	r := listen(t)
	if err := client().Validate(t.Context(), r.url, shared); err != nil {
		t.Error(err)
	}
	for _, wrong := range []secret.Text{"", "another", shared + " "} {
		if status, err := client().Post(t.Context(), r.url, wrong, []byte(`{"event":"room.locked"}`)); status != 400 || err != nil {
			t.Errorf("an event, with another secret: %d, %v", status, err)
		}
		if err := client().Validate(t.Context(), r.url, wrong); err == nil || !strings.HasPrefix(err.Error(), "it answered 400 ") {
			t.Errorf("with another secret: %v", err)
		}
	}
}

// bodies are events as they are sent. The library verifies the signature over JSON that it writes again.
func bodies() map[string]string {
	const envelope = `{"event":%q,"event_ts":1772442000123,"payload":{"account_id":"acme","object":%s},` +
		`"event_id":"9f2c","item":"room/5551234321","order":{"instance":"Xq2-7wAA","epoch":7,"seq":3}}`
	const topic = `"R&D <all> \"hands\" \\ it's 100% – 会议 🎉` + "\u2028\u2029\u007f" + `\n\t"`
	all := map[string]string{}
	for name, object := range map[string]string{
		"meeting.started":                 `{"id":"5551234321","uuid":"Xq2-7wAA","host_id":"ada","topic":` + topic + `,"type":4,"duration":0}`,
		"meeting.created":                 `{"id":88812345678,"topic":` + topic + `,"settings":{"join_before_host":false,"alternative_hosts":""},"recurrence":{"type":1,"repeat_interval":2}}`,
		"meeting.participant_joined":      `{"id":"5551234321","participant":{"user_name":` + topic + `,"email":"","registrant_id":null}}`,
		"meeting.participant_jbh_waiting": `{"id":"5551234321","topic":` + topic + `}`,
		"room.locked":                     `{"id":"5551234321","topic":` + topic + `}`,
	} {
		all[name] = fmt.Sprintf(envelope, name, object)
	}
	return all
}

func TestRivetAcceptsEvents(t *testing.T) {
	all := bodies()
	var names []string
	for name := range all {
		names = append(names, name)
	}
	r := listen(t, names...)
	for name, body := range all {
		status, err := client().Post(t.Context(), r.url, shared, []byte(body))
		if status != 200 || err != nil {
			t.Errorf("%s: %d, %v", name, status, err)
			continue
		}
		if got := r.next(t); got != body {
			t.Errorf("%s is received as\n%s\nand was\n%s", name, got, body)
		}
	}
}
