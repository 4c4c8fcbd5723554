package webhook

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

// One address of each block that IANA lists as special, and neighbours of the private blocks.
func TestPublicAddresses(t *testing.T) {
	for _, a := range []string{
		"8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "223.255.255.255",
		"2606:4700::1111", "2001:200::1",
	} {
		if !public(netip.MustParseAddr(a)) {
			t.Errorf("%s is not public", a)
		}
	}
	for _, a := range []string{
		"0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1", "127.255.255.255", "169.254.169.254",
		"192.0.2.1", "198.51.100.1", "203.0.113.1", "192.31.196.1", "192.0.0.171", "192.88.99.1", "198.18.0.1", "239.255.255.255",
		"240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1%eth0", "fd00:ec2::254", "fec0::1", "2001:db8::1", "3fff::1",
		"2620:4f:8000::1", "ff02::1", "::ffff:8.8.8.8", "::ffff:169.254.169.254", "::10.0.0.1", "64:ff9b::a9fe:a9fe",
		"64:ff9b:1::7f00:1", "2002:808:808::1", "2001:0:7f00:1::", "2001:20::1", "100::1", "5f00::1",
	} {
		if public(netip.MustParseAddr(a)) {
			t.Errorf("%s is public", a)
		}
	}
	if public(netip.Addr{}) {
		t.Error("the zero address is public")
	}
}

func TestTargets(t *testing.T) {
	for want, targets := range map[error][]string{
		nil: {"https://hooks.example.com/zoom?a=b", "https://hooks.example.com.:8443/", "HTTPS://[2606:4700::1111]:443/",
			"https://hooks.example.com:65535"},
		errAddress: {"http://hooks.example.com/", "ftp://hooks.example.com/", "hooks.example.com", "", "https://", "https:///path",
			"https://hooks.example.com:x/", "https://[::1", "file:///etc/passwd"},
		errUser: {"https://ada@hooks.example.com/", "https://ada:secret@hooks.example.com/", "https://hooks.example.com:443@10.0.0.1/"},
		errPort: {"https://hooks.example.com:22/", "https://hooks.example.com:0/", "https://hooks.example.com:80/",
			"https://hooks.example.com:65536/"},
	} {
		for _, text := range targets {
			if _, err := target(text, false); !errors.Is(err, want) {
				t.Errorf("%q: %v, want %v", text, err, want)
			}
		}
	}
	for _, text := range []string{"http://127.0.0.1:80/", "https://localhost:22/"} {
		if _, err := target(text, true); err != nil {
			t.Errorf("with private addresses allowed, %q: %v", text, err)
		}
	}
}

// silent is a receiver that never answers.
type silent struct{}

func (silent) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestTimeLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(true, meeting.Env{Now: time.Now, Random: rand.Reader})
		c.transport = silent{}
		began := time.Now()
		err := c.Validate(t.Context(), "http://127.0.0.1/", "known-to-both")
		if took := time.Since(began); took != handshakeTime || !errors.Is(err, account.ErrTimeout) {
			t.Errorf("the handshake: %v after %s", err, took)
		}
		began = time.Now()
		status, err := c.Post(t.Context(), "http://127.0.0.1/", "known-to-both", []byte("{}"))
		if took := time.Since(began); took != answerTime || status != 0 || !errors.Is(err, account.ErrTimeout) {
			t.Errorf("an event: %d, %v after %s", status, err, took)
		}
	})
}
