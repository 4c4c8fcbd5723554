package e2e

import (
	"cmp"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// mediaSecret is what tickets and orders are signed with where the media server is the tests' own.
func mediaSecret() string { return cmp.Or(os.Getenv("MEDIA_SECRET"), "of the tests") }

// A recorder is the media server of a bundle that the tests bring up: it takes the calls that are signed with its secret.
type recorder struct {
	mu    sync.Mutex
	calls []string // "RemoveParticipant <room> <identity>"
	news  chan struct{}
	url   string
}

// startRecorder serves at the address until the tests end.
func startRecorder(address string) (*recorder, func(), error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, nil, err
	}
	r := &recorder{news: make(chan struct{}, 1)}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: r, ReadHeaderTimeout: patience}}
	server.Start()
	r.url = "ws" + strings.TrimPrefix(server.URL, "http")
	return r, server.Close, nil
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	var said struct{ Room, Identity string }
	_, err := jwt.Parse(strings.TrimPrefix(q.Header.Get("Authorization"), "Bearer "),
		func(*jwt.Token) (any, error) { return []byte(mediaSecret()), nil }, jwt.WithValidMethods([]string{"HS256"}), jwt.WithIssuer("APIkey"))
	if err != nil || json.NewDecoder(q.Body).Decode(&said) != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	_, method, _ := strings.Cut(q.URL.Path, "livekit.RoomService/")
	r.mu.Lock()
	r.calls = append(r.calls, strings.TrimSpace(method+" "+said.Room+" "+said.Identity))
	r.mu.Unlock()
	select {
	case r.news <- struct{}{}:
	default:
	}
	_, _ = w.Write([]byte("{}"))
}

// is waits until the call was made.
func (r *recorder) is(t *testing.T, call string) {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for {
		r.mu.Lock()
		calls := strings.Join(r.calls, "\n") + "\n"
		r.mu.Unlock()
		if strings.Contains(calls, call+"\n") {
			return
		}
		select {
		case <-r.news:
		case <-limit.C:
			t.Fatalf("the media server was not told %s, but\n%s", call, calls)
		}
	}
}

// Who is removed here is disconnected there, and where a sitting ends nobody stays (I10).
func TestTheMediaServerObeys(t *testing.T) {
	ada := signUp(t, "Ada")
	room := ada.room()
	hers := ada.visits().joins(room.Number, "")
	if here.media == nil {
		ada.ends(room.Number)
		return // that of others is theirs
	}
	ben := guest(t, "Ben").joins(room.Number, room.Passcode)
	ada.decides(room.Number, "remove", ben.Seat).is(204)
	here.media.is(t, "RemoveParticipant "+hers.Media.Room+" "+ben.Seat.ID)
	ada.ends(room.Number)
	here.media.is(t, "DeleteRoom "+hers.Media.Room)
}
