package boot

import (
	"context"
	"crypto/rand"
	"time"

	smithytime "github.com/aws/smithy-go/time"

	"personal-rooms/shared/meeting"
)

// Env returns what the use cases need besides storage: the clock, to the millisecond that is stored; randomness; a
// pause; and the operator's configuration.
func (s Settings) Env() meeting.Env {
	return meeting.Env{Now: now, Random: rand.Reader, Pause: pause, Config: s.Config}
}

func now() time.Time { return time.Now().Truncate(time.Millisecond) }

// pause waits for d, at most until the context is done.
func pause(ctx context.Context, d time.Duration) {
	_ = smithytime.SleepWithContext(ctx, d)
}
