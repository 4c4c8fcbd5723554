//go:build unix

package dynamodblocal

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// port is a TCP port that no other server of this package, in any process, uses before release. Without that, a server
// that lost the race for a port would take the winner's answers for its own.
type port struct {
	number int
	claim  *flock.Flock
}

func reservePort() (port, error) {
	dir, err := cacheDir("ports")
	if err != nil {
		return port{}, err
	}
	for {
		number, err := freePort()
		if err != nil {
			return port{}, err
		}
		claim := flock.New(filepath.Join(dir, fmt.Sprint(number)))
		locked, err := claim.TryLock()
		if err != nil {
			return port{}, fmt.Errorf("reserve a port: %w", err)
		}
		if locked {
			return port{number: number, claim: claim}, nil
		}
	}
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", ":0") // on all interfaces, as DynamoDB Local does
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer listener.Close()
	address, err := netip.ParseAddrPort(listener.Addr().String())
	return int(address.Port()), err
}

func (p port) url() string { return fmt.Sprintf("http://127.0.0.1:%d", p.number) }

func (p port) release() { p.claim.Unlock() }

// cacheDir makes and returns a folder below the user's cache folder.
func cacheDir(name string) (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the user's cache folder: %w", err)
	}
	dir := filepath.Join(base, "personal-rooms", name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the cache folder: %w", err)
	}
	return dir, nil
}
