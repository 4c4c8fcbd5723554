//go:build unix

package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// ErrLocked is the error of a folder that another process has locked.
var ErrLocked = errors.New("another process uses this folder")

// LockFolder makes the folder, if it is not there, and locks it until Unlock or the end of this process. It returns
// [ErrLocked] if another process has locked it.
func LockFolder(folder string) (*flock.Flock, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(folder, "lock"))
	locked, err := lock.TryLock()
	if err == nil && !locked {
		err = ErrLocked
	}
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", folder, err)
	}
	return lock, nil
}
