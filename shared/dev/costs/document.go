// Package costs holds what each operation takes of DynamoDB, and computes from that what a deployment costs a month.
//
// The functions' tests measure the operations and compare them with [Rows]. `make costs` writes shared/docs/costs.md
// from the same rows, from the assumptions in month.go and from the memory and the alarms in template.yaml.
package costs

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"

	bundle "personal-rooms/shared/dev/template"
)

// File is the generated document, below the root.
const File = "shared/docs/costs.md"

// A Row is the cost of one operation of a function.
type Row struct {
	Function, Operation string
	Trips               int     // to DynamoDB, one after the other; requests made at once are one trip
	Writes, Reads       float64 // capacity units
}

// String returns the cost in the words of the meter: "3 trips, 2 WCU, 1.5 RCU".
func (r Row) String() string {
	return fmt.Sprintf("%d trips, %v WCU, %v RCU", r.Trips, r.Writes, r.Reads)
}

// Of returns the rows of a function by operation.
func Of(function string) map[string]Row {
	rows := map[string]Row{}
	for _, r := range Rows {
		if r.Function == function {
			rows[r.Operation] = r
		}
	}
	return rows
}

//go:embed document.md
var text string

// latencies is what `make bench` measured last.
//
//go:embed hints.txt
var latencies string

// Document returns the text of the document for the template in root.
func Document(root string) (string, error) {
	b, err := bundle.Load(root, nil)
	if err != nil {
		return "", err
	}
	metrics, err := alarmMetrics(root)
	if err != nil {
		return "", err
	}
	notify, _ := b.Function("notify")
	deliver, _ := b.Function("deliver")
	months := []month{idle(), busy(false), busy(true)}
	lines := lines(float64(b.Functions[0].Memory), float64(notify.Memory))
	var document strings.Builder
	err = template.Must(template.New("").Funcs(template.FuncMap{
		"amounts": func(of func(month) float64, format string) string { return cells(months, of, format) },
	}).Parse(text)).Execute(&document, map[string]any{
		"Rows": Rows, "Habits": habits(false), "LiveKitHabits": habits(true)[len(habits(false))-1:], "Waits": waitMinutes,
		"Users": users, "Meetings": meetingsADay, "Guests": guests, "Minutes": minutes, "Latencies": latencies,
		"Requests": func(m month) float64 { return m.requests / 1e6 },
		"Reads":    func(m month) float64 { return m.reads / 1e6 },
		"Writes":   func(m month) float64 { return m.writes / 1e6 },
		"Lines":    lines, "Total": total(lines), "Tracing": func(m month) float64 { return m.traces() * perTrace },
		"Alarms":    func(month) float64 { return float64(metrics) * perAlarmMetric },
		"Mailing":   mailing(float64(deliver.Memory)),
		"Doorbell":  doorbell(float64(deliver.Memory)),
		"Dashboard": func(month) float64 { return perDashboard },
	})
	return document.String(), err
}

// cells returns one formatted amount for each month.
func cells(months []month, of func(month) float64, format string) string {
	var all []string
	for _, m := range months {
		all = append(all, fmt.Sprintf(format, of(m)))
	}
	return strings.Join(all, " | ")
}

// resourceHead is the line with the logical id of a resource.
var resourceHead = regexp.MustCompile(`(?m)^  \w+:$`)

// alarmMetrics counts the metrics that the template's alarms watch. CloudWatch charges for each.
func alarmMetrics(root string) (n int, err error) {
	text, err := os.ReadFile(filepath.Join(root, bundle.TemplateName))
	for _, resource := range resourceHead.Split(string(text), -1) {
		if strings.Contains(resource, "    Type: AWS::CloudWatch::Alarm\n") {
			n += strings.Count(resource, "MetricName:")
		}
	}
	return n, err
}
