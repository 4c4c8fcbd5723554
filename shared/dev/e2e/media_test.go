package e2e

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"

	"github.com/golang-jwt/jwt/v5"
)

const mediaKey = "APIkey"

// A mediaServer stands in for LiveKit. It records the commands that are signed with its secret.
type mediaServer struct {
	mu       sync.Mutex
	commands []string // "RemoveParticipant <room> <identity>"
	arrived  chan struct{}
	url      string
}

// startMediaServer serves at the address. The caller must call stop.
func startMediaServer(address string) (m *mediaServer, stop func(), err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, nil, err
	}
	m = &mediaServer{arrived: make(chan struct{}, 1)}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: m, ReadHeaderTimeout: timeLimit}}
	server.Start()
	m.url = "ws" + strings.TrimPrefix(server.URL, "http")
	return m, server.Close, nil
}

func (m *mediaServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var command struct{ Room, Identity string }
	_, err := jwt.Parse(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "),
		func(*jwt.Token) (any, error) { return []byte(mediaSecret()), nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithIssuer(mediaKey))
	if err != nil || json.NewDecoder(r.Body).Decode(&command) != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	_, method, _ := strings.Cut(r.URL.Path, "livekit.RoomService/")
	m.mu.Lock()
	m.commands = append(m.commands, strings.TrimSpace(method+" "+command.Room+" "+command.Identity))
	m.mu.Unlock()
	notify(m.arrived)
	_, _ = w.Write([]byte("{}"))
}

// notify wakes the waiter on the channel, which holds one signal.
func notify(arrived chan struct{}) {
	select {
	case arrived <- struct{}{}:
	default:
	}
}

// await waits until found returns true. It looks again whenever something arrived, and ends the test after a minute.
func await(t *testing.T, what string, arrived chan struct{}, found func() bool) {
	t.Helper()
	limit := time.NewTimer(timeLimit)
	defer limit.Stop()
	for !found() {
		select {
		case <-arrived:
		case <-limit.C:
			t.Fatalf("%s did not arrive", what)
		}
	}
}

func (m *mediaServer) await(t *testing.T, command string) {
	t.Helper()
	await(t, command, m.arrived, func() bool {
		m.mu.Lock()
		defer m.mu.Unlock()
		return strings.Contains(strings.Join(m.commands, "\n")+"\n", command+"\n")
	})
}

func TestMediaServerGetsTicketsAndCommands(t *testing.T) {
	ada := signUp(t, "Ada")
	ada.editRoom(fields{"waiting_room": "everyone"})
	pmi, passcode := ada.room()
	ben := guest(t, "Ben")
	waiting := ben.wait(pmi, passcode, "waiting_for_host")
	hers := ada.visitor().ask(pmi, nil).Want(t, 201)
	room := hers.Text(t, "media.room")
	defer ada.end(pmi)
	if room == "" {
		testkit.Equal(t, "the deployment has a media server", deployment.media != nil, false)
		return
	}
	testkit.Equal(t, "the media room is the instance's", strings.EqualFold(room, hers.Text(t, "meeting.uuid")), true)
	ada.decide(pmi, "admit", waiting)
	his := ben.poll(pmi, waiting).Want(t, 200)
	testkit.Equal(t, "the guest's media room", his.Text(t, "media.room"), room)
	ada.decide(pmi, "remove", waiting)
	lacks(t, ben.poll(pmi, waiting).Want(t, 403).Body, `"media"`, "eyJ") // I10
	if deployment.media == nil {
		return // another operator's server, whose commands the test cannot see
	}
	deployment.media.await(t, "RemoveParticipant "+room+" "+waiting.ID)
	ada.end(pmi)
	deployment.media.await(t, "DeleteRoom "+room)
}
