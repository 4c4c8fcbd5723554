package main

import (
	"context"
	"errors"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
)

// A mediaWebhook receives the webhooks of the media server about the participants of an instance.
type mediaWebhook struct {
	door    mediaReports
	issuer  *media.Issuer
	execute func(context.Context, media.Order) error // by the media server
}

// mediaReports has the use cases that the handler calls. *meeting.Door is one.
type mediaReports interface {
	OnParticipantLeft(ctx context.Context, instance string, id meeting.MediaIdentity, at time.Time) error
	OnMediaEmpty(ctx context.Context, instance string, at time.Time) error
	OnConnectionLost(ctx context.Context, instance string, id meeting.MediaIdentity, at time.Time) error
	OnParticipantJoined(ctx context.Context, instance string, id meeting.MediaIdentity, at time.Time) (meeting.MediaStanding, error)
}

// mediaRoutes returns the routes of the media server. They are open, because it signs its requests.
func mediaRoutes(d mediaReports, issuer *media.Issuer, execute func(context.Context, media.Order) error) []api.Route {
	l := mediaWebhook{d, issuer, execute}
	return []api.Route{{Method: "POST", Path: "/media/livekit", Open: true, Handle: l.receive}}
}

// receive handles a webhook. The media server sends it again if the answer is an error.
func (l mediaWebhook) receive(ctx context.Context, r *api.Request) (api.Response, error) {
	body, err := r.Body()
	if err != nil {
		return api.Response{}, err
	}
	signer, err := l.issuer.Signer(ctx)
	if err != nil {
		return api.Response{}, err
	}
	hook, err := signer.ReadWebhook(r.Header("Authorization"), body)
	if err == nil {
		err = l.dispatch(ctx, hook)
	}
	if err != nil {
		return api.Response{}, refusalOf(err)
	}
	return api.JSON(200, struct{}{}), nil
}

func (l mediaWebhook) dispatch(ctx context.Context, h media.Webhook) error {
	switch {
	case h.HasLeft():
		return l.door.OnParticipantLeft(ctx, h.Room, meeting.MediaIdentity(h.Participant), h.At)
	case h.HasLostConnection():
		return l.door.OnConnectionLost(ctx, h.Room, meeting.MediaIdentity(h.Participant), h.At)
	case h.Event == "room_finished":
		return l.door.OnMediaEmpty(ctx, h.Room, h.At)
	case h.Event == "participant_joined":
		return l.onJoined(ctx, h)
	}
	return nil
}

// onJoined gives somebody who joined the media a long lease, or disconnects them: their token may be old (I9, I10).
func (l mediaWebhook) onJoined(ctx context.Context, h media.Webhook) error {
	standing, err := l.door.OnParticipantJoined(ctx, h.Room, meeting.MediaIdentity(h.Participant), h.At)
	switch {
	case err != nil:
		return err
	case standing == meeting.NotAllowed:
		return l.execute(ctx, media.Order{Room: h.Room, Participant: h.Participant})
	case standing == meeting.InstanceOver:
		return l.execute(ctx, media.Order{Room: h.Room})
	}
	return nil
}

// refusalOf is the answer to the sender. It does not say what is wrong with a signature.
func refusalOf(err error) error {
	switch {
	case errors.Is(err, media.ErrNoWebhook):
		return api.Nothing()
	case errors.Is(err, media.ErrForged):
		return meeting.Refuse(api.BadToken, "This is not signed by the media server.")
	case errors.Is(err, media.ErrUnclear):
		return meeting.RefuseField("body", "must be a webhook of LiveKit's: a JSON object with its event")
	}
	return err
}
