package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"personal-rooms/shared/dev/aws/dynamoproxy"
)

// A courier carries requests to DynamoDB Local for those in a synctest bubble, where no connection may live: it stands outside, and
// nothing of the bubble is given to it.
type courier struct {
	jobs    chan letter
	replies chan reply
}

type letter struct {
	url    string
	header http.Header
	body   []byte
}

type reply struct {
	status int
	header http.Header
	body   []byte
	err    error
}

// newCourier serves until the test ends.
func newCourier(t testing.TB) courier {
	t.Helper()
	c := courier{make(chan letter), make(chan reply)}
	client := &http.Client{Transport: &http.Transport{}}
	go func() {
		for job := range c.jobs {
			c.replies <- job.send(client)
		}
		client.CloseIdleConnections()
	}()
	t.Cleanup(func() { close(c.jobs) })
	return c
}

func (l letter) send(client *http.Client) (r reply) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, l.url, bytes.NewReader(l.body))
	if err != nil {
		return reply{err: err}
	}
	request.Header = l.header
	response, err := client.Do(request)
	if err != nil {
		return reply{err: err}
	}
	defer response.Body.Close()
	r.status, r.header = response.StatusCode, response.Header
	r.body, r.err = io.ReadAll(response.Body)
	return r
}

// carry is the answer to one letter; the bubble's clock stands still meanwhile.
func (c courier) carry(l letter) reply {
	c.jobs <- l
	return <-c.replies
}

// as is the fault that is none: the answer of DynamoDB.
func (r reply) as() dynamoproxy.Fault {
	return func(_ http.RoundTripper, request *http.Request) (*http.Response, error) {
		return &http.Response{
			Status: http.StatusText(r.status), StatusCode: r.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: r.header, Body: io.NopCloser(bytes.NewReader(r.body)), ContentLength: int64(len(r.body)), Request: request,
		}, r.err
	}
}

var errReset = errors.New("connection reset by peer")

// lost is what a client sees whose connection broke.
func lost(http.RoundTripper, *http.Request) (*http.Response, error) { return nil, errReset }

// late is what a client sees that waited too long.
func late(http.RoundTripper, *http.Request) (*http.Response, error) {
	return nil, os.ErrDeadlineExceeded
}

// A parcel is a request on its way to DynamoDB: it is held until the director lets it go.
type parcel struct {
	letter
	deed      *deed
	operation string
	key       string // of the item, or of the partition
	serial    int    // in the order of their coming
	answer    chan dynamoproxy.Fault
	gone      bool // nobody waits for the answer any more
	copied    bool // it was delivered once, or its sender believes that it never will be
}

// compare is an order that is the same in each run of a seed.
func (p *parcel) compare(q *parcel) int {
	return cmp.Or(cmp.Compare(p.deed.id, q.deed.id), strings.Compare(p.operation, q.operation), strings.Compare(p.place(), q.place()),
		cmp.Compare(p.serial, q.serial))
}

// place is the item without what chance made of its name.
func (p *parcel) place() string {
	kind, _, _ := strings.Cut(p.key, "#")
	if i := strings.IndexByte(p.key, ' '); i >= 0 {
		sort, _, _ := strings.Cut(p.key[i:], "#")
		kind += sort
	}
	return kind + " " + p.deed.name(p.seat())
}

func (p *parcel) writes() bool { return p.operation != "GetItem" && p.operation != "Query" }

func (p *parcel) gate() bool { return p.writes() && strings.HasPrefix(p.key, "ROOM#") }

// seat is the id of the seat that is written; empty if it is none.
func (p *parcel) seat() string {
	_, id, _ := strings.Cut(p.key, " SEAT#")
	return id
}

// parcelOf reads what a request is about.
func parcelOf(r *http.Request, d *deed) (*parcel, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var asked struct {
		Key, Item                 struct{ PK, SK struct{ S string } }
		ExpressionAttributeValues map[string]struct{ S string }
	}
	if err := json.Unmarshal(body, &asked); err != nil {
		return nil, err
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	key := asked.Key.PK.S + asked.Item.PK.S + " " + asked.Key.SK.S + asked.Item.SK.S
	if operation == "Query" {
		key = asked.ExpressionAttributeValues[":0"].S
	}
	header := r.Header.Clone()
	return &parcel{
		letter: letter{r.URL.String(), header, body}, deed: d, operation: operation, key: key, answer: make(chan dynamoproxy.Fault, 1),
	}, nil
}
