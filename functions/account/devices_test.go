package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/meeting"
)

const (
	devices = "/v2/users/me/devices"
	p256dh  = "BIjyWBkGbhfkU9ob7uGNTqlhTAJ3J0h9zZ9lbvHC7ydFw58PxMkau1PbFDhPkYznTSNYAAS-obpULjXpDzbW_HM"
	auth    = "BTBZMqHH6r4Tts7J_aSIgg"
)

// endpoint is the address of a browser at a push service; 0 is that of the sample events.
func endpoint(n int) string {
	if n == 0 {
		return "https://push.example.com/send/cmVjZWl2ZXI"
	}
	return fmt.Sprintf("https://push.example.com/send/%d", n)
}

func deviceID(n int) string { return doorbell.DeviceID(endpoint(n)) }

// subscription is what a browser sends.
func subscription(n int) fields {
	return fields{"name": fmt.Sprint("Browser ", n), "endpoint": endpoint(n), "keys": fields{"p256dh": p256dh, "auth": auth}}
}

// putDevice stores the device of the sample events.
func (s *scene) putDevice(of string) {
	s.t.Helper()
	testkit.Must(s.t, s.store.PutDevice(s.t.Context(), doorbell.Device{User: testkit.Caller(of).User, ID: deviceID(0),
		Subscription: doorbell.Subscription{Endpoint: endpoint(0), P256dh: p256dh, Auth: auth}}))
}

// A device that subscribes again is the same one. Neither its address nor its keys are shown.
func TestLifeOfADevice(t *testing.T) {
	s := newScene(t)
	ada := s.As("ada")
	pair, err := doorbell.VAPID(key)
	testkit.Must(t, err)
	list := func(of string) {
		ada.Do("GET", devices, nil).Want(t, 200).Is(t, fmt.Sprintf(`{"public_key":%q, "mails":false, "devices":[%s]}`, pair.Public, of))
	}
	shape := func(n int, name, rest string) string {
		return fmt.Sprintf(`{"id":%q, "name":%q, "service":"push.example.com", "created_at":"2026-03-02T09:00:00Z", %s}`, deviceID(n), name, rest)
	}
	const loud = `"muted":false, "muted_rooms":[], "quiet_from":"", "quiet_to":""`
	const quiet = `"muted":true, "muted_rooms":["5551234321"], "quiet_from":"22:00", "quiet_to":"07:00"`
	list("")
	ada.Do("POST", devices, subscription(1)).Want(t, 201).Is(t, shape(1, "Browser 1", loud))
	ada.Do("PATCH", devices+"/"+deviceID(1), fields{"muted": true, "muted_rooms": []string{"555 123 4321"}, "quiet_from": "22:00", "quiet_to": "07:00"}).Want(t, 204)
	s.Clock.Advance(time.Hour)
	again := subscription(1)
	again["name"] = "Phone"
	ada.Do("POST", "/v2/users/ada@example.com/devices", again).Want(t, 201)
	list(shape(1, "Phone", quiet))
	ada.Do("PATCH", devices+"/"+deviceID(1), fields{"quiet_from": "", "quiet_to": "", "muted": false, "muted_rooms": []string{}, "name": "Old phone"}).Want(t, 204)
	list(shape(1, "Old phone", loud))
	stored, err := s.store.Device(t.Context(), testkit.Caller("ada").User, deviceID(1))
	testkit.Must(t, err)
	testkit.Equal(t, "subscription", stored.Subscription, doorbell.Subscription{Endpoint: endpoint(1), P256dh: p256dh, Auth: auth})
	ada.Do("DELETE", devices+"/"+deviceID(1), nil).Want(t, 204)
	ada.Do("DELETE", devices+"/"+deviceID(1), nil).Refused(t, 404, 4175, "device_not_found")
	ada.Do("PATCH", devices+"/"+deviceID(1), fields{"muted": true}).Refused(t, 404, 4175, "device_not_found")
	list("")
}

// A user may have mails sent to their own address, in either case, and to no other one.
func TestAnEMailAddressIsADevice(t *testing.T) {
	s := newScene(t)
	s.mails = true
	s.serve()
	body := func(to string) fields { return fields{"name": "Mail", "endpoint": "mailto:" + to} }
	id := doorbell.DeviceID("mailto:ada@example.com")
	for range 2 {
		answer := s.As("ada").Do("POST", devices, body("Ada@Example.com")).Want(t, 201)
		testkit.Equal(t, "device", answer.Text(t, "id")+" "+answer.Text(t, "service"), id+" email")
	}
	testkit.Equal(t, "mails", s.As("ada").Do("GET", devices, nil).Want(t, 200).At(t, "mails"), any(true))
	s.As("ada").Do("PATCH", devices+"/"+id, fields{"quiet_from": "22:00", "quiet_to": "07:00"}).Want(t, 204)
	for _, to := range []string{"bob@example.com", "ada@example.com,bob@example.com", "ada@example.com?bcc=bob@example.com"} {
		s.As("ada").Do("POST", devices, body(to)).Refuses(t, "endpoint")
	}
	s.As("ada").Claiming("email_verified", "false").Do("POST", devices, body("ada@example.com")).Refuses(t, "endpoint")
	_, err := s.Profiles().View(t.Context(), testkit.Caller("ada"), "me")
	testkit.Must(t, err)
	other := testkit.Caller("bob")
	other.Email = "ada@example.com" // which is Ada's in the account
	_, err = s.Profiles().View(t.Context(), other, "me")
	testkit.Must(t, err)
	s.As("bob").Claiming("email", "ada@example.com").Do("POST", devices, body("ada@example.com")).Refuses(t, "endpoint")
	s.As("ada").Do("POST", devices, body("ada@example.com")).Want(t, 201)
	s.mails = false
	s.serve()
	s.As("ada").Do("POST", devices, body("ada@example.com")).Refuses(t, "endpoint")
}

func TestNumberOfDevicesIsLimited(t *testing.T) {
	s := newScene(t)
	ada := s.As("ada")
	for n := range doorbell.MaxDevices {
		ada.Do("POST", devices, subscription(n)).Want(t, 201)
	}
	ada.Do("POST", devices, subscription(doorbell.MaxDevices)).Refused(t, 409, 4172, "too_many_devices")
	ada.Do("POST", devices, subscription(3)).Want(t, 201)
	s.As("bob").Do("POST", devices, subscription(3)).Want(t, 201)
}

// Nobody sees or changes the devices of others, admins and apps of the user included: they would get the names of who
// waits.
func TestDevicesAreTheUsersOwn(t *testing.T) {
	s := newScene(t)
	s.putDevice("ada")
	const of = "/v2/users/ada/devices"
	for _, c := range []*testkit.Client{s.root, s.other, s.As("bob")} {
		c.Do("GET", of, nil).Refused(t, 404, 1001, "user_not_found")
		c.Do("POST", of, subscription(1)).Refused(t, 404, 1001, "user_not_found")
		c.Do("PATCH", of+"/"+deviceID(0), fields{"muted": true}).Refused(t, 404, 1001, "user_not_found")
		c.Do("DELETE", of+"/"+deviceID(0), nil).Refused(t, 404, 1001, "user_not_found")
		c.Do("DELETE", devices+"/"+deviceID(0), nil).Refused(t, 404, 4175, "device_not_found")
	}
	s.Guest().Do("GET", devices, nil).Refused(t, 401, 124, "token")
	s.withProfile()
	app := s.as(s.tokenOf(s.newApp(`{"name":"Indico", "user_id":"ada", "scopes":["user:read","user:write"]}`)))
	app.Do("GET", devices, nil).Refused(t, 404, 1001, "user_not_found")
	app.Do("POST", devices, subscription(1)).Refused(t, 404, 1001, "user_not_found")
	s.bell = nil
	s.serve()
	s.As("ada").Do("GET", devices, nil).Refused(t, 409, 4174, "doorbell_off")
	s.As("ada").Do("POST", devices, subscription(1)).Refused(t, 409, 4174, "doorbell_off")
}

// withProfile makes Ada's profile, and returns an admin who may deactivate and delete her.
func (s *scene) withProfile() meeting.Caller {
	s.t.Helper()
	_, err := s.Profiles().View(s.t.Context(), testkit.Caller("ada"), "me")
	testkit.Must(s.t, err)
	root := testkit.Caller("root")
	root.Scopes = []string{meeting.AdminWritesUsers}
	return root
}

func TestInactiveUsersHaveNoDevices(t *testing.T) {
	s := newScene(t)
	_, err := s.Profiles().SetStatus(t.Context(), s.withProfile(), "ada", meeting.Inactive)
	testkit.Must(t, err)
	s.As("ada").Do("POST", devices, subscription(1)).Refused(t, 403, 4151, "user_inactive")
}

// A device that is stored after those of its user were deleted goes, too.
func TestADeviceThatIsAddedWhileItsUserIsDeletedIsNotKept(t *testing.T) {
	s := newScene(t)
	root := s.withProfile()
	s.faults.Plan("PutItem DEVICE", dynamoproxy.After(func() {
		_, err := s.Profiles().Delete(t.Context(), root, "ada", "")
		testkit.Must(t, err)
	}))
	s.As("ada").Do("POST", devices, subscription(1)).Refused(t, 403, 4151, "user_inactive")
	testkit.Equal(t, "faults not met", s.faults.Pending(), 0)
	s.hasDevices("ada", 0)
}

func TestDevicesThatAreAddedAtOnceAreLimited(t *testing.T) {
	s := newScene(t)
	ada := s.As("ada")
	for n := range doorbell.MaxDevices - 1 {
		ada.Do("POST", devices, subscription(n)).Want(t, 201)
	}
	s.faults.Plan("PutItem DEVICE", dynamoproxy.After(func() { ada.Do("POST", devices, subscription(100)).Want(t, 201) }))
	ada.Do("POST", devices, subscription(101)).Refused(t, 409, 4172, "too_many_devices")
	s.hasDevices("ada", doorbell.MaxDevices)
}

func (s *scene) hasDevices(of string, n int) {
	s.t.Helper()
	all, err := s.store.Devices(s.t.Context(), testkit.Caller(of).User)
	testkit.Must(s.t, err)
	testkit.Equal(s.t, "devices", len(all), n)
}

// Push services have public addresses, and the port of https. Locally they may have any.
func TestBadDevicesAreRefused(t *testing.T) {
	s := newScene(t)
	ada := s.As("ada")
	s.putDevice("ada")
	with := func(name string, value any) fields {
		body := subscription(1)
		body[name] = value
		return body
	}
	local := with("endpoint", "http://127.0.0.1:9000/send")
	for _, c := range []struct {
		body  fields
		named string
	}{
		{fields{}, "name endpoint keys keys.p256dh keys.auth"}, {with("name", strings.Repeat("x", 65)), "name"},
		{local, "endpoint"}, {with("endpoint", "https://169.254.169.254/latest"), "endpoint"}, {with("endpoint", "https://localhost/"), "endpoint"},
		{with("endpoint", "https://10.1.2.3/"), "endpoint"}, {with("endpoint", "push"), "endpoint"}, {with("endpoint", "https://push.example.com:8443/"), "endpoint"},
		{with("keys", fields{"p256dh": auth, "auth": p256dh}), "keys.p256dh keys.auth"}, {with("keys", fields{"p256dh": p256dh}), "keys.auth"},
	} {
		ada.Do("POST", devices, c.body).Refuses(t, strings.Fields(c.named)...)
	}
	for body, named := range map[string]string{
		`{}`: "body", `{"quiet_from":"22:00"}`: "quiet_to", `{"quiet_to":"25:00"}`: "quiet_to", `{"quiet_from":"9:00","quiet_to":"x"}`: "quiet_from quiet_to",
		`{"muted":1}`: "muted", `{"muted_rooms":["5"]}`: "muted_rooms[0]", `{"name":""}`: "name",
	} {
		ada.Do("PATCH", devices+"/"+deviceID(0), body).Refuses(t, strings.Fields(named)...)
	}
	s.private = true
	s.serve()
	ada.Do("POST", devices, local).Want(t, 201)
}
