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
	perTrace        = 5.00 / 1e6   // X-Ray, of each trace that is recorded
	perSocketMinute = 0.25 / 1e6   // WebSocket API, of each connection
	perSocketFrame  = 1.00 / 1e6   // WebSocket API, of each message of up to 32 KB
	perEvent        = 1.00 / 1e6   // EventBridge
	perGBStored     = 0.25 + 0.20  // the table and its continuous backups
	perAlarmMetric  = 0.10         // CloudWatch
	perDashboard    = 3.00         // CloudWatch
	perMail         = 0.10 / 1e3   // SES
	perFIFORequest  = 0.50 / 1e6   // SQS
	secondsInAMonth = 30 * 24 * 3600.0
)

// The assumed users and their meetings.
const (
	users           = 1000
	meetingsADay    = 10 // hosted by each user
	days            = 30
	guests          = 3 // of each meeting, besides the host
	minutes         = 30
	waitMinutes     = 2    // that each guest waits for the host
	planned         = 0.5  // the share of meetings that are planned; the others are started at once
	bytesOfAUser    = 4096 // profile, room, link, e-mail address, a few meetings
	bytesOfAMeeting = 4096 // seats and record
	daysKept        = 92   // the default of RetentionDays, and the time until DynamoDB deletes expired items
)

// How often clients ask, and what makes them ask at once.
const (
	consoleEvery = 300.0      // seconds between two looks of a host's console with a socket; 3 without one
	waitingEvery = 30.0       // seconds between two polls of somebody who waits with a socket; about 5 without one
	renewalEvery = 400.0 / 2  // seconds: half of the default of LeaseSeconds
	consoleHints = 1 + guests // the guests come in together, and go one by one: each time the console looks
	waitingPolls = guests * (waitMinutes*60/waitingEvery - 1)
	waitingHints = guests     // each guest asks as the host comes
	mediaReports = 1 + guests // people whose coming and going LiveKit reports; and the end of its room
)

// What hints need besides the requests that they cause.
const (
	socketMinutes = minutes + guests*waitMinutes // of consoles, and of people who wait
	socketFrames  = consoleHints + waitingHints  // hints
	socketStarts  = 1 + guests                   // connections
)

// The assumed times and sizes.
const (
	millisecondsATrip  = 5.0 // to DynamoDB and back
	millisecondsOwn    = 3.0 // of a request, besides its trips
	bytesLogged        = 650 // of a request, by the function and by the API; nothing of a connection
	bytesSent          = 700 // of an answer
	sampled            = 0.05
	workingHours       = 10
	millisecondsNotify = 30.0 // to publish one event, alone in its batch
	millisecondsMail   = 100.0
	requestsAMessage   = 3.0        // to its queue: to put it, to receive it, to delete it
	pollsASecond       = 5.0 / 20.0 // of a queue that is empty: Lambda has five pollers, which wait for 20 seconds
)

// A month is the work of a deployment in one month.
type month struct {
	requests, seconds, reads, writes, storedGB, events, mails, rings float64

	sockets, frames, socketMinutes float64 // requests that open or end connections; messages; minutes
}

// A habit is an operation, and how often it occurs in one meeting.
type habit struct {
	Function, Operation string
	Times               float64
}

// habits are the operations of a meeting in a personal room. With LiveKit its reports are the presence.
func habits(liveKit bool) []habit {
	all := []habit{
		{"profile", "view a profile", 1},
		{"schedule", "list upcoming meetings", 1},
		{"schedule", "plan a meeting in the personal room", planned},
		{"schedule", "get an invitation", planned},
		{"admission", "wait for the host", guests},
		{"admission", "poll", waitingPolls / 2},
		{"admission", "poll that renews the seat", waitingPolls / 2}, // with the pauses of rooms.js, every second one
		{"instant", "start the personal room", 1},
		{"admission", "poll that comes in, after the host started", waitingHints},
		{"admission", "list the roster", minutes*60/consoleEvery + consoleHints},
		{"admission", "leave", guests},
		{"instant", "end the personal room", 1},
		{"hints", "open a connection", socketStarts},
		{"hints", "close a connection", socketStarts},
	}
	if liveKit {
		return append(all,
			habit{"admission", "heartbeat", 1 + guests}, // half a minute after they came in; then every half an hour
			habit{"admission", "report of LiveKit that somebody joined", mediaReports},
			habit{"admission", "report of LiveKit that somebody left, after they gave up the seat", mediaReports},
			habit{"admission", "report of LiveKit that its room is empty", 1})
	}
	return append(all, habit{"admission", "heartbeat that renews the seat", (1 + guests) * minutes * 60 / renewalEvery})
}

// perMeeting returns the work of one meeting. It panics if an operation has no row.
func perMeeting(liveKit bool) (m month) {
	for _, h := range habits(liveKit) {
		r, found := Of(h.Function)[h.Operation]
		if !found {
			panic(fmt.Sprintf("there is no row %q of %s", h.Operation, h.Function))
		}
		switch h.Function + ": " + h.Operation {
		default:
			m.requests += h.Times
		case "hints: open a connection":
			m.sockets += 2 * h.Times // the authorizer is asked before
		case "hints: close a connection":
			m.sockets += h.Times
		}
		m.seconds += h.Times * (millisecondsOwn + millisecondsATrip*float64(r.Trips)) / 1000
		m.reads += h.Times * r.Reads
		m.writes += h.Times * r.Writes
	}
	m.events = planned + 2 + 2*(1+guests) + guests // created, started, ended; joined and left; waited
	m.reads += m.events / 2                        // of the connections to which hints are sent
	m.frames, m.socketMinutes = socketFrames, socketMinutes
	m.mails, m.rings = planned*guests, 1
	return m
}

// busy returns a month of all users' meetings.
func busy(liveKit bool) month {
	const meetings = users * meetingsADay * days
	m := perMeeting(liveKit)
	for _, amount := range []*float64{
		&m.requests, &m.seconds, &m.reads, &m.writes, &m.events, &m.sockets, &m.frames, &m.socketMinutes, &m.mails, &m.rings,
	} {
		*amount *= meetings
	}
	m.storedGB = (users*bytesOfAUser + users*meetingsADay*daysKept*bytesOfAMeeting) / 1e9
	return m
}

// idle returns a month without a request.
func idle() month { return month{storedGB: users * bytesOfAUser / 1e9} }

// traces returns how many traces X-Ray's default rule records: the first request of each second, and a share of the
// others. The requests come at random in the working hours.
func (m month) traces() float64 {
	seconds := workingHours * 3600.0 * days
	first := seconds * (1 - math.Exp(-m.requests/seconds)) // seconds in which there is a request
	return first + sampled*(m.requests-first)
}

// mailing returns what mails cost, by a function of memory MB.
func mailing(memory float64) func(month) float64 {
	one := perMail + requestsAMessage*perFIFORequest + perInvocation + millisecondsMail/1000*memory/1024*perGBSecond
	return func(m month) float64 { return m.mails*one + secondsInAMonth*pollsASecond*perFIFORequest }
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
		{"WebSocket API, messages and minutes", func(m month) float64 {
			return m.frames*perSocketFrame + m.socketMinutes*perSocketMinute
		}},
		{"Lambda, invocations", func(m month) float64 { return (m.requests + m.sockets) * perInvocation }},
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
