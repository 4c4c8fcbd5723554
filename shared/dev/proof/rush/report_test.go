package rush

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"text/tabwriter"
	"time"
)

const preface = `DynamoDB's documented limits in virtual time: see doc.go for what they are and what is assumed. Each scene was played with %d seeds; counts
are of all of them, the host's call is the slowest. All lies on one partition, or where a scene says "apart" rooms, seats and budgets on one each.
`

// table is what came of the shows.
func table(shows []*show) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, preface, seeds)
	rows := tabwriter.NewWriter(&out, 0, 0, 2, ' ', tabwriter.AlignRight)
	title := ""
	for _, s := range shows {
		if s.scene.name != title {
			title = s.scene.name
			_ = rows.Flush()
			fmt.Fprintf(&out, "\n%s\n", title)
			fmt.Fprintln(rows, "design\tcalls\tadmitted\tlocked out\twaiting\tgave up\tthrottled\tconflicts\tretries\tp50\tp95\tp99\tmax\thost's call\t")
		}
		fmt.Fprintln(rows, row(s.design.name, s.joins(), s.met(), s.host()))
		if s.scene.renewals > 0 {
			fmt.Fprintln(rows, row("its renewals", s.renewals(), nil, ""))
		}
	}
	_ = rows.Flush()
	return out.Bytes()
}

func row(name string, calls []call, met *encounters, host string) string {
	cells := []string{name, fmt.Sprint(len(calls))}
	for _, e := range []end{admitted, lockedOut, waiting, gaveUp} {
		cells = append(cells, some(count(calls, e)))
	}
	if met == nil { // they are those of the row above
		cells = append(cells, "", "", "")
	} else {
		cells = append(cells, some(met.throttled), some(met.conflicts), some(met.retries))
	}
	for _, p := range []int{50, 95, 99, 100} {
		cells = append(cells, ms(percentile(calls, p)))
	}
	return strings.Join(append(cells, host), "\t") + "\t"
}

func some(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}

func ms(d time.Duration) string {
	if d == 0 {
		return "-"
	}
	return fmt.Sprintf("%d.%d ms", d.Milliseconds(), d.Microseconds()/100%10)
}

func (s *show) joins() (all []call) {
	for _, o := range s.outcomes {
		all = append(all, o.joins...)
	}
	return all
}

func (s *show) renewals() (all []call) {
	for _, o := range s.outcomes {
		all = append(all, o.renewals...)
	}
	return all
}

func (s *show) met() *encounters {
	var all encounters
	for _, o := range s.outcomes {
		all.throttled += o.met.throttled
		all.conflicts += o.met.conflicts
		all.retries += o.met.retries
	}
	return &all
}

// host is the slowest of the host's calls, and whether any was given up.
func (s *show) host() string {
	var calls []call
	for _, o := range s.outcomes {
		calls = append(calls, o.host...)
	}
	slowest := ms(percentile(calls, 100))
	if n := count(calls, gaveUp); n > 0 {
		return fmt.Sprintf("%s, %d of %d gave up", slowest, n, len(calls))
	}
	return slowest
}

// The plot's measures, in pixels: a panel for each design, one below the other.
const (
	width, panel     = 760, 240
	left, top, below = 64, 44, 34
	decades          = 3 // from 1 ms to 1 s
)

// What an end looks like.
var colours = map[end]string{admitted: "#2a7f4f", lockedOut: "#8a8f98", gaveUp: "#c8372d"}

// plot is every join of the shows' first outcomes: when it came, and how long it took.
func plot(shows []*show) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12" fill="#333">`+"\n",
		width+left+20, len(shows)*(top+panel+below)+6)
	fmt.Fprintln(&out, `<rect width="100%" height="100%" fill="#fff"/>`)
	for i, s := range shows {
		fmt.Fprintf(&out, `<g transform="translate(%d %d)">`+"\n", left, i*(top+panel+below)+top)
		s.panel(&out)
		fmt.Fprintln(&out, "</g>")
	}
	fmt.Fprintln(&out, "</svg>")
	return out.Bytes()
}

func (s *show) panel(out *bytes.Buffer) {
	o := s.outcomes[0]
	fmt.Fprintf(out, `<text y="-24" font-size="14" font-weight="bold">%s</text><text y="-8">`, s.design.name)
	for _, e := range []end{admitted, lockedOut, gaveUp} {
		fmt.Fprintf(out, `<tspan fill="%s">%d %s</tspan>, `, colours[e], count(o.joins, e), map[end]string{
			admitted: "admitted", lockedOut: "locked out", gaveUp: "gave up"}[e])
	}
	fmt.Fprintf(out, "p99 %s</text>\n", ms(percentile(o.joins, 99)))
	for d := range decades + 1 {
		y := panel - d*panel/decades
		fmt.Fprintf(out, `<path d="M0 %dH%d" stroke="#ddd"/><text x="-8" y="%d" text-anchor="end">%.0f ms</text>`+"\n", y, width, y+4, math.Pow10(d))
	}
	seconds := int(s.scene.within.Seconds())
	for i := range seconds + 1 {
		fmt.Fprintf(out, `<text x="%d" y="%d" text-anchor="middle">%d s</text>`+"\n", i*width/seconds, panel+18, i)
	}
	x, _ := s.spot(o.host[0])
	fmt.Fprintf(out, `<path d="M%d 0V%d" stroke="#333" stroke-dasharray="4 3"/><text x="%d" y="12">locked in %s</text>`+"\n", x, panel, x+5,
		ms(o.host[0].took))
	for _, e := range []end{lockedOut, admitted, gaveUp} {
		fmt.Fprintf(out, `<path fill="none" stroke="%s" stroke-width="3" stroke-linecap="round" d="%s"/>`+"\n", colours[e], s.dots(o.joins, e))
	}
}

// dots are the calls that ended so.
func (s *show) dots(calls []call, e end) string {
	var d strings.Builder
	for _, c := range calls {
		if c.end == e {
			x, y := s.spot(c)
			fmt.Fprintf(&d, "M%d %dh0", x, y)
		}
	}
	return d.String()
}

// spot is where the call is in its panel.
func (s *show) spot(c call) (x, y int) {
	x = int(c.at * width / s.scene.within)
	y = panel - int(math.Round(math.Log10(float64(c.took)/float64(time.Millisecond))*panel/decades))
	return x, min(max(y, 0), panel)
}
