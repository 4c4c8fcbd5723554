package main

import (
	"context"
	"errors"
	"strings"

	"personal-rooms/shared/api"
	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/meeting"
)

// A deviceHandler decodes requests for the use cases of devices, and encodes their answers.
type deviceHandler struct {
	devices *doorbell.Devices
	private bool // push services may have private addresses, and no TLS
}

func (h deviceHandler) routes() []api.Route {
	const devices, reads, writes = "/v2/users/{userId}/devices", "user:read", "user:write"
	return []api.Route{
		{Method: "GET", Path: devices, Scope: reads, Handle: h.list},
		{Method: "POST", Path: devices, Scope: writes, Handle: h.add},
		{Method: "PATCH", Path: devices + "/{deviceId}", Scope: writes, Handle: h.patch},
		{Method: "DELETE", Path: devices + "/{deviceId}", Scope: writes, Handle: h.delete},
	}
}

// A device is the shape of doorbell.Device. It shows neither the address nor the keys of the subscription.
type device struct {
	ID         string           `json:"id"`
	Name       string           `json:"name"`
	Service    string           `json:"service"` // the host of its push service
	CreatedAt  string           `json:"created_at"`
	Muted      bool             `json:"muted"`
	MutedRooms []meeting.Number `json:"muted_rooms"`
	QuietFrom  string           `json:"quiet_from"`
	QuietTo    string           `json:"quiet_to"`
}

func deviceShape(d doorbell.Device) device {
	return device{
		ID: d.ID, Name: d.Name, Service: d.Service(), CreatedAt: api.Time(d.CreatedAt), Muted: d.Muted,
		MutedRooms: append([]meeting.Number{}, d.MutedRooms...), QuietFrom: d.QuietFrom, QuietTo: d.QuietTo,
	}
}

type deviceList struct {
	PublicKey string   `json:"public_key"`
	Mails     bool     `json:"mails"` // an e-mail address may be a device
	Devices   []device `json:"devices"`
}

func (h deviceHandler) list(ctx context.Context, r *api.Request) (api.Response, error) {
	all, err := h.devices.List(ctx, r.Caller, r.Param("userId"))
	if err != nil {
		return api.Response{}, err
	}
	list := deviceList{Devices: []device{}, Mails: h.devices.Mails()}
	for _, d := range all {
		list.Devices = append(list.Devices, deviceShape(d))
	}
	list.PublicKey, err = h.devices.PublicKey(ctx)
	return api.JSON(200, list), err
}

// add reads a subscription as browsers write it (PushSubscription.toJSON), and the name of the device. An e-mail
// address, "mailto:ada@example.com", has no keys.
func (h deviceHandler) add(ctx context.Context, r *api.Request) (api.Response, error) {
	form, err := r.Form()
	if err != nil {
		return api.Response{}, err
	}
	form.Require("name")
	name, by := form.String("name", doorbell.MaxDeviceName), h.subscription(form)
	if err := form.Err(); err != nil {
		return api.Response{}, err
	}
	d, err := h.devices.Add(ctx, r.Caller, r.Param("userId"), *name, by)
	return api.JSON(201, deviceShape(d)), err
}

func (h deviceHandler) subscription(form *api.Form) (by doorbell.Subscription) {
	form.Require("endpoint")
	check := func(text string) error { return doorbell.ParseEndpoint(text, h.private) }
	if endpoint := form.Checked("endpoint", check); endpoint != nil {
		by.Endpoint = *endpoint
	}
	if by.Email() != "" {
		return by
	}
	form.Require("keys")
	keys := form.Object("keys")
	keys.Require("p256dh", "auth")
	p256dh, auth := keys.Checked("p256dh", doorbell.ParseP256dh), keys.Checked("auth", doorbell.ParseAuth)
	if p256dh != nil && auth != nil {
		by.P256dh, by.Auth = strings.TrimRight(*p256dh, "="), *auth
	}
	return by
}

func (h deviceHandler) patch(ctx context.Context, r *api.Request) (api.Response, error) {
	form, err := r.Form()
	if err != nil {
		return api.Response{}, err
	}
	edit := doorbell.DeviceEdit{
		Name: form.Checked("name", notEmpty), Muted: form.Bool("muted"),
		MutedRooms: api.ParseList(form, "muted_rooms", doorbell.MaxMutedRooms, meeting.ParseNumber),
		QuietFrom:  form.Checked("quiet_from", doorbell.ParseClock), QuietTo: form.Checked("quiet_to", doorbell.ParseClock),
	}
	if err := form.EditErr(); err != nil {
		return api.Response{}, err
	}
	return api.NoContent(), h.devices.Edit(ctx, r.Caller, r.Param("userId"), r.Param("deviceId"), edit)
}

func notEmpty(text string) error {
	if text == "" {
		return errors.New("is empty; must have a character")
	}
	return nil
}

func (h deviceHandler) delete(ctx context.Context, r *api.Request) (api.Response, error) {
	return api.NoContent(), h.devices.Remove(ctx, r.Caller, r.Param("userId"), r.Param("deviceId"))
}
