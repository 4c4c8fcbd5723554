package meeting

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// waitsFrom returns a waiting seat of a guest at the address.
func waitsFrom(id, address string, joined time.Time) Seat {
	c := Caller{Address: address}
	return Seat{
		ID: SeatID("sitting." + id), State: Waiting, JoinedAt: joined, Client: clientIdentity("sitting", address),
		Site: c.around(56, "sitting"), Block: c.around(48, "sitting"),
	}
}

// A guest displaces nobody of a network with as many as their own: so a crowd displaces only itself. A guest of a
// network that has none is never refused while another network has two.
func TestI8TheLargestCrowdMakesPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		addresses := []string{
			"192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8:1:1::/64", "2001:db8:1:2::/64", "2001:db8:1:100::/64", "2001:db8:2:1::/64",
		}
		var waiting Roster
		for i := range rapid.IntRange(1, 12).Draw(t, "waiting") {
			waiting = append(waiting, waitsFrom(fmt.Sprint(i), rapid.SampledFrom(addresses).Draw(t, "address"), nine.Add(time.Duration(i))))
		}
		size := func(l Roster, like Seat, level int) (n int) {
			for _, s := range l {
				if s.networks()[level] == like.networks()[level] {
					n++
				}
			}
			return n
		}
		newcomer := waitsFrom("new", rapid.SampledFrom(append(addresses, "192.0.2.9")).Draw(t, "newcomer"), nine.Add(time.Hour))
		out, ok := waiting.displaced(newcomer, len(waiting))
		if !ok {
			for _, s := range waiting {
				if size(waiting, s, 0) > size(waiting, newcomer, 0)+1 {
					t.Fatalf("refused, while %d wait from one network, and %d from theirs", size(waiting, s, 0), size(waiting, newcomer, 0))
				}
			}
			return
		}
		for i, o := range waiting {
			if len(out) != 1 || size(waiting, o, 0) > max(size(waiting, out[0], 0), size(waiting, newcomer, 0)+1) {
				t.Fatalf("%v are displaced, and not seat %d", out, i)
			}
			if o.Client == out[0].Client && o.JoinedAt.After(out[0].JoinedAt) {
				t.Fatalf("seat %d of their network is newer than %v", i, out[0].ID)
			}
		}
		larger := func(level int) bool { return size(waiting, out[0], level) > size(waiting, newcomer, level) }
		if !larger(0) && !larger(1) && !larger(2) {
			t.Fatal("somebody is displaced by a crowd as large as theirs")
		}
	})
}

func TestI8ACrowdOfManyNetworksCannotComeAndGoForEver(t *testing.T) {
	for guests, want := range map[int]int{0: 50, 500: 50, 1000: 25, 5000: 5, 100000: 1} {
		if got := clientShare(MaxGuestWaits, guests); got != want {
			t.Errorf("with %d guests a client may wait %d times, want %d", guests, got, want)
		}
	}
}
