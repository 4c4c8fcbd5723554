// Package server calls the media server. It is not in package media, so that only functions that make these calls link
// an HTTP client.
package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
)

const (
	callTime   = 5 * time.Second // for one call: it fits into a function's time limit
	mostAnswer = 4 << 10         // bytes of an answer that are read

	longestList = 16 << 20 // bytes of a list of participants, of some kilobytes each
)

// A Server is a media server that executes orders.
type Server struct {
	issuer *media.Issuer
	base   string
	http   *http.Client
}

// New returns the server if it executes orders, as LiveKit does; nil otherwise. The issuer is that of its tokens.
func New(s media.Server, issuer *media.Issuer) *Server {
	if s.Provider != media.LiveKit {
		return nil
	}
	return &Server{issuer: issuer, base: "http" + strings.TrimPrefix(s.URL, "ws"), http: &http.Client{ // wss: https
		Timeout: callTime, Transport: &http.Transport{TLSHandshakeTimeout: callTime, ForceAttemptHTTP2: true, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Execute disconnects the participant of the order, or closes the room. It succeeds if they do not exist.
func (s *Server) Execute(ctx context.Context, o media.Order) error {
	signer, err := s.issuer.Signer(ctx)
	if err != nil {
		return err
	}
	_, err = s.do(ctx, signer.Call(o), mostAnswer)
	return err
}

// listTime is how long somebody who asks for the room waits for the list.
const listTime = 2 * time.Second

// List returns the list for the door, which waits for it for two seconds; nil without a server.
func (s *Server) List() meeting.MediaList {
	if s == nil {
		return nil
	}
	return func(ctx context.Context, room string) (people []meeting.MediaIdentity, err error) {
		ctx, cancel := context.WithTimeout(ctx, listTime)
		defer cancel()
		names, err := s.Connected(ctx, room)
		for _, name := range names {
			people = append(people, meeting.MediaIdentity(name))
		}
		return people, err
	}
}

// Connected returns the identities of the people who are connected to the room; nobody if it does not exist. It leaves
// out the operator's own machines: LiveKit's recorders, ingresses, telephone lines and agents are no people.
func (s *Server) Connected(ctx context.Context, room string) ([]string, error) {
	signer, err := s.issuer.Signer(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := s.do(ctx, signer.ListCall(room), longestList)
	if err != nil || answer == nil {
		return nil, err
	}
	var list struct {
		Participants []struct {
			Identity string `json:"identity"`
			Kind     string `json:"kind"`
		} `json:"participants"`
	}
	if err := json.Unmarshal(answer, &list); err != nil {
		return nil, fmt.Errorf("media server: the list of participants: %w", err)
	}
	var people []string
	for _, p := range list.Participants {
		if p.Kind == "" || p.Kind == "STANDARD" {
			people = append(people, p.Identity)
		}
	}
	return people, nil
}

// do makes the call. It returns the answer, or nil if what is asked for does not exist.
func (s *Server) do(ctx context.Context, call media.Call, most int64) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"/twirp/livekit.RoomService/"+call.Method, bytes.NewReader(call.Body))
	if err != nil {
		return nil, fmt.Errorf("media server: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+call.Token)
	request.Header.Set("Content-Type", "application/json")
	response, err := s.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("media server: %w", err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, most))
	switch {
	case err != nil:
		return nil, fmt.Errorf("media server: %w", err)
	case response.StatusCode != http.StatusOK:
		return nil, refusal(call.Method, response.StatusCode, answer)
	}
	return answer, nil
}

// refusal returns why the call failed. A 404 that is not Twirp's not_found means that there is no LiveKit at the
// address.
func refusal(method string, status int, answer []byte) error {
	var twirp struct {
		Code string `json:"code"`
		Msg  string `json:"msg"`
	}
	if json.Unmarshal(answer, &twirp) == nil && status == http.StatusNotFound && twirp.Code == "not_found" {
		return nil
	}
	return fmt.Errorf("media server: %s was answered %d %s %q", method, status, twirp.Code, twirp.Msg)
}
