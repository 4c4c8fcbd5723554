//go:build unix

// Package endpoint serves the stand-ins for SQS, EventBridge and SES at one address.
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
	"personal-rooms/shared/dev/aws/mailbox"
	"personal-rooms/shared/dev/aws/queues"
	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/dev/template"
)

const (
	headerTimeout = 10 * time.Second
	shutdownLimit = time.Second // for requests that are being answered
)

// Options configure the services. Plan is required.
type Options struct {
	Plan    *template.Bundle // with the queues, buses and rules
	Address string           // where to listen; "127.0.0.1:0" if empty
	Invoke  eventbus.Invoke  // calls the targets of rules that are functions; nil: their events are dropped
	Mails   string           // the folder where mails are written; "": none
	Log     io.Writer        // gets a line for each event and each mail
}

// Cloud is the running services.
type Cloud struct {
	Queues *queues.Queues
	Bus    *eventbus.Bus
	Mails  *mailbox.Mailbox

	port   int
	server *http.Server
}

// Start returns when the services answer.
func Start(o Options) (*Cloud, error) {
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	o.Log = console.Of(o.Log)
	c := &Cloud{Queues: queues.New(o.Plan.Queues), Mails: mailbox.New(o.Mails, o.Log)}
	var err error
	if c.Bus, err = eventbus.New(o.Plan, eventbus.Options{Queues: c.Queues, Invoke: o.Invoke, Log: o.Log}); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", o.Address)
	if err != nil {
		return nil, fmt.Errorf("serve SQS, EventBridge and SES: %w", err)
	}
	if address, ok := listener.Addr().(*net.TCPAddr); ok {
		c.port = address.Port
	}
	services := awsjson.Services{}
	c.Queues.Serve(services)
	c.Bus.Serve(services)
	routes := http.NewServeMux()
	routes.Handle("/", services)
	routes.Handle(mailbox.Prefix, c.Mails)
	c.server = &http.Server{
		Handler: routes, ReadHeaderTimeout: headerTimeout,
		ErrorLog: slog.NewLogLogger(slog.NewTextHandler(o.Log, nil), slog.LevelError),
	}
	go func() { _ = c.server.Serve(listener) }() // until Close
	return c, nil
}

// Endpoint returns the base URL of the services on this machine.
func (c *Cloud) Endpoint() string { return fmt.Sprintf("http://127.0.0.1:%d", c.port) }

// Port returns the port of the services.
func (c *Cloud) Port() int { return c.port }

// Close stops the services and drops events that are not delivered yet.
func (c *Cloud) Close() {
	c.Bus.Close()
	ctx, cancel := context.WithTimeout(context.Background(), shutdownLimit)
	defer cancel()
	if err := c.server.Shutdown(ctx); err != nil {
		c.server.Close()
	}
}
