//go:build unix

package main

import (
	"context"
	"os"
	"time"
)

// untilMakeEnds returns a context that ends with the make that started this process, even if make is killed. Without
// make it returns ctx.
func untilMakeEnds(ctx context.Context) context.Context {
	if os.Getenv("MAKELEVEL") == "" {
		return ctx
	}
	ctx, cancel := context.WithCancel(ctx)
	parent := os.Getppid()
	go func() {
		defer cancel()
		for os.Getppid() == parent && ctx.Err() == nil {
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
			}
		}
	}()
	return ctx
}
