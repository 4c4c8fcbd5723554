package boot

import (
	"context"
	"crypto/rand"
	"time"

	"personal-rooms/shared/meeting"
)

// Env is what the use cases take from the world: the clock, chance, and the operator's terms.
func (s Settings) Env() meeting.Env {
	return meeting.Env{
		Now: time.Now, Random: rand.Reader, Pause: pause,
		Terms: meeting.Terms{Quarantine: s.Quarantine, Lease: s.Lease},
	}
}

// pause waits, or until the context is done.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
