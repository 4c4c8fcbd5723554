//go:build unix

// Package endpoint serves what stands in for SQS and EventBridge at one address, for the functions' own clients.
package endpoint

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"personal-rooms/shared/dev/aws/awsjson"
	"personal-rooms/shared/dev/aws/eventbus"
	"personal-rooms/shared/dev/aws/queues"
	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/dev/template"
)

const (
	headerTimeout = 10 * time.Second
	shutdownLimit = time.Second // for requests at work when we are told to stop
)

// Options say what is served. Only Plan is needed.
type Options struct {
	Plan    *template.Bundle // whose queues, buses and rules are there
	Address string           // to listen on; "127.0.0.1:0" if empty
	Invoke  eventbus.Invoke  // the functions that rules lead to; nil: there are none
	Log     io.Writer        // a line for each event
	Wrap    func(http.Handler) http.Handler
	Pause   time.Duration // see bus.Options
}

// Cloud is the services at work.
type Cloud struct {
	Queues *queues.Queues
	Bus    *eventbus.Bus

	port   int
	server *http.Server
	ended  chan struct{} // closed when the server is
}

// Start returns when the services answer.
func Start(o Options) (*Cloud, error) {
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	o.Log = console.Of(o.Log)
	c := &Cloud{Queues: queues.New(o.Plan.Queues), ended: make(chan struct{})}
	var err error
	if c.Bus, err = eventbus.New(o.Plan, eventbus.Options{Queues: c.Queues, Invoke: o.Invoke, Log: o.Log, Pause: o.Pause}); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", o.Address)
	if err != nil {
		return nil, fmt.Errorf("serve SQS and EventBridge: %w", err)
	}
	if address, ok := listener.Addr().(*net.TCPAddr); ok {
		c.port = address.Port
	}
	c.server = &http.Server{
		Handler: c.handler(o), ReadHeaderTimeout: headerTimeout,
		ErrorLog: slog.NewLogLogger(slog.NewTextHandler(o.Log, nil), slog.LevelError),
	}
	go func() {
		defer close(c.ended)
		_ = c.server.Serve(listener) // until Close
	}()
	return c, nil
}

func (c *Cloud) handler(o Options) http.Handler {
	services := awsjson.Services{}
	c.Queues.Serve(services, c.Endpoint())
	c.Bus.Serve(services)
	if o.Wrap != nil {
		return o.Wrap(services)
	}
	return services
}

// Endpoint is the base URL of both services on this machine.
func (c *Cloud) Endpoint() string { return fmt.Sprintf("http://127.0.0.1:%d", c.port) }

// Port is where they answer.
func (c *Cloud) Port() int { return c.port }

// Close stops the services; deliveries of events that are on their way are given up. It returns when nothing is at work.
func (c *Cloud) Close() {
	c.Bus.Close()
	ctx, cancel := context.WithTimeout(context.Background(), shutdownLimit)
	defer cancel()
	if err := c.server.Shutdown(ctx); err != nil {
		c.server.Close()
	}
	<-c.ended
}
