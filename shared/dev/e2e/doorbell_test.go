package e2e

import (
	"encoding/json"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/pushtest"
)

const devices = "/v2/users/me/devices"

// Somebody begins to wait, the device of the host rings, and the host admits them on the notification.
func TestAHostIsRungAndAdmitsSomebody(t *testing.T) {
	needs(t, localReceivers)
	ada, ben := signUp(t, "Ada"), guest(t, "Ben")
	ada.edit(ownRoom, fields{"waiting_room": "guests"})
	pmi, passcode := ada.room()
	push := pushtest.Start(t, ada.get(devices).Text(t, "public_key"))
	phone := push.Subscribe("phone")
	device := ada.do("POST", devices, fields{"name": "Phone", "endpoint": phone.Endpoint,
		"keys": fields{"p256dh": phone.P256dh, "auth": phone.Auth}}).Want(t, 201)
	ada.set(pmi, "start")
	bens := ben.seat(ben.ask(pmi, passcode), "waiting_room")

	var notice struct{ Name, Seat, Admit, Later string }
	testkit.Must(t, json.Unmarshal([]byte(push.Await(time.Minute).Content), &notice))
	testkit.Equal(t, "the notice", notice.Name+" "+notice.Seat, ben.name+" "+bens.ID)
	ben.do("POST", "/v2/doorbell", fields{"ticket": notice.Later}).Want(t, 204)
	waits := ben.poll(pmi, bens).Want(t, 202)
	contains(t, waits.Text(t, "host_comes_at"), "T")
	ben.do("POST", "/v2/doorbell", fields{"ticket": notice.Admit}).Want(t, 200).Is(t, `{"state": "admitted"}`)
	ben.poll(pmi, bens).Want(t, 200)
	ben.do("POST", "/v2/doorbell", fields{"ticket": "x.y"}).Refused(t, 403, 4173, "ticket_invalid")

	one := devices + "/" + device.Text(t, "id")
	ada.do("PATCH", one, fields{"quiet_from": "22:00", "quiet_to": "07:00"}).Want(t, 204)
	testkit.Equal(t, "quiet", ada.get(devices).Text(t, "devices.0.quiet_from"), "22:00")
	ada.do("DELETE", one, nil).Want(t, 204)
	ada.do("DELETE", one, nil).Refused(t, 404, 4175, "device_not_found")
}
