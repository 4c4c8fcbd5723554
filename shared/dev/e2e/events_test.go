package e2e

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"personal-rooms/shared/dev/testkit"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

func TestWebhooksGetAllEventsInOrderAfterFailures(t *testing.T) {
	needs(t, localReceivers)
	ada, ben := signUp(t, "Ada"), guest(t, "Ben")
	hook := ada.listen()
	hook.fail(2)
	ada.edit(ownRoom, fields{"waiting_room": "guests"})
	pmi, passcode := ada.room()
	ada.startNow(true)
	bens := ben.seat(ben.ask(pmi, passcode), "waiting_room")
	ada.decide(pmi, "admit", bens)
	ada.editLive(pmi, fields{"locked": true})
	ada.decide(pmi, "remove", bens)
	ada.set(pmi, "end")

	hook.await("meeting.ended")
	testkit.Equal(t, "events of the room", hook.names("room/"+pmi),
		"room.updated meeting.started room.locked meeting.participant_left meeting.ended")
	hook.await("room.participant_removed")
	testkit.Equal(t, "events of the guest", hook.names("seat/"+bens.ID), "meeting.participant_joined_waiting_room "+
		"meeting.participant_admitted meeting.participant_joined meeting.participant_left room.participant_removed")
	for _, e := range hook.all() {
		lacks(t, e.Body, `"`+passcode+`"`, bens.Secret)
		testkit.Equal(t, "account", e.Text(t, "payload.account_id"), ada.account)
		if strings.HasPrefix(e.name, "meeting.") && (e.Text(t, "order.instance") == "" || e.Text(t, "order.epoch") == "") {
			t.Errorf("%s has no order: %s", e.name, e.Body)
		}
	}
}

// Two meetings in one room have each a uuid, which is that of the instance in answers and events.
func TestMeetingsInThePersonalRoomHaveTheirOwnUUIDs(t *testing.T) {
	needs(t, localReceivers)
	ada := signUp(t, "Ada")
	hook := ada.listen()
	inRoom := fields{"topic": "Tea", "settings": fields{"use_pmi": true}}
	tea, id := ada.plan(inRoom)
	other, _ := ada.plan(inRoom)
	uuid := tea.Text(t, "uuid")
	lacks(t, other.Body+ada.get(ownRoom).Body, uuid)
	ada.set(id, "start")
	testkit.Equal(t, "live", ada.get(meetings+"?type=live").Text(t, "meetings.0.uuid"), uuid)
	testkit.Equal(t, "started", hook.await("meeting.started").Text(t, "payload.object.uuid"), uuid)
	ada.set(id, "end")
	ended := hook.await("meeting.ended")
	testkit.Equal(t, "ended", ended.Text(t, "payload.object.uuid")+" "+ended.Text(t, "order.instance"), uuid+" "+uuid)
	for _, address := range []string{uuid, id} {
		testkit.Equal(t, "past", ada.get("/v2/past_meetings/"+address).Text(t, "uuid"), uuid)
	}
	lacks(t, ada.get("/v2/meetings/"+id).Body, uuid)
}

func TestAutomationsExecuteGrantedCommandsOnce(t *testing.T) {
	needs(t, localReceivers)
	needs(t, eventBus)
	ada := signUp(t, "Ada")
	hook := ada.listen()
	pmi, _ := ada.room()
	grants := fields{"grants": []fields{{"user_id": ada.id, "commands": []string{"room.*"}}}}
	admin := ada.administrator()
	admin.do("PUT", "/v2/automation", grants).Want(t, 204)
	testkit.Equal(t, "the grant", admin.get("/v2/automation").Text(t, "grants.0.user_id"), ada.id)
	lock := fields{"command": "room.lock", "account_id": ada.account, "user_id": ada.id, "command_id": "too early"}
	ada.putCommand(lock)
	testkit.Equal(t, "reason", hook.await("automation.failed").Text(t, "payload.object.reason"), "room_idle")
	ada.startNow(true)
	id := unique("command")
	lock["command_id"] = id
	ada.putCommand(lock)
	ada.putCommand(lock)
	testkit.Equal(t, "command", hook.await("automation.succeeded").Text(t, "payload.object.command"), "room.lock")
	hook.await("room.locked")
	ada.set(pmi, "end")
	hook.await("meeting.ended")
	testkit.Equal(t, "outcomes", hook.names("command/"+ada.account+"/"+id), "automation.succeeded")
}

// busName returns the event bus of a deployment. The bundle and `make run` take events at /events instead.
func busName() string { return os.Getenv("EVENT_BUS") }

// putCommand puts a command on the event bus.
func (p person) putCommand(detail fields) {
	p.t.Helper()
	const source, kind = "com.example.test", "Room Command"
	if busName() == "" {
		p.do("POST", "/events", fields{"Source": source, "DetailType": kind, "Detail": detail}).Want(p.t, http.StatusOK)
		return
	}
	config := aws.Config{Region: os.Getenv("AWS_REGION"), Credentials: credentials.NewStaticCredentialsProvider(
		os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN"))}
	if endpoint := os.Getenv("AWS_ENDPOINT_URL"); endpoint != "" {
		config.BaseEndpoint = &endpoint
	}
	put, err := eventbridge.NewFromConfig(config).PutEvents(p.t.Context(), &eventbridge.PutEventsInput{
		Entries: []types.PutEventsRequestEntry{{
			EventBusName: aws.String(busName()), Source: aws.String(source), DetailType: aws.String(kind),
			Detail: aws.String(string(encode(detail))),
		}},
	})
	if err != nil || put.FailedEntryCount > 0 {
		p.t.Fatalf("%s: PutEvents to %s: %v %+v", p.name, busName(), err, put)
	}
}
