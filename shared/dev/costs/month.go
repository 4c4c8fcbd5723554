package costs

import (
	"fmt"
	"math"
)

// AWS's list prices in us-east-1 in dollars, without free tiers. They were looked up when this was written.
const (
	perRequest      = 1.00 / 1e6   // HTTP API
	perInvocation   = 0.20 / 1e6   // Lambda
	perGBSecond     = 0.0000133334 // Lambda, arm64
	perReadUnit     = 0.125 / 1e6  // DynamoDB on demand: a consistent read of up to 4 KB
	perWriteUnit    = 0.625 / 1e6  // DynamoDB on demand: a write of up to 1 KB
	perGBLogged     = 0.50         // CloudWatch Logs
	perGBSent       = 0.09         // to the internet
	perTrace        = 5.00 / 1e6   // X-Ray
	perEvent        = 1.00 / 1e6   // EventBridge
	perGBStored     = 0.25 + 0.20  // the table and its continuous backups
	perAlarmMetric  = 0.10         // CloudWatch
	perDashboard    = 3.00         // CloudWatch
	secondsInAMonth = 30 * 24 * 3600.0
)

// The assumed users and their meetings.
const (
	users           = 1000
	meetingsADay    = 10 // hosted by each user
	days            = 30
	guests          = 3 // of each meeting, besides the host
	minutes         = 30
	rosterEvery     = 30.0 // seconds between two requests of a host's client for the roster
	planned         = 0.5  // the share of meetings that are planned; the others are started at once
	bytesOfAUser    = 4096 // profile, room, link, e-mail address, a few meetings
	bytesOfAMeeting = 4096 // seats and record
	daysKept        = 92   // the default of RetentionDays, and the time until DynamoDB deletes expired items
)

// The assumed times and sizes.
const (
	millisecondsATrip  = 5.0 // to DynamoDB and back
	millisecondsOwn    = 3.0 // of a request, besides its trips
	bytesLogged        = 650 // of a request, by the function and by the API
	bytesSent          = 700 // of an answer
	sampled            = 0.05
	millisecondsNotify = 30.0 // to publish one event, alone in its batch
)

// A month is the work of a deployment in one month.
type month struct{ requests, seconds, reads, writes, storedGB, events float64 }

// A habit is an operation, and how often it occurs in one meeting.
type habit struct {
	Function, Operation string
	Times               float64
}

// habits are the operations of a meeting in a personal room. lease is the parameter LeaseSeconds.
func habits(lease float64) []habit {
	return []habit{
		{"profile", "view a profile", 1},
		{"schedule", "list upcoming meetings", 1},
		{"schedule", "plan a meeting in the personal room", planned},
		{"schedule", "get an invitation", planned},
		{"instant", "start the personal room", 1},
		{"admission", "join as a guest", guests},
		{"admission", "heartbeat that renews the seat", (1 + guests) * minutes * 60 / (lease / 3)},
		{"admission", "list the roster", minutes * 60 / rosterEvery},
		{"admission", "leave", guests},
		{"instant", "end the personal room", 1},
	}
}

// busy returns a month of all users' meetings. It panics if an operation has no row.
func busy(lease float64) (m month) {
	const meetings = users * meetingsADay * days
	for _, h := range habits(lease) {
		r, found := Of(h.Function)[h.Operation]
		if !found {
			panic(fmt.Sprintf("there is no row %q of %s", h.Operation, h.Function))
		}
		times := meetings * h.Times
		m.requests += times
		m.seconds += times * (millisecondsOwn + millisecondsATrip*float64(r.Trips)) / 1000
		m.reads += times * r.Reads
		m.writes += times * r.Writes
	}
	m.events = meetings * (planned + 2 + 2*(1+guests)) // created, started, ended; joined and left
	m.storedGB = (users*bytesOfAUser + users*meetingsADay*daysKept*bytesOfAMeeting) / 1e9
	return m
}

// idle returns a month without a request.
func idle() month { return month{storedGB: users * bytesOfAUser / 1e9} }

// traces returns how many traces X-Ray's default rule records: one a second, and a share of the other requests.
func (m month) traces() float64 {
	first := math.Min(m.requests, secondsInAMonth)
	return first + sampled*(m.requests-first)
}

// A line is one line of the bill.
type line struct {
	Name    string
	Dollars func(month) float64
}

// lines returns the bill for functions of memory MB, and of notifyMB for the function that publishes events.
func lines(memory, notifyMB float64) []line {
	perPublished := perEvent + perInvocation + millisecondsNotify/1000*notifyMB/1024*perGBSecond
	return []line{
		{"HTTP API, requests", func(m month) float64 { return m.requests * perRequest }},
		{"Lambda, invocations", func(m month) float64 { return m.requests * perInvocation }},
		{"Lambda, time", func(m month) float64 { return m.seconds * memory / 1024 * perGBSecond }},
		{"DynamoDB, reads", func(m month) float64 { return m.reads * perReadUnit }},
		{"DynamoDB, writes", func(m month) float64 { return m.writes * perWriteUnit }},
		{"DynamoDB, storage and backups", func(m month) float64 { return m.storedGB * perGBStored }},
		{"CloudWatch, logs", func(m month) float64 { return m.requests * bytesLogged / 1e9 * perGBLogged }},
		{"events, published on the bus", func(m month) float64 { return m.events * perPublished }},
		{"data sent", func(m month) float64 { return m.requests * bytesSent / 1e9 * perGBSent }},
	}
}

func total(lines []line) func(month) float64 {
	return func(m month) (sum float64) {
		for _, l := range lines {
			sum += l.Dollars(m)
		}
		return sum
	}
}
