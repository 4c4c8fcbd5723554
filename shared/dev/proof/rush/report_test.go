package rush

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

const preface = `DynamoDB's documented limits in virtual time: see doc.go for what they are and what is assumed.
Each scenario ran with %d seeds; counts are of all of them, the host's call is the slowest. All items are on one
partition; or where a scenario says "apart", rooms, seats and budgets are on one each.
`

// names are those of the results, in the order of the columns.
var names = []string{admitted: "admitted", lockedOut: "locked out", waiting: "waiting", gaveUp: "gave up"}

// report returns the outcomes as tables.
func report(all []*scenario) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, preface, seeds)
	rows := tabwriter.NewWriter(&out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, s := range all {
		var sum outcome
		for _, o := range s.outcomes {
			sum.joins, sum.renewals = append(sum.joins, o.joins...), append(sum.renewals, o.renewals...)
			sum.host = append(sum.host, o.host...)
			sum.throttled += o.throttled
			sum.retries += o.retries
		}
		fmt.Fprintf(&out, "\n%s\n", s.name)
		fmt.Fprintf(rows, "\tcalls\t%s\tp50\tp95\tp99\tmax\tthe host's call\t\n", strings.Join(names, "\t"))
		fmt.Fprintf(rows, "joins\t%s%s\t\n", row(sum.joins), ms(percentile(sum.host, 100)))
		if s.renewals > 0 {
			fmt.Fprintf(rows, "renewals\t%s\t\n", row(sum.renewals))
		}
		_ = rows.Flush()
		fmt.Fprintf(&out, "%d requests were throttled, %d retried\n", sum.throttled, sum.retries)
	}
	return out.Bytes()
}

// row is the calls by their results, and how long they took.
func row(calls []call) string {
	text := fmt.Sprint(len(calls), "\t")
	for r := range names {
		text += fmt.Sprint(count(calls, result(r)), "\t")
	}
	for _, p := range []int{50, 95, 99, 100} {
		text += ms(percentile(calls, p)) + "\t"
	}
	return text
}

func ms(d time.Duration) string {
	if d == 0 {
		return "-"
	}
	return fmt.Sprintf("%d.%d ms", d.Milliseconds(), d.Microseconds()/100%10)
}

// Sizes of the plot in pixels.
const (
	width, height    = 760, 240
	left, top, below = 64, 44, 40
	decades          = 3 // from 1 ms to 1 s
)

var colours = []string{admitted: "#2a7f4f", lockedOut: "#8a8f98", waiting: "#fff", gaveUp: "#c8372d"}

// plot draws every join of the first outcome: when it came, and how long it took.
func (s *scenario) plot() []byte {
	var out bytes.Buffer
	joins, lock := s.outcomes[0].joins, s.outcomes[0].host[0]
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" `+
		`font-size="12" fill="#333">`+"\n", width+left+20, height+top+below)
	fmt.Fprintf(&out, `<rect width="100%%" height="100%%" fill="#fff"/>`+"\n"+`<g transform="translate(%d %d)">`+"\n",
		left, top)
	for r, name := range names {
		if n := count(joins, result(r)); n > 0 {
			fmt.Fprintf(&out, `<text x="%d" y="-8" fill="%s">%d %s</text>`+"\n", r*width/4, colours[r], n, name)
		}
	}
	fmt.Fprintf(&out, `<text x="%d" y="-8" text-anchor="end">p99 %s</text>`+"\n", width, ms(percentile(joins, 99)))
	s.axes(&out)
	x, _ := s.position(lock)
	fmt.Fprintf(&out, `<path d="M%d 0V%d" stroke="#333" stroke-dasharray="4 3"/>`+"\n", x, height)
	fmt.Fprintf(&out, `<text x="%d" y="12">locked in %s</text>`+"\n", x+5, ms(lock.took))
	for r, colour := range slices.Backward(colours) {
		fmt.Fprintf(&out, `<path fill="none" stroke="%s" stroke-width="3" stroke-linecap="round" d="%s"/>`+"\n",
			colour, s.dots(joins, result(r)))
	}
	fmt.Fprintln(&out, "</g></svg>")
	return out.Bytes()
}

func (s *scenario) axes(out *bytes.Buffer) {
	for d := range decades + 1 {
		y := height - d*height/decades
		fmt.Fprintf(out, `<path d="M0 %dH%d" stroke="#ddd"/>`, y, width)
		fmt.Fprintf(out, `<text x="-8" y="%d" text-anchor="end">%.0f ms</text>`+"\n", y+4, math.Pow10(d))
	}
	seconds := int(s.within.Seconds())
	for i := range seconds + 1 {
		fmt.Fprintf(out, `<text x="%d" y="%d" text-anchor="middle">%d s</text>`+"\n", i*width/seconds, height+18, i)
	}
}

// dots draws the calls with the result.
func (s *scenario) dots(calls []call, r result) string {
	var d strings.Builder
	for _, c := range calls {
		if c.result == r {
			x, y := s.position(c)
			fmt.Fprintf(&d, "M%d %dh0", x, y)
		}
	}
	return d.String()
}

// position is where the call is in the plot.
func (s *scenario) position(c call) (x, y int) {
	x = int(c.at * width / s.within)
	y = height - int(math.Round(math.Log10(float64(c.took)/float64(time.Millisecond))*height/decades))
	return x, min(max(y, 0), height)
}
