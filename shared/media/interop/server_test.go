package interop

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	smithytime "github.com/aws/smithy-go/time"

	"personal-rooms/shared/dev/testkit/interop"
	"personal-rooms/shared/dev/testkit/mediatest"
	"personal-rooms/shared/media"
	"personal-rooms/shared/media/server"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

// A liveKitServer is a real LiveKit, which knows [mediatest.LiveKit]'s key.
type liveKitServer struct {
	t      *testing.T
	at     media.Server
	orders *server.Server
}

// startLiveKit starts LiveKit on free ports of this machine. It stops when the test ends.
func startLiveKit(t *testing.T) liveKitServer {
	t.Helper()
	folder := interop.LiveKitServer.Need(t)
	port := freePort(t)
	config := fmt.Sprintf("{port: %s, bind_addresses: [127.0.0.1], rtc: {tcp_port: %s, node_ip: 127.0.0.1, "+
		"port_range_start: 50000, port_range_end: 60000}, keys: {%s: %s}, logging: {level: error}}",
		port, freePort(t), mediatest.LiveKit().Key, mediatest.Secret)
	cmd := exec.Command(filepath.Join(folder, "server"), "--config-body", config)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = cmd.Process.Kill(), cmd.Wait() })
	s := liveKitServer{t: t, at: mediatest.LiveKit()}
	s.at.URL = "ws://127.0.0.1:" + port
	source := func(context.Context) (secret.Text, error) { return mediatest.Secret, nil }
	s.orders = server.New(s.at, media.New(s.at, source, meeting.Env{Now: time.Now}))
	s.eventually("LiveKit answers", func() bool { _, err := s.orders.Connected(t.Context(), "none"); return err == nil })
	return s
}

// freePort returns a free TCP port of this machine.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// eventually waits until it is done.
func (s liveKitServer) eventually(what string, done func() bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	for !done() {
		if smithytime.SleepWithContext(ctx, 50*time.Millisecond) != nil {
			s.t.Fatal("not in time: ", what)
		}
	}
}

// connect connects a participant with their ticket, as a browser does: by a WebSocket for LiveKit's signals. The channel
// is closed when the server ends the connection.
func (s liveKitServer) connect(seat meeting.Seat) (ended <-chan struct{}) {
	s.t.Helper()
	a := mediatest.Admitted(seat.Name, seat.Role)
	a.Seat = seat
	ticket := mediatest.Signer(s.t, s.at, time.Now()).Ticket(a)
	to, err := url.Parse(s.at.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	conn, err := net.Dial("tcp", to.Host)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	var key [16]byte
	rand.Read(key[:])
	fmt.Fprintf(conn, "GET /rtc?protocol=9&auto_subscribe=1&access_token=%s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\n"+
		"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n",
		ticket.Token, to.Host, base64.StdEncoding.EncodeToString(key[:]))
	in := bufio.NewReader(conn)
	if response, err := http.ReadResponse(in, nil); err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		s.t.Fatal(response, err)
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		_, _ = io.Copy(io.Discard, in)
	}()
	return over
}

// connected returns who is connected to the instance, by the last part of the identities.
func (s liveKitServer) connected() string {
	s.t.Helper()
	all, err := s.orders.Connected(s.t.Context(), instance)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := range all {
		all[i] = strings.TrimPrefix(all[i], instance+".")
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func seatOf(name string, seq int64) meeting.Seat {
	return meeting.Seat{
		ID: meeting.SeatID(instance + "." + name), Name: name, Role: meeting.Participant, State: meeting.Admitted, MediaSeq: seq,
	}
}

// The orders for somebody who left reach nobody else: neither others in the room nor the same person, who came in again
// meanwhile. The room that is closed is empty.
func TestI7LiveKitExecutesOrders(t *testing.T) {
	s := startLiveKit(t)
	sam, samAgain, sue := seatOf("sam", 1), seatOf("sam", 3), seatOf("sue", 2)
	samEnds, sueEnds, samAgainEnds := s.connect(sam), s.connect(sue), s.connect(samAgain)
	s.eventually("all are listed", func() bool { return s.connected() == "sam.1 sam.3 sue.2" })

	left := sam
	left.State = meeting.Left
	for _, late := range media.OrdersOf(sam, left) {
		if err := s.orders.Execute(t.Context(), late); err != nil {
			t.Fatal(err)
		}
	}
	<-samEnds
	s.eventually("one is disconnected", func() bool { return s.connected() == "sam.3 sue.2" })

	if err := s.orders.Execute(t.Context(), media.Order{Room: instance}); err != nil {
		t.Fatal(err)
	}
	<-sueEnds
	<-samAgainEnds
	s.eventually("the room is empty", func() bool { return s.connected() == "" })
}
