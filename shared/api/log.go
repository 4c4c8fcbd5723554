package api

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"personal-rooms/shared/meeting"
)

type logKey struct{}

func withLog(ctx context.Context, log *slog.Logger) context.Context {
	return context.WithValue(ctx, logKey{}, log)
}

func withUser(ctx context.Context, c meeting.Caller) context.Context {
	if c.None() {
		return ctx
	}
	return withLog(ctx, Log(ctx).With("user", c.ID))
}

// Log returns the logger of the request that ctx belongs to. Its lines name the request, the route and the user. Never
// log passcodes, tokens, secrets or query strings.
func Log(ctx context.Context) *slog.Logger {
	log, _ := ctx.Value(logKey{}).(*slog.Logger)
	return cmp.Or(log, slog.New(slog.DiscardHandler))
}

// record writes the one log line of a request: route, user, status, and the cause of an error, which the answer does
// not show. A refusal that wraps nothing has no cause.
func record(ctx context.Context, r *Request, status int, reason meeting.Reason, err error, took time.Duration) {
	attrs := []slog.Attr{slog.Int("status", status), slog.Int64("ms", took.Milliseconds())}
	if !r.Caller.None() {
		attrs = append(attrs, slog.String("user", r.Caller.ID))
	}
	if err != nil {
		attrs = append(attrs, slog.String("reason", string(reason)))
	}
	_, plain := err.(*meeting.Refusal) //nolint:errorlint // a wrapped refusal has a cause
	if err != nil && (!plain || reason == Internal) {
		attrs = append(attrs, slog.String("cause", fmt.Sprint(err))) // Sprint, because Error of a nil refusal panics
	}
	Log(ctx).LogAttrs(ctx, level(status), "request", attrs...)
}

func level(status int) slog.Level {
	switch {
	case status == 503:
		return slog.LevelWarn
	case status >= 500:
		return slog.LevelError
	}
	return slog.LevelInfo
}
