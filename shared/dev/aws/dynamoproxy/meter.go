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
)

// A Meter counts requests and what they cost. The zero Meter is ready.
type Meter struct {
	// Linger is how long each call is kept before it is sent on, so that those made beside it are counted as one trip on a busy
	// machine too.
	Linger time.Duration

	mu    sync.Mutex
	calls []Call
	trips int
}

// A Call is one request.
type Call struct {
	Operation Operation
	Input     map[string]any // as it was sent
	Status    int            // 0: no answer came
	Units     float64        // of capacity, read or write, as the operation is one or the other; 0 of one that failed

	trip int // one more than of the last call that was answered before this one was sent
}

// Wrap stands before next.
func (m *Meter) Wrap(next http.RoundTripper) http.RoundTripper {
	return transport(func(r *http.Request) (*http.Response, error) {
		c := Call{Operation: operationOf(r), trip: m.Trips() + 1}
		r, err := c.ask(r)
		if err != nil {
			return nil, err
		}
		m.linger(r)
		response, err := next.RoundTrip(r)
		if err == nil {
			err = c.learn(response)
		}
		m.add(c)
		if err != nil {
			return nil, err
		}
		return response, nil
	})
}

func (m *Meter) linger(r *http.Request) {
	if m.Linger == 0 {
		return
	}
	timer := time.NewTimer(m.Linger)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

func (m *Meter) add(c Call) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls = append(m.calls, c)
	m.trips = max(m.trips, c.trip)
}

// Trips is how many round trips there were one after the other: calls made at once are one.
func (m *Meter) Trips() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.trips
}

// Calls are those since the last Reset, in the order of their answers.
func (m *Meter) Calls() []Call {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.calls)
}

// Reset forgets what was.
func (m *Meter) Reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls, m.trips = nil, 0
}

// Count is how many calls there were of each operation.
func (m *Meter) Count() map[Operation]int {
	count := map[Operation]int{}
	for _, c := range m.Calls() {
		count[c.Operation]++
	}
	return count
}

// Cost says what the calls took, as the tables of costs do: "3 trips, 2 WCU, 1.5 RCU".
func (m *Meter) Cost() string {
	read, write := m.Units()
	return fmt.Sprintf("%d trips, %v WCU, %v RCU", m.Trips(), write, read)
}

// Units is what the calls have cost.
func (m *Meter) Units() (read, write float64) {
	for _, c := range m.Calls() {
		if c.Reads() {
			read += c.Units
		} else {
			write += c.Units
		}
	}
	return read, write
}

// Reads reports whether the call's units are read units.
func (c Call) Reads() bool {
	return slices.Contains([]Operation{"GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan"}, c.Operation)
}

// Consistent reports whether the call is a consistent read of one table.
func (c Call) Consistent() bool { return c.Input["ConsistentRead"] == true }

// ask is the request, made to tell its cost.
func (c *Call) ask(r *http.Request) (*http.Request, error) {
	body, err := drain(r.Body)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(body, &c.Input); err != nil {
		return nil, fmt.Errorf("wire: %s: %w", c.Operation, err)
	}
	if c.Input == nil || !c.costs() {
		return withBody(r, body), nil
	}
	asking, err := json.Marshal(with(c.Input, "ReturnConsumedCapacity", "INDEXES"))
	return withBody(r, asking), err
}

// costs reports whether the operation is one that uses capacity.
func (c *Call) costs() bool {
	return c.Reads() || slices.Contains(
		[]Operation{"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}, c.Operation)
}

func with(input map[string]any, name string, value any) map[string]any {
	all := map[string]any{name: value}
	maps.Copy(all, input)
	return all
}

// learn takes the cost from the answer.
func (c *Call) learn(response *http.Response) error {
	body, err := drain(response.Body)
	if err != nil {
		return err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	c.Status = response.StatusCode
	if c.Operation == "TransactWriteItems" {
		if c.Status == http.StatusOK {
			c.Units = transactionUnits(c.Input, indexUnits(body))
		}
		return nil
	}
	var one struct {
		ConsumedCapacity struct{ CapacityUnits float64 }
	}
	if json.Unmarshal(body, &one) == nil {
		c.Units = one.ConsumedCapacity.CapacityUnits
		return nil
	}
	var many struct {
		ConsumedCapacity []struct{ CapacityUnits float64 }
	}
	if json.Unmarshal(body, &many) == nil {
		for _, table := range many.ConsumedCapacity {
			c.Units += table.CapacityUnits
		}
	}
	return nil
}
