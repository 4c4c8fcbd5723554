package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"personal-rooms/shared/dev/template"
)

// A cost is what an operation takes of DynamoDB, as the tests count it.
type cost struct{ trips, writes, reads float64 }

var costRow = regexp.MustCompile(`(?m)^\| \w+ \| ([^|]+) \| ([0-9.]+) \| ([0-9.]+) \| ([0-9.]+) \|$`)

// counted reads the README's table of costs.
func counted(root string) (map[string]cost, error) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		return nil, err
	}
	all := map[string]cost{}
	for _, row := range costRow.FindAllStringSubmatch(string(readme), -1) {
		var numbers [3]float64
		for i := range numbers {
			if numbers[i], err = strconv.ParseFloat(row[i+2], 64); err != nil {
				return nil, fmt.Errorf("README.md: %s: %w", row[0], err)
			}
		}
		all[row[1]] = cost{numbers[0], numbers[1], numbers[2]}
	}
	return all, nil
}

// A month is what is asked of the deployment in one.
type month struct{ requests, invocationSeconds, reads, writes, storedGB, events float64 }

// busy is a month of everybody's meetings.
func busy(costs map[string]cost, lease float64) (m month, err error) {
	const meetings = users * meetingsADay * days
	for _, h := range habits(lease) {
		c, known := costs[h.operation]
		if !known {
			return m, fmt.Errorf("README.md does not say what %q takes", h.operation)
		}
		m.requests += meetings * h.times
		m.invocationSeconds += meetings * h.times * (millisecondsOwn + millisecondsATrip*c.trips) / 1000
		m.reads += meetings * h.times * c.reads
		m.writes += meetings * h.times * c.writes
	}
	m.events = meetings * (planned + 2 + 2*(1+guests)) // started and ended, come and gone
	m.storedGB = (users*bytesOfAUser + users*meetingsADay*daysKept*bytesOfAMeeting) / 1e9
	return m, nil
}

func idle() month { return month{storedGB: users * bytesOfAUser / 1e9} }

// traces are those that X-Ray's default rule records: one a second, and a part of the others.
func (m month) traces() float64 {
	first := math.Min(m.requests, secondsInAMonth)
	return first + sampled*(m.requests-first)
}

// A line of the table.
type line struct {
	what    string
	dollars func(month) float64
}

// lines are the lines of the table, for the memory of a function that answers requests and of the one that publishes events.
func lines(memoryMB, notifyMB float64) []line {
	return []line{
		{"HTTP API, requests", func(m month) float64 { return m.requests * perRequest }},
		{"Lambda, invocations", func(m month) float64 { return m.requests * perInvocation }},
		{"Lambda, time", func(m month) float64 { return m.invocationSeconds * memoryMB / 1024 * perGBSecond }},
		{"DynamoDB, reads", func(m month) float64 { return m.reads * perReadUnit }},
		{"DynamoDB, writes", func(m month) float64 { return m.writes * perWriteUnit }},
		{"DynamoDB, storage and backups", func(m month) float64 { return m.storedGB * perGBStored }},
		{"CloudWatch, logs", func(m month) float64 { return m.requests * bytesLogged / 1e9 * perGBLogged }},
		{"events, told on the bus", func(m month) float64 {
			return m.events * (perEvent + perInvocation + millisecondsTold/1000*notifyMB/1024*perGBSecond)
		}},
		{"data sent", func(m month) float64 { return m.requests * bytesSent / 1e9 * perGBSent }},
	}
}

// table is the README's.
func table(root string) (string, error) {
	b, err := template.Load(root, nil)
	if err != nil {
		return "", err
	}
	alarms, err := alarmMetrics(root)
	if err != nil {
		return "", err
	}
	costs, err := counted(root)
	if err != nil {
		return "", err
	}
	notify, _ := b.Function("notify")
	months := []month{idle()}
	for _, lease := range []float64{90, 600} {
		m, err := busy(costs, lease)
		if err != nil {
			return "", err
		}
		months = append(months, m)
	}
	return render(months, lines(float64(b.Functions[0].Memory), float64(notify.Memory)), alarms), nil
}

func render(months []month, lines []line, alarms int) string {
	var text strings.Builder
	fmt.Fprintf(&text, "| a month | idle | busy | busy, `LeaseSeconds=600` |\n|---|---:|---:|---:|\n")
	totals := make([]float64, len(months))
	row := func(what string, cells ...string) {
		fmt.Fprintf(&text, "| %s | %s |\n", what, strings.Join(cells, " | "))
	}
	each := func(show func(month) string) (cells []string) {
		for _, m := range months {
			cells = append(cells, show(m))
		}
		return cells
	}
	row("requests", each(func(m month) string { return millions(m.requests) })...)
	row("read units", each(func(m month) string { return millions(m.reads) })...)
	row("write units", each(func(m month) string { return millions(m.writes) })...)
	for _, l := range lines {
		for i, m := range months {
			totals[i] += l.dollars(m)
		}
		row(l.what, each(func(m month) string { return dollars(l.dollars(m)) })...)
	}
	row("**together**", "**"+dollars(totals[0])+"**", "**"+dollars(totals[1])+"**", "**"+dollars(totals[2])+"**")
	row("with `Tracing=Active`, more", each(func(m month) string { return dollars(m.traces() * perTrace) })...)
	row("with `Alarms=true`, more", repeat(dollars(float64(alarms)*perAlarmMetric), len(months))...)
	row("with `Dashboard=true`, more", repeat(dollars(perDashboard), len(months))...)
	return text.String()
}

func repeat(cell string, n int) []string {
	cells := make([]string, n)
	for i := range cells {
		cells[i] = cell
	}
	return cells
}

func millions(n float64) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("%.1f M", n/1e6)
}

func dollars(n float64) string { return fmt.Sprintf("$%.2f", n) }

// alarmMetrics is how many metrics the template's alarms watch, each of which costs.
func alarmMetrics(root string) (n int, err error) {
	text, err := os.ReadFile(filepath.Join(root, template.TemplateName))
	if err != nil {
		return 0, err
	}
	var file struct {
		Resources map[string]struct {
			Type       string    `yaml:"Type"`
			Properties yaml.Node `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return 0, err
	}
	for _, r := range file.Resources {
		if r.Type != "AWS::CloudWatch::Alarm" {
			continue
		}
		var alarm struct {
			MetricName string `yaml:"MetricName"`
			Metrics    []struct {
				MetricStat yaml.Node `yaml:"MetricStat"`
			} `yaml:"Metrics"`
		}
		if err := r.Properties.Decode(&alarm); err != nil {
			return 0, err
		}
		if alarm.MetricName != "" {
			n++
		}
		for _, m := range alarm.Metrics {
			if !m.MetricStat.IsZero() {
				n++
			}
		}
	}
	return n, nil
}
