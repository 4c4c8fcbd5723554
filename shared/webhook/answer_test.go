package webhook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

// Who answered has answered: what is wrong with the rest of it does not make the event be sent again.
func TestAnAnswerIsOneWhateverComesAfterItsStatus(t *testing.T) {
	over := make(chan struct{})
	defer close(over)
	for what, rest := range map[string]func(http.ResponseWriter){
		"is cut": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "a little")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"never ends": func(w http.ResponseWriter) {
			fmt.Fprint(w, "a little")
			_ = http.NewResponseController(w).Flush()
			<-over
		},
		"is no gzip": func(w http.ResponseWriter) { w.Header().Set("Content-Encoding", "gzip"); fmt.Fprint(w, "not at all") },
		"leads nowhere": func(w http.ResponseWriter) {
			w.Header().Set("Location", "http://[::1")
			w.WriteHeader(http.StatusFound)
		},
	} {
		to := listening(t, func(w http.ResponseWriter, _ *http.Request) { rest(w) })
		want := map[bool]int{true: http.StatusFound, false: http.StatusOK}[what == "leads nowhere"]
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		if status, err := client(true).Post(ctx, to, shared, []byte("{}")); status != want || err != nil {
			t.Errorf("what %s: %d, %v", what, status, err)
		}
		cancel()
	}
}

func TestAProofThatIsCutIsNone(t *testing.T) {
	to := listening(t, func(w http.ResponseWriter, r *http.Request) {
		plain := asked(t, r)
		w.Header().Set("Content-Length", "1000")
		_ = json.NewEncoder(w).Encode(validation{plain, sign(plain)})
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	if err := client(true).Validate(t.Context(), to, shared); err == nil || err.Error() != "unexpected EOF" {
		t.Error(err)
	}
}

// Receivers close connections that are not used for a while, Node's after five seconds, and we may not have heard of it.
func TestAConnectionThatWasClosedMeanwhileIsNoFailure(t *testing.T) {
	var first atomic.Value
	to := listening(t, func(_ http.ResponseWriter, r *http.Request) {
		first.CompareAndSwap(nil, r.RemoteAddr)
		if r.Header.Get("X-Zm-Signature") == "" || len(r.Header["Idempotency-Key"]) > 0 {
			t.Errorf("%v", r.Header)
		}
		if again := r.ContentLength == 3; again && r.RemoteAddr == first.Load() {
			panic(http.ErrAbortHandler)
		}
	})
	c := client(true)
	for _, body := range []string{"{}", "{ }"} {
		if status, err := c.Post(t.Context(), to, shared, []byte(body)); status != 200 || err != nil {
			t.Errorf("%s: %d, %v", body, status, err)
		}
	}
}
