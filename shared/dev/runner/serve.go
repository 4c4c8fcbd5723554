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
	"strconv"
	"strings"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/aws/eventbus"
	"personal-rooms/shared/dev/aws/gateway"
	"personal-rooms/shared/dev/aws/issuer"
	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/dev/run/receiver"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/secret"
)

const headerTimeout = 10 * time.Second

// hintsPath is where the WebSockets of hints are, and below it their @connections API.
const hintsPath = "/hints"

// serve serves the API on the listener, and what the API does not have: the WebSockets, the issuer, the event bus and a
// receiver of webhooks.
func (b *Bundle) serve(plan *template.Bundle, env map[string]string, listener net.Listener) error {
	api, err := gateway.New(plan, b.invoke, b.log)
	if err != nil {
		return err
	}
	if plan.Sockets != nil {
		b.sockets = gateway.NewSockets(plan.Sockets, hintsPath, b.invoke, b.log)
	}
	provider := issuer.NewProvider(b.issuer, b.url, time.Now)
	signIn := b.logged(provider)
	own := map[string]http.Handler{
		eventbus.Path: b.cloud.Bus,
		receiver.Path: receiver.New(receiver.Options{
			Key: secret.Text(env["WEBHOOK_KEY"]), Webhooks: b.webhooks, Account: issuer.DefaultAccount, Log: b.log,
		}),
	}
	b.server = &http.Server{
		ReadHeaderTimeout: headerTimeout,
		ErrorLog:          slog.NewLogLogger(slog.NewTextHandler(b.log, nil), slog.LevelError),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // a ServeMux would redirect some paths
			handler, is := own[r.URL.Path]
			switch {
			case is:
				handler.ServeHTTP(w, r)
			case b.sockets != nil && b.sockets.Serves(r.URL.Path):
				b.sockets.ServeHTTP(w, r)
			case provider.Serves(r.URL.Path) && !asksForApp(r):
				signIn.ServeHTTP(w, r)
			default:
				api.ServeHTTP(w, r)
			}
		}),
	}
	go func() {
		if err := b.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			b.end(fmt.Errorf("the HTTP server has ended: %w", err))
		}
	}()
	return nil
}

// asksForApp reports whether a registered app asks for a token. The issuer believes everybody else.
func asksForApp(r *http.Request) bool {
	client, _, _ := r.BasicAuth()
	return strings.TrimSuffix(r.URL.Path, "/") == issuer.TokenPath && account.IsClientID(client)
}

func (b *Bundle) stopServing() {
	if b.server == nil {
		return
	}
	b.DropSockets()
	ctx, cancel := context.WithTimeout(context.Background(), shutdownLimit)
	defer cancel()
	if err := b.server.Shutdown(ctx); err != nil {
		b.server.Close()
	}
}

// DropSockets ends all open WebSockets, as a loss of the network does.
func (b *Bundle) DropSockets() {
	if b.sockets != nil {
		b.sockets.Close()
	}
}

// logged logs each request of a handler, with the user of Basic authentication.
func (b *Bundle) logged(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, _, _ := r.BasicAuth()
		started, answer := time.Now(), &answer{w, http.StatusOK}
		handler.ServeHTTP(answer, r)
		words := []string{console.Request(r), strconv.Itoa(answer.status), console.Took(started)}
		b.log.Line(time.Now(), console.ToneOf(answer.status), user, words...)
	})
}

// answer keeps its status.
type answer struct {
	http.ResponseWriter
	status int
}

func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// webhooks returns the ids of the account's webhooks, which the API shows to its admin.
func (b *Bundle) webhooks(ctx context.Context, account string) (ids []string, err error) {
	token, err := b.Token("receiver", TokenOptions{Account: account, Scope: issuer.AdminScope})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+"/v2/webhooks", nil)
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
		Webhooks []struct{ ID string }
	}
	err = json.NewDecoder(response.Body).Decode(&all)
	for _, w := range all.Webhooks {
		ids = append(ids, w.ID)
	}
	return ids, err
}
