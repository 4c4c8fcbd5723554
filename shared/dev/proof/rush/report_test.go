package rush

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"text/tabwriter"
	"time"
)

const preface = `DynamoDB's documented limits in virtual time: see doc.go for what they are and what is assumed. Each scenario ran with %d seeds; counts
are of all of them, the host's call is the slowest. All items are on one partition, or where a scenario says "apart" rooms, seats and budgets on one each.
`

// report returns the outcomes as a table.
func report(all []*experiment) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, preface, seeds)
	rows := tabwriter.NewWriter(&out, 0, 0, 2, ' ', tabwriter.AlignRight)
	title := ""
	for _, e := range all {
		if e.scenario.name != title {
			title = e.scenario.name
			_ = rows.Flush()
			fmt.Fprintf(&out, "\n%s\n", title)
			fmt.Fprintln(rows, "design\tcalls\tadmitted\tlocked out\twaiting\tgave up\t"+
				"throttled\tconflicts\tretries\tp50\tp95\tp99\tmax\thost's call\t")
		}
		o := e.sum()
		met := []int{o.met.throttled, o.met.conflicts, o.met.retries}
		fmt.Fprintln(rows, row(e.design.name, o.joins, slowest(o.host), met...))
		if e.scenario.renewals > 0 {
			fmt.Fprintln(rows, row("its renewals", o.renewals, ""))
		}
	}
	_ = rows.Flush()
	return out.Bytes()
}

// row is a row of the table; without counters for a design's renewals, which are counted in the row above.
func row(name string, calls []call, host string, counters ...int) string {
	cells := []string{name, fmt.Sprint(len(calls))}
	for _, r := range []result{admitted, lockedOut, waiting, gaveUp} {
		cells = append(cells, cell(count(calls, r)))
	}
	for i := range 3 {
		if i < len(counters) {
			cells = append(cells, cell(counters[i]))
		} else {
			cells = append(cells, "")
		}
	}
	for _, p := range []int{50, 95, 99, 100} {
		cells = append(cells, ms(percentile(calls, p)))
	}
	return strings.Join(append(cells, host), "\t") + "\t"
}

func cell(n int) string {
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

// sum is the outcome of all seeds together.
func (e *experiment) sum() (all outcome) {
	for _, o := range e.outcomes {
		all.joins = append(all.joins, o.joins...)
		all.renewals = append(all.renewals, o.renewals...)
		all.host = append(all.host, o.host...)
		all.met.throttled += o.met.throttled
		all.met.conflicts += o.met.conflicts
		all.met.retries += o.met.retries
	}
	return all
}

// slowest returns the slowest call, and how many gave up.
func slowest(calls []call) string {
	text := ms(percentile(calls, 100))
	if n := count(calls, gaveUp); n > 0 {
		text += fmt.Sprintf(", %d of %d gave up", n, len(calls))
	}
	return text
}

// Sizes of the plot in pixels. It has a panel for each design, one below the other.
const (
	width, panel     = 760, 240
	left, top, below = 64, 44, 34
	decades          = 3 // from 1 ms to 1 s
)

// The colours of the results.
var colours = map[result]string{admitted: "#2a7f4f", lockedOut: "#8a8f98", gaveUp: "#c8372d"}

// plot draws every join of the first outcomes: when it came, and how long it took.
func plot(all []*experiment) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" `+
		`font-family="sans-serif" font-size="12" fill="#333">`+"\n",
		width+left+20, len(all)*(top+panel+below)+6)
	fmt.Fprintln(&out, `<rect width="100%" height="100%" fill="#fff"/>`)
	for i, e := range all {
		fmt.Fprintf(&out, `<g transform="translate(%d %d)">`+"\n", left, i*(top+panel+below)+top)
		e.panel(&out)
		fmt.Fprintln(&out, "</g>")
	}
	fmt.Fprintln(&out, "</svg>")
	return out.Bytes()
}

func (e *experiment) panel(out *bytes.Buffer) {
	o := e.outcomes[0]
	fmt.Fprintf(out, `<text y="-24" font-size="14" font-weight="bold">%s</text><text y="-8">`, e.design.name)
	for _, r := range []result{admitted, lockedOut, gaveUp} {
		fmt.Fprintf(out, `<tspan fill="%s">%d %s</tspan>, `, colours[r], count(o.joins, r), map[result]string{
			admitted: "admitted", lockedOut: "locked out", gaveUp: "gave up"}[r])
	}
	fmt.Fprintf(out, "p99 %s</text>\n", ms(percentile(o.joins, 99)))
	for d := range decades + 1 {
		y := panel - d*panel/decades
		fmt.Fprintf(out, `<path d="M0 %dH%d" stroke="#ddd"/><text x="-8" y="%d" text-anchor="end">%.0f ms</text>`+"\n",
			y, width, y+4, math.Pow10(d))
	}
	seconds := int(e.scenario.within.Seconds())
	for i := range seconds + 1 {
		fmt.Fprintf(out, `<text x="%d" y="%d" text-anchor="middle">%d s</text>`+"\n", i*width/seconds, panel+18, i)
	}
	x, _ := e.position(o.host[0])
	fmt.Fprintf(out, `<path d="M%d 0V%d" stroke="#333" stroke-dasharray="4 3"/><text x="%d" y="12">locked in %s</text>`+"\n",
		x, panel, x+5, ms(o.host[0].took))
	for _, r := range []result{lockedOut, admitted, gaveUp} {
		fmt.Fprintf(out, `<path fill="none" stroke="%s" stroke-width="3" stroke-linecap="round" d="%s"/>`+"\n",
			colours[r], e.dots(o.joins, r))
	}
}

// dots draws the calls with the result.
func (e *experiment) dots(calls []call, r result) string {
	var d strings.Builder
	for _, c := range calls {
		if c.result == r {
			x, y := e.position(c)
			fmt.Fprintf(&d, "M%d %dh0", x, y)
		}
	}
	return d.String()
}

// position is where the call is in its panel.
func (e *experiment) position(c call) (x, y int) {
	x = int(c.at * width / e.scenario.within)
	y = panel - int(math.Round(math.Log10(float64(c.took)/float64(time.Millisecond))*panel/decades))
	return x, min(max(y, 0), panel)
}
