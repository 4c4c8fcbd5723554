// Command costs prints what a deployment costs a month, as the README has it:
//
//	go run ./shared/dev/costs
//
// What each operation takes of DynamoDB it reads from the README's own table, which the functions' tests hold against what they
// count on the wire; memory and alarms it reads from template.yaml. What is assumed stands below: change it and look.
package main

import (
	"fmt"
	"io"
	"os"

	"personal-rooms/shared/dev/template"
)

// AWS's list prices in us-east-1, in dollars, as known when this was written: look them up before you decide by them. Free tiers
// are not taken off.
const (
	perRequest      = 1.00 / 1e6   // HTTP API
	perInvocation   = 0.20 / 1e6   // Lambda
	perGBSecond     = 0.0000133334 // Lambda, arm64
	perReadUnit     = 0.125 / 1e6  // DynamoDB on demand; a consistent read of up to 4 KB
	perWriteUnit    = 0.625 / 1e6  // a write of up to 1 KB
	perGBLogged     = 0.50         // CloudWatch Logs
	perGBSent       = 0.09         // to the internet
	perTrace        = 5.00 / 1e6   // X-Ray
	perEvent        = 1.00 / 1e6   // EventBridge
	perGBStored     = 0.25 + 0.20  // the table, and its backups to any point in time
	perAlarmMetric  = 0.10         // CloudWatch
	perDashboard    = 3.00
	secondsInAMonth = 30 * 24 * 3600.0
)

// What is assumed of the people.
const (
	users           = 1000
	meetingsADay    = 10 // that each hosts
	days            = 30
	guests          = 3 // of each meeting, beside its host
	minutes         = 30
	looksEvery      = 30.0 // seconds after which a host's client asks for the roster again
	planned         = 0.5  // of the meetings, the others are started at once
	bytesOfAUser    = 4096 // profile, room, link, e-mail, a few meetings
	bytesOfAMeeting = 4096 // its seats and its record
	daysKept        = 92   // they are, by the default of RetentionDays and until DynamoDB deletes them
)

// What is assumed of the machines.
const (
	millisecondsATrip = 5.0 // to DynamoDB and back
	millisecondsOwn   = 3.0 // of a request, besides
	bytesLogged       = 650 // of a request: the function's line and the API's
	bytesSent         = 700 // of an answer
	sampled           = 0.05
	millisecondsTold  = 30.0 // to tell of an event, alone in its batch
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "costs:", err)
		os.Exit(1)
	}
}

func run(out io.Writer) error {
	root, err := template.FindRoot(".")
	if err != nil {
		return err
	}
	text, err := table(root)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, text)
	return err
}

// A habit is an operation, and how often a meeting makes it.
type habit struct {
	operation string // as the README's table of costs names it
	times     float64
}

// habits are what a meeting in a personal room is made of, when seats are leased for so many seconds.
func habits(lease float64) []habit {
	return []habit{
		{"to view a profile", 1},
		{"to list what comes", 1},
		{"to plan one in the personal room", planned},
		{"an invitation", planned},
		{"to start the personal room", 1},
		{"an admission", guests},
		{"a heartbeat that renews", (1 + guests) * minutes * 60 / (lease / 3)},
		{"the roster", minutes * 60 / looksEvery},
		{"to leave", guests},
		{"to end it", 1},
	}
}
