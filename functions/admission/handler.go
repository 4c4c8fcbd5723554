package main

import (
	"context"

	"personal-rooms/shared/api"
	"personal-rooms/shared/hint"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
)

// A handler decodes requests, calls the use cases of the door, and encodes their answers.
type handler struct {
	door   door
	issuer *media.Issuer
	hints  *hint.Issuer
}

// A door has the use cases that the handler calls. *meeting.Door is one.
type door interface {
	Join(ctx context.Context, c meeting.Caller, j meeting.JoinInput) (meeting.Admission, error)
	ClaimHost(ctx context.Context, c meeting.Caller, address string, t meeting.Credential, key string) (meeting.Admission, error)
	Leave(ctx context.Context, c meeting.Caller, address string, t meeting.Credential) error
	LeaveUnlessBack(ctx context.Context, c meeting.Caller, address string, t meeting.Credential) error
	RoomState(ctx context.Context, c meeting.Caller, address string) (meeting.RoomView, error)
	UpdateLive(ctx context.Context, c meeting.Caller, address string, e meeting.LiveEdit) (meeting.RoomView, error)
	Admit(ctx context.Context, c meeting.Caller, address string, sel meeting.Selection) (meeting.Result, error)
	Deny(ctx context.Context, c meeting.Caller, address string, sel meeting.Selection) (meeting.Result, error)
	Remove(ctx context.Context, c meeting.Caller, address string, sel meeting.Selection) (meeting.Result, error)
	MoveToWaitingRoom(ctx context.Context, c meeting.Caller, address string, sel meeting.Selection) (meeting.Result, error)
	MakeHost(ctx context.Context, c meeting.Caller, address string, sel meeting.Selection) (meeting.Result, error)
}

// routes returns the routes of people. Joining needs no scope: the rules of the door decide who comes in.
func routes(d door, issuer *media.Issuer, hints *hint.Issuer) []api.Route {
	h := handler{d, issuer, hints}
	const (
		room         = "/v2/live_meetings/{room}"
		participants = room + "/participants"
		guests       = room + "/guests"
	)
	return []api.Route{
		{Method: "POST", Path: participants, Handle: h.join},
		{Method: "POST", Path: guests, Open: true, Handle: h.join},
		{Method: "DELETE", Path: participants + "/{id}", Handle: h.leave},
		{Method: "DELETE", Path: guests + "/{id}", Open: true, Handle: h.leave},

		{Method: "GET", Path: room, Scope: "meeting:read", Handle: h.getRoom},
		{Method: "GET", Path: participants, Scope: "meeting:read", Handle: h.roster},
		{Method: "PATCH", Path: room, Scope: "meeting:write", Handle: h.patchRoom},
		{Method: "PATCH", Path: room + "/events", Scope: "meeting:write", Handle: h.control},
		{Method: "PUT", Path: participants + "/{id}/status", Scope: "meeting:write", Handle: h.decideOnOne},
		{Method: "PUT", Path: participants + "/status", Scope: "meeting:write", Handle: h.decideOnMany},
	}
}

// join is the request to join, the poll of somebody who waits, the renewal of the lease, and the reconnect. With a host
// key, it claims to be host.
func (h handler) join(ctx context.Context, r *api.Request) (api.Response, error) {
	join, hostKey, err := joinOf(r)
	if err != nil {
		return api.Response{}, err
	}
	signer, err := h.issuer.Signer(ctx)
	if err != nil {
		return api.Response{}, err
	}
	hints, err := h.hints.Signer(ctx)
	if err != nil {
		return api.Response{}, err
	}
	var admission meeting.Admission
	if hostKey != "" {
		admission, err = h.door.ClaimHost(ctx, r.Caller, join.Address, join.Seat, hostKey)
	} else {
		admission, err = h.door.Join(ctx, r.Caller, join)
	}
	if err != nil {
		return api.Response{}, err
	}
	return api.Admitted(admission, signer.Token(admission), hints.ForSeat(admission)), nil
}

// joinOf decodes a join, and the host key if one is given.
func joinOf(r *api.Request) (join meeting.JoinInput, hostKey string, err error) {
	form, err := r.Form()
	if err != nil {
		return join, "", err
	}
	join = meeting.JoinInput{
		Address:  r.Param("room"),
		Name:     form.DisplayName("display_name"),
		Passcode: form.ShownPasscode("passcode"),
		Seat:     form.Credential("seat"),
		Request:  meeting.Fingerprint(r.Fingerprint()),
	}
	if pass := form.String("pass", maxPass); pass != nil {
		join.Pass = *pass
	}
	if omn := api.ParseNumber(form, "omn", meeting.ParseNumber); omn != nil {
		join.OMN = *omn
	}
	if key := form.String("host_key", maxHostKey); key != nil && *key != "" {
		if hostKey = *key; join.Seat == (meeting.Credential{}) {
			form.Refuse("host_key", "is given without a seat; a participant claims to be host by it, with their seat")
		}
	}
	if err := form.Err(); err != nil || join.Seat != (meeting.Credential{}) {
		return join, hostKey, err
	}
	join.Key, err = r.JoinKey()
	return join, "", err
}

// Characters of what a join may show.
const (
	maxHostKey = 10
	maxPass    = 64
)

// leave frees a seat: soon, if the page closes or reloads. It needs the seat's secret.
func (h handler) leave(ctx context.Context, r *api.Request) (api.Response, error) {
	form, leave := r.QueryForm(), h.door.Leave
	if closing := form.Bool("closing"); closing != nil && *closing {
		leave = h.door.LeaveUnlessBack
	}
	if err := form.Err(); err != nil {
		return api.Response{}, err
	}
	const header = "X-Seat-Secret"
	credential := meeting.Credential{ID: meeting.SeatID(r.Param("id")), Secret: r.Header(header)}
	if credential.Secret == "" {
		return api.Response{}, meeting.RefuseField(header, "is required: the secret that the join answered")
	}
	if err := leave(ctx, r.Caller, r.Param("room"), credential); err != nil {
		return api.Response{}, err
	}
	return api.NoContent(), nil
}
