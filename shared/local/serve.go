//go:build unix

package local

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"personal-rooms/shared/bundle"
	"personal-rooms/shared/local/bus"
	"personal-rooms/shared/local/console"
	"personal-rooms/shared/local/gateway"
	"personal-rooms/shared/local/oauth"
)

const headerTimeout = 10 * time.Second

// serve answers on listener from now on: the API, and at paths of their own what the cloud has elsewhere.
func (b *Bundle) serve(plan *bundle.Bundle, listener net.Listener) error {
	api, err := gateway.New(plan, b.invoke, b.log)
	if err != nil {
		return err
	}
	own := map[string]http.Handler{oauth.Path: b.shown(b.issuer)}
	if b.cloud != nil {
		own[bus.Path] = b.cloud.Bus
	}
	b.server = &http.Server{
		ReadHeaderTimeout: headerTimeout,
		ErrorLog:          slog.NewLogLogger(slog.NewTextHandler(b.log, nil), slog.LevelError),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if handler, ours := own[r.URL.Path]; ours {
				handler.ServeHTTP(w, r)
				return
			}
			api.ServeHTTP(w, r)
		}),
	}
	go func() {
		if err := b.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			b.fail(fmt.Errorf("the HTTP server has ended: %w", err))
		}
	}()
	return nil
}

// shown writes a line for each request of a handler, with the user of Basic authentication.
func (b *Bundle) shown(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, _, _ := r.BasicAuth()
		answer := &answer{w, http.StatusOK}
		handler.ServeHTTP(answer, r)
		tone := console.Plain
		if answer.status >= http.StatusBadRequest {
			tone = console.Warn
		}
		b.log.Line(time.Now(), tone, user, console.Request(r), strconv.Itoa(answer.status))
	})
}

// answer remembers its status.
type answer struct {
	http.ResponseWriter
	status int
}

func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}
