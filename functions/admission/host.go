package main

import (
	"context"
	"fmt"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// getRoom returns the state of the room.
func (h handler) getRoom(ctx context.Context, r *api.Request) (api.Response, error) {
	view, hints, err := h.look(ctx, r)
	if err != nil {
		return api.Response{}, err
	}
	shape := roomOf(view)
	shape.Hints = hints
	return api.JSON(200, shape), nil
}

// look returns the room as a console sees it, and what the console needs for hints.
func (h handler) look(ctx context.Context, r *api.Request) (meeting.RoomView, *api.HintsShape, error) {
	hints, err := h.hints.Signer(ctx)
	if err != nil {
		return meeting.RoomView{}, nil, err
	}
	view, err := h.door.RoomState(ctx, r.Caller, r.Param("room"))
	return view, api.Hints(hints.ForConsole(view, r.Caller.User)), err
}

// patchRoom locks and unlocks the room, turns its waiting room on and off, and sets the message for people who wait.
func (h handler) patchRoom(ctx context.Context, r *api.Request) (api.Response, error) {
	form, err := r.Form()
	if err != nil {
		return api.Response{}, err
	}
	edit := meeting.LiveEdit{Locked: form.Bool("locked"), Message: form.String("waiting_message", meeting.MaxMessage)}
	edit.WaitingRoom, edit.WaitingRoomOn = form.WaitingRoom("waiting_room")
	if err := form.EditErr(); err != nil {
		return api.Response{}, err
	}
	view, err := h.door.UpdateLive(ctx, r.Caller, r.Param("room"), edit)
	if err != nil {
		return api.Response{}, err
	}
	return api.JSON(200, roomOf(view)), nil
}

// roster returns a page of the admitted and the waiting participants, in the order in which they joined.
func (h handler) roster(ctx context.Context, r *api.Request) (api.Response, error) {
	form := r.QueryForm()
	page := pageOf(form)
	if err := form.Err(); err != nil {
		return api.Response{}, err
	}
	view, hints, err := h.look(ctx, r)
	if err != nil {
		return api.Response{}, err
	}
	shape := page.of(view)
	shape.Room.Hints = hints
	return api.JSON(200, shape), nil
}

// maxPage is how many seats one request may name.
const maxPage = 300

// decideOnMany applies the host's action to the participants named, or to all who wait.
func (h handler) decideOnMany(ctx context.Context, r *api.Request) (api.Response, error) {
	action, sel, err := h.decisionOf(r)
	if err != nil {
		return api.Response{}, err
	}
	done, err := action.run(ctx, r.Caller, r.Param("room"), sel)
	if err != nil {
		return api.Response{}, err
	}
	return api.JSON(200, actionResult{seatStates(done.Applied), seatStates(done.Skipped)}), nil
}

func (h handler) decisionOf(r *api.Request) (v hostAction, sel meeting.Selection, err error) {
	form, err := r.Form()
	if err != nil {
		return v, sel, err
	}
	v = h.hostActionOf(form)
	for _, id := range form.Strings("participant_ids", maxPage, api.MaxCredential) {
		sel.IDs = append(sel.IDs, meeting.SeatID(id))
	}
	if sel.All = !form.Has("participant_ids"); sel.All && !v.waiting {
		form.Refuse("participant_ids", "is required: without it the action is for all who wait")
	} else if sel.All {
		form.Narrow("participant_ids")
	}
	return v, sel, form.Err()
}

// decideOnOne applies it to one participant. To repeat it changes nothing.
func (h handler) decideOnOne(ctx context.Context, r *api.Request) (api.Response, error) {
	form, err := r.Form()
	if err != nil {
		return api.Response{}, err
	}
	action := h.hostActionOf(form)
	if err := form.Err(); err != nil {
		return api.Response{}, err
	}
	sel := meeting.Selection{IDs: []meeting.SeatID{meeting.SeatID(r.Param("id"))}}
	done, err := action.run(ctx, r.Caller, r.Param("room"), sel)
	if err != nil {
		return api.Response{}, err
	}
	for _, s := range done.Skipped {
		if s.State != action.becomes {
			return api.Response{}, meeting.Refuse(meeting.SeatMoved, fmt.Sprintf("This participant is %s now.", s.State))
		}
	}
	return api.NoContent(), nil
}

// A hostAction is a decision of a host on participants.
type hostAction struct {
	run     func(context.Context, meeting.Caller, string, meeting.Selection) (meeting.Result, error)
	becomes meeting.State
	waiting bool // applies to those who wait, and so may be for all of them
}

// hostActionOf decodes the action. The result is valid only if the form's Err is nil.
func (h handler) hostActionOf(form *api.Form) hostAction {
	actions := map[string]hostAction{
		"admit":     {h.door.Admit, meeting.Admitted, true},
		"deny":      {h.door.Deny, meeting.WasDenied, true},
		"remove":    {h.door.Remove, meeting.WasRemoved, true},
		"wait":      {h.door.MoveToWaitingRoom, meeting.Waiting, false},
		"make_host": {h.door.MakeHost, meeting.Admitted, false},
	}
	form.Require("action")
	action := form.Choice("action", "admit", "deny", "remove", "wait", "make_host")
	if action == nil {
		return hostAction{waiting: true}
	}
	return actions[*action]
}
