//go:build unix

// Package cloud serves what stands in for SQS and EventBridge at one address, for the functions' own clients.
package cloud

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"personal-rooms/shared/bundle"
	"personal-rooms/shared/local/awsjson"
	"personal-rooms/shared/local/bus"
	"personal-rooms/shared/local/console"
	"personal-rooms/shared/local/queue"
)

const (
	headerTimeout = 10 * time.Second
	shutdownLimit = time.Second // for requests at work when we are told to stop
)

// Options say what is served. Only Plan is needed.
type Options struct {
	Plan    *bundle.Bundle // whose queues, buses and rules are there
	Address string         // to listen on; "127.0.0.1:0" if empty
	Invoke  bus.Invoke     // the functions that rules lead to; nil: there are none
	Log     io.Writer      // a line for each event
	Wrap    func(http.Handler) http.Handler
	Pause   time.Duration // see bus.Options
}

// Cloud is the services at work.
type Cloud struct {
	Queues *queue.Queues
	Bus    *bus.Bus

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
	c := &Cloud{Queues: queue.New(o.Plan.Queues), ended: make(chan struct{})}
	var err error
	if c.Bus, err = bus.New(o.Plan, bus.Options{Queues: c.Queues, Invoke: o.Invoke, Log: o.Log, Pause: o.Pause}); err != nil {
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
