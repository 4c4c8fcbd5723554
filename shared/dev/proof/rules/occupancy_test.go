package rules

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/meeting"
)

// A crowd of 300 is in a room to which nobody was admitted for an hour. Some renew their leases, some wait, some join,
// and some leave.
func TestI17ACrowdIsReadOnceForEachLease(t *testing.T) {
	t.Parallel()
	meter := &dynamoproxy.Meter{}
	w := worldWith(t, meter)
	w.play(`
		ada sets capacity to 1000
		ada sets waiting_room to guests
		ada joins -> admitted
		sam joins -> waits for approval`)
	instance := w.room().Live.Instance
	seats := make([]meeting.Seat, 300)
	for i := range seats {
		s := meeting.Seat{
			ID: meeting.SeatID(fmt.Sprint(instance, ".seat", i)), State: meeting.Admitted, Role: meeting.Participant,
			Secret: sha256.Sum256([]byte("secret")), FirstAdmittedAt: w.Clock.Now(),
			PresentSince: w.Clock.Now(), AdmittedAt: w.Clock.Now(),
		}
		var err error
		seats[i], err = w.plain.TakeSeat(t.Context(), s)
		w.must(err)
	}
	renew := func(i int) {
		var err error
		seats[i].Lease = w.Clock.Now().Add(w.Env.Config.Lease)
		seats[i], err = w.plain.ChangeSeat(t.Context(), seats[i])
		w.must(err)
	}
	w.Clock.Advance(time.Hour)
	for round := 1; round <= 2; round++ {
		for i := range seats {
			renew(i)
		}
		meter.Reset()
		w.play(`
			100 times sam polls -> waits for approval
			100 strangers join -> waits for approval
			20 times bob joins -> admitted`)
		want := 1
		if round == 1 {
			want++ // the first guest who begins to wait in ten minutes counts those who wait
		}
		if n := meter.Count()["Query"]; n != want {
			t.Errorf("round %d: the roster was read %d times, want %d", round, n, want)
		}
		w.Clock.Advance(w.Env.Config.Lease)
	}
	w.Clock.Advance(time.Minute)
	for i := range seats {
		renew(i)
	}
	meter.Reset()
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(len(seats)) {
		w.must(w.Door().Leave(t.Context(), meeting.Caller{}, w.number("the room"),
			meeting.Credential{ID: seats[i].ID, Secret: "secret"}))
	}
	if n := meter.Count()["Query"]; n > 20 {
		t.Errorf("300 who leave read the roster %d times", n)
	}
	w.play("the room = idle")
}
