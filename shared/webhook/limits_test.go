package webhook

import (
	"crypto/rand"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"personal-rooms/shared/meeting"
)

// silent is a receiver that never answers.
type silent struct{}

func (silent) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// silentClient returns a client of a receiver that never answers. In a synctest bubble its time limits are exact.
func silentClient() *Client {
	c := New(true, meeting.Env{Now: time.Now, Random: rand.Reader})
	c.http.Transport = silent{}
	return c
}

func TestHandshakeTimeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		err := silentClient().Validate(t.Context(), "http://127.0.0.1/", "known-to-both")
		if took := time.Since(began); took != handshakeTime || err == nil || err.Error() != "it did not answer in time" {
			t.Errorf("%v after %s", err, took)
		}
	})
}

func TestPostTimeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		status, err := silentClient().Post(t.Context(), "http://127.0.0.1/", "known-to-both", []byte("{}"))
		if took := time.Since(began); took != answerTime || status != 0 || err == nil || err.Error() != "it did not answer in time" {
			t.Errorf("%d, %v after %s", status, err, took)
		}
	})
}
