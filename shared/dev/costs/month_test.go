package costs

import (
	"testing"

	bundle "personal-rooms/shared/dev/template"
)

// The most that a busy month may cost, in dollars, and one meeting in requests and capacity units of the table.
var most = map[bool]struct{ dollars, requests, reads, writes float64 }{
	false: {80, 70, 230, 80},
	true:  {50, 47, 160, 48},
}

func TestABusyMonthCostsLittle(t *testing.T) {
	b, err := bundle.Load("../../..", nil)
	if err != nil {
		t.Fatal(err)
	}
	notify, _ := b.Function("notify")
	bill := total(lines(float64(b.Functions[0].Memory), float64(notify.Memory)))
	for liveKit, want := range most {
		m := perMeeting(liveKit)
		t.Logf("LiveKit %v: $%.2f a month; a meeting: %.1f requests, %.1f RCU, %.1f WCU", liveKit, bill(busy(liveKit)), m.requests, m.reads, m.writes)
		if m.requests > want.requests || m.reads > want.reads || m.writes > want.writes {
			t.Errorf("LiveKit %v: one meeting takes %v requests, %v RCU, %v WCU; want at most %v", liveKit, m.requests, m.reads, m.writes, want)
		}
		if dollars := bill(busy(liveKit)); dollars > want.dollars {
			t.Errorf("LiveKit %v: $%.2f a month; want at most $%v", liveKit, dollars, want.dollars)
		}
	}
	if dollars := bill(idle()); dollars > 0.01 {
		t.Errorf("an idle month costs $%.2f", dollars)
	}
}
