//go:build unix

package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"personal-rooms/shared/dev/aws/eventbus"
	"personal-rooms/shared/dev/aws/gateway"
	"personal-rooms/shared/dev/aws/issuer"
	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/dev/run/receiver"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/secret"
)

const headerTimeout = 10 * time.Second

// serve answers on listener from now on: the API, and at paths of their own what the cloud has elsewhere.
func (b *Bundle) serve(plan *template.Bundle, common map[string]string, listener net.Listener) error {
	api, err := gateway.New(plan, b.invoke, b.log)
	if err != nil {
		return err
	}
	own := map[string]http.Handler{issuer.Path: b.shown(b.issuer)}
	if b.cloud != nil {
		own[eventbus.Path] = b.cloud.Bus
	}
	if slices.ContainsFunc(plan.Routes, func(r template.Route) bool { return r.Key() == "GET "+webhooksPath }) {
		own[receiver.Path] = receiver.New(receiver.Options{
			Key: secret.Text(common["WEBHOOK_KEY"]), Webhooks: b.webhooks, Account: issuer.DefaultAccount, Log: b.log,
		})
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
		started, answer := time.Now(), &answer{w, http.StatusOK}
		handler.ServeHTTP(answer, r)
		tone := console.Plain
		if answer.status >= http.StatusBadRequest {
			tone = console.Warn
		}
		b.log.Line(time.Now(), tone, user, console.Request(r), strconv.Itoa(answer.status), console.Took(started))
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

const webhooksPath = "/v2/webhooks"

// webhooks are the ids of the account's webhooks, as the API tells its admin.
func (b *Bundle) webhooks(ctx context.Context, account string) (ids []string, err error) {
	token, err := b.Token("receiver", TokenOptions{Account: account, Scope: issuer.AdminScope})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+webhooksPath, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, errors.New(response.Status)
	}
	var all struct {
		Webhooks []struct{ ID string } `json:"webhooks"`
	}
	err = json.NewDecoder(response.Body).Decode(&all)
	for _, w := range all.Webhooks {
		ids = append(ids, w.ID)
	}
	return ids, err
}
