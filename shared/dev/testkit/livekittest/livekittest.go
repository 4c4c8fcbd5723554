// Package livekittest starts a real LiveKit server for tests, and connects people to it.
package livekittest

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
	"strings"
	"testing"
	"time"

	smithytime "github.com/aws/smithy-go/time"

	"personal-rooms/shared/dev/process"
	"personal-rooms/shared/dev/testkit/interop"
	"personal-rooms/shared/dev/testkit/mediatest"
	"personal-rooms/shared/media"
	"personal-rooms/shared/media/server"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

// A Server is a LiveKit server, which knows [mediatest.LiveKit]'s key, and executes orders.
type Server struct {
	*server.Server

	t  testing.TB
	at media.Server
}

// Start starts LiveKit on free ports of this machine, which reports to the addresses. It stops when the test ends.
// Without the program the test is skipped, as [interop.Tool.Need] says.
func Start(t testing.TB, reports ...string) *Server {
	t.Helper()
	folder := interop.LiveKitServer.Need(t)
	port, err := process.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	mediaPort, err := process.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf("{port: %s, bind_addresses: [127.0.0.1], rtc: {tcp_port: %s, node_ip: 127.0.0.1, "+
		"port_range_start: 50000, port_range_end: 60000, enable_loopback_candidate: true, interfaces: {includes: [lo]}}, keys: {%s: %s}, webhook: {api_key: %[3]s, urls: [%[5]s]}, "+
		"logging: {level: error}}", port, mediaPort, mediatest.LiveKit().Key, mediatest.Secret, strings.Join(reports, ", "))
	cmd := exec.Command(filepath.Join(folder, "server"), "--config-body", config)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = cmd.Process.Kill(), cmd.Wait() })
	s := &Server{t: t, at: mediatest.LiveKit()}
	s.at.URL = "ws://127.0.0.1:" + port
	source := func(context.Context) (secret.Text, error) { return mediatest.Secret, nil }
	s.Server = server.New(s.at, media.New(s.at, source, meeting.Env{Now: time.Now}))
	s.Eventually("LiveKit answers", func() bool { _, err := s.Connected(t.Context(), "none"); return err == nil })
	return s
}

// Media returns the settings of a bundle that uses the server.
func (s *Server) Media() media.Server { return s.at }

// Eventually waits until it is done.
func (s *Server) Eventually(what string, done func() bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	for !done() {
		if smithytime.SleepWithContext(ctx, 50*time.Millisecond) != nil {
			s.t.Fatal("not in time: ", what)
		}
	}
}

// Connect connects a participant with their token, as a browser does: by a WebSocket for LiveKit's signals. The channel
// is closed when the server ends the connection.
func (s *Server) Connect(a meeting.Admission) (ended <-chan struct{}) {
	s.t.Helper()
	token := mediatest.Signer(s.t, s.at, time.Now()).Token(a)
	to, err := url.Parse(s.at.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	conn, err := new(net.Dialer).DialContext(s.t.Context(), "tcp", to.Host)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	var key [16]byte
	rand.Read(key[:])
	fmt.Fprintf(conn, "GET /rtc?protocol=9&auto_subscribe=1&access_token=%s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\n"+
		"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n",
		token.Text, to.Host, base64.StdEncoding.EncodeToString(key[:]))
	in := bufio.NewReader(conn)
	response, err := http.ReadResponse(in, nil)
	if err != nil || response.Body.Close() != nil || response.StatusCode != http.StatusSwitchingProtocols {
		s.t.Fatal(response, err)
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		_, _ = io.Copy(io.Discard, in)
	}()
	return over
}
