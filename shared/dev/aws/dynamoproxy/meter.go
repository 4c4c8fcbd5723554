package dynamoproxy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	smithytime "github.com/aws/smithy-go/time"
)

// A Meter counts requests and what they cost. The zero Meter is ready.
type Meter struct {
	// TripWindow is how long each call is held before it is sent. Calls that are made at the same time are then counted
	// as one trip on a busy machine too.
	TripWindow time.Duration

	mu    sync.Mutex
	calls []Call
	trips int
}

// A Call is one request.
type Call struct {
	Operation Operation
	Input     map[string]any // as it was sent
	Units     float64        // of read capacity if the operation reads, otherwise of write capacity; 0 if it failed

	trip int // one more than that of the last call that was answered before this one was sent
}

// Wrap returns a transport that counts what it sends to next.
func (m *Meter) Wrap(next http.RoundTripper) http.RoundTripper {
	return transport(func(r *http.Request, body []byte) (*http.Response, error) {
		c := Call{Operation: operationOf(r), trip: m.Trips() + 1}
		if err := json.Unmarshal(body, &c.Input); err != nil {
			return nil, fmt.Errorf("dynamoproxy: %s: %w", c.Operation, err)
		}
		asking := maps.Clone(c.Input)
		asking["ReturnConsumedCapacity"] = "INDEXES"
		body, err := json.Marshal(asking)
		if err != nil {
			return nil, err
		}
		_ = smithytime.SleepWithContext(r.Context(), m.TripWindow) // the request fails if its context ends
		response, err := next.RoundTrip(withBody(r, body))
		if err == nil {
			err = c.readResponse(response)
		}
		m.add(c)
		if err != nil {
			return nil, err
		}
		return response, nil
	})
}

func (m *Meter) add(c Call) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls = append(m.calls, c)
	m.trips = max(m.trips, c.trip)
}

// Trips returns the number of consecutive round trips. Calls that are made at the same time are one trip.
func (m *Meter) Trips() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.trips
}

// Calls returns the calls since the last Reset, in the order of their answers.
func (m *Meter) Calls() []Call {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.calls)
}

// Reset sets all counts to zero.
func (m *Meter) Reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls, m.trips = nil, 0
}

// Count returns the number of calls of each operation.
func (m *Meter) Count() map[Operation]int {
	count := map[Operation]int{}
	for _, c := range m.Calls() {
		count[c.Operation]++
	}
	return count
}

// Cost returns what the calls cost, as the tables of costs show it: "3 trips, 2 WCU, 1.5 RCU".
func (m *Meter) Cost() string {
	read, write := m.Units()
	return fmt.Sprintf("%d trips, %v WCU, %v RCU", m.Trips(), write, read)
}

// Units returns the capacity units of all calls.
func (m *Meter) Units() (read, write float64) {
	for _, c := range m.Calls() {
		if c.reads() {
			read += c.Units
		} else {
			write += c.Units
		}
	}
	return read, write
}

var readOperations = []Operation{"GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan"}

func (c *Call) reads() bool { return slices.Contains(readOperations, c.Operation) }

// readResponse reads the cost from the answer.
func (c *Call) readResponse(response *http.Response) error {
	body, err := readAll(response.Body)
	if err != nil {
		return err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	consumed := consumedCapacity(body)
	if c.Operation == "TransactWriteItems" && response.StatusCode == http.StatusOK {
		c.Units = transactionUnits(c.Input, consumed)
		return nil
	}
	for _, table := range consumed {
		c.Units += table.CapacityUnits
	}
	return nil
}

// capacity is what a request consumed of one table.
type capacity struct {
	CapacityUnits          float64
	LocalSecondaryIndexes  map[string]struct{ CapacityUnits float64 }
	GlobalSecondaryIndexes map[string]struct{ CapacityUnits float64 }
}

// consumedCapacity reads the answer of an operation on one table, which has one capacity, or on several, which has a
// list of them.
func consumedCapacity(body []byte) []capacity {
	var one struct{ ConsumedCapacity capacity }
	if json.Unmarshal(body, &one) == nil {
		return []capacity{one.ConsumedCapacity}
	}
	var many struct{ ConsumedCapacity []capacity }
	if json.Unmarshal(body, &many) == nil {
		return many.ConsumedCapacity
	}
	return nil
}
