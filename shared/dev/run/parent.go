//go:build unix

package main

import (
	"context"
	"os"
	"time"
)

// untilMakeEnds returns a context that ends when the make that started us does, even by a signal that make cannot pass
// on. Started by anything else, we outlive it like any program.
func untilMakeEnds(ctx context.Context) context.Context {
	if os.Getenv("MAKELEVEL") == "" {
		return ctx
	}
	ctx, cancel := context.WithCancel(ctx)
	parent := os.Getppid()
	go func() {
		defer cancel()
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for os.Getppid() == parent {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}()
	return ctx
}
