package meeting

import (
	"fmt"
	"testing"
	"time"
)

// waitingFrom returns seats that wait, one for each address, in the order of their joins.
func waitingFrom(addresses ...string) (l Roster) {
	for i, address := range addresses {
		s := Seat{ID: SeatID(fmt.Sprintf("sitting.%d", i)), State: Waiting, JoinedAt: nine.Add(time.Duration(i) * time.Second)}
		l = append(l, s.from("sitting", address))
	}
	return l
}

func TestTheNewestOfTheLargestNetworkMakesPlace(t *testing.T) {
	const a, b, c = "198.51.100.1", "198.51.100.2", "198.51.100.3"
	const near, near2, far = "2001:db8:7:1::/64", "2001:db8:7:2::/64", "2001:db8:7:100::/64" // the first two are of one /56
	const other = "2001:db8:8:1::/64"
	for _, test := range []struct {
		what    string
		waiting []string
		guest   string
		want    string // the index of the seat; "": nobody
	}{
		{"a stranger", []string{a, b, a}, c, "2"},
		{"everybody has one", []string{a, b}, c, ""},
		{"one of the largest", []string{a, b, a}, a, ""},
		{"it would only change sides", []string{a, b, a}, b, ""},
		{"one of two, against three", []string{a, b, a, a}, b, "3"},
		{"many networks of a /48 are one", []string{near, near2, far, a}, b, "2"},
		{"another /48", []string{near, near2, far, other}, other, "2"},
		{"within a /48, another /56", []string{near, near2, near}, far, "2"},
		{"within a /56, another /64", []string{near, near}, near2, "1"},
		{"within a /56, its largest", []string{near, near, near2}, near, ""},
	} {
		seat, found := waitingFrom(test.waiting...).displacedBy(Seat{}.from("sitting", test.guest))
		got := ""
		if found {
			got = string(seat.ID)[len("sitting."):]
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.what, got, test.want)
		}
	}
}

func TestAListOfManyBeginsWithOneOfEachNetwork(t *testing.T) {
	few, many := make([]string, crowded), make([]string, crowded+5)
	for i := range few {
		few[i] = "198.51.100.1"
	}
	copy(many, few)
	for i := crowded; i < len(many); i++ {
		many[i] = fmt.Sprintf("203.0.113.%d", i)
	}
	if turns := waitingFrom(few...).turns(); len(turns) != 0 {
		t.Errorf("of few: %v", turns)
	}
	l := waitingFrom(many...)
	turns := l.turns()
	for i, s := range l {
		if want := i * (1 - i/crowded); turns[s.ID] != want {
			t.Errorf("seat %d has turn %d, want %d", i, turns[s.ID], want)
		}
	}
	if numbers := l.networkNumbers(); len(numbers) != 6 || numbers[l[0].Client] != 1 {
		t.Errorf("%d networks: %v", len(numbers), numbers)
	}
}
