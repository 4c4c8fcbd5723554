package main

import (
	"context"

	"personal-rooms/shared/api"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
)

// A handler answers for a door, and for what lies behind it.
type handler struct {
	door   *meeting.Door
	issuer *media.Issuer
}

// routes are those of the function. A token that is limited to scopes needs none to join: what lets people in is the door.
func routes(t *meeting.Turnstile, issuer *media.Issuer, clientURL string) []api.Route {
	h, l := handler{&meeting.Door{Turnstile: t}, issuer}, landing{clientURL}
	const (
		room         = "/v2/live_meetings/{room}"
		participants = room + "/participants"
		guests       = room + "/guests"
	)
	return []api.Route{
		{Method: "POST", Path: participants, Handle: h.joinRoute},
		{Method: "POST", Path: guests, Open: true, Handle: h.joinRoute},
		{Method: "DELETE", Path: participants + "/{id}", Handle: h.leave},
		{Method: "DELETE", Path: guests + "/{id}", Open: true, Handle: h.leave},

		{Method: "GET", Path: room, Scope: "meeting:read", Handle: h.getRoom},
		{Method: "GET", Path: participants, Scope: "meeting:read", Handle: h.roster},
		{Method: "PATCH", Path: room, Scope: "meeting:write", Handle: h.patchRoom},
		{Method: "PUT", Path: participants + "/{id}/status", Scope: "meeting:write", Handle: h.decideOnOne},
		{Method: "PUT", Path: participants + "/status", Scope: "meeting:write", Handle: h.decideOnMany},

		{Method: "GET", Path: "/j/{number}", Open: true, Handle: l.join},
		{Method: "GET", Path: "/my/{link}", Open: true, Handle: l.personal},
		{Method: "GET", Path: "/s/{id}", Open: true, Handle: l.start},
	}
}

// joinRoute is how people come in, poll, renew and come back.
func (h handler) joinRoute(ctx context.Context, r *api.Request) (api.Response, error) {
	join, key, err := joinOf(r)
	if err != nil {
		return api.Response{}, err
	}
	signer, err := h.issuer.Signer(ctx)
	if err != nil {
		return api.Response{}, err
	}
	admission, err := h.join(ctx, r.Caller, join, key)
	if err != nil {
		return api.Response{}, err
	}
	return api.Admitted(admission, signer.Ticket(admission)), nil
}

// join joins, or claims to be host by the key.
func (h handler) join(ctx context.Context, c meeting.Caller, join meeting.JoinInput, hostKey string) (meeting.Admission, error) {
	if hostKey != "" {
		return h.door.ClaimHost(ctx, c, join.Address, join.Seat, hostKey)
	}
	return h.door.Join(ctx, c, join)
}

// joinOf reads a join, and the host key of somebody who is in and claims to be host.
func joinOf(r *api.Request) (join meeting.JoinInput, hostKey string, err error) {
	form, err := r.Form()
	if err != nil {
		return join, "", err
	}
	join = meeting.JoinInput{
		Address:  r.Param("room"),
		Name:     form.DisplayName("display_name"),
		Passcode: form.ShownPasscode("passcode"),
		Seat:     form.Ticket("seat"),
		Request:  meeting.Fingerprint(r.Fingerprint()),
	}
	if omn := api.ParseNumber(form, "omn", meeting.ParseNumber); omn != nil {
		join.OMN = *omn
	}
	if key := form.String("host_key", maxHostKey); key != nil && *key != "" {
		if hostKey = *key; join.Seat == (meeting.Credential{}) {
			form.Refuse("host_key", "is given without a seat; who is in claims to be host by it, with their seat")
		}
	}
	if err := form.Err(); err != nil || join.Seat != (meeting.Credential{}) {
		return join, hostKey, err
	}
	join.Key, err = r.JoinKey()
	return join, "", err
}

const maxHostKey = 10 // characters

// leave frees a seat. Whoever has its secret may, and nobody else.
func (h handler) leave(ctx context.Context, r *api.Request) (api.Response, error) {
	const header = "X-Seat-Secret"
	ticket := meeting.Credential{ID: meeting.SeatID(r.Param("id")), Secret: r.Header(header)}
	if ticket.Secret == "" {
		return api.Response{}, meeting.RefuseField(header, "is required: the secret that the seat's owner got when they joined")
	}
	if err := h.door.Leave(ctx, r.Caller, r.Param("room"), ticket); err != nil {
		return api.Response{}, err
	}
	return api.NoContent(), nil
}
