package meeting

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// maxTogether bounds how many functions run at once.
const maxTogether = 16

// together runs the functions at once and returns the first error. That error cancels the context of the others.
func together(ctx context.Context, calls ...func(context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(maxTogether)
	for _, call := range calls {
		group.Go(func() error { return call(ctx) })
	}
	return group.Wait()
}

// each calls do with the index and each of the things, at once, and returns the results in the order of the things.
func each[T, R any](ctx context.Context, things []T, do func(context.Context, int, T) (R, error)) ([]R, error) {
	made := make([]R, len(things))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(maxTogether)
	for i, thing := range things {
		group.Go(func() (err error) { made[i], err = do(ctx, i, thing); return err })
	}
	return made, group.Wait()
}

// lookAgain calls look until that is done, at most so many times, with a pause between. It returns the error of look.
func (e Env) lookAgain(ctx context.Context, times int, pause time.Duration, look func() (done bool, err error)) error {
	for n := 1; ; n++ {
		done, err := look()
		if err != nil || done || n == times {
			return err
		}
		e.Pause(ctx, pause)
	}
}
