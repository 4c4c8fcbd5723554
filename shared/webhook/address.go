package webhook

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"

	"code.dny.dev/ssrf"
)

// ErrPrivate is the error of a request to an address that is not public.
var ErrPrivate = errors.New("its address is not public")

var (
	errAddress = errors.New("it is not an https address")
	errUser    = errors.New("its address has a user name or password")
	errPort    = errors.New("its port is neither 443 nor above 1023")
)

// internet knows the address blocks that IANA lists as special.
var internet = ssrf.New(ssrf.WithAnyPort())

// publicOnly is the Control function of a dialer that connects to public addresses only. The dialer calls it with each
// address that it tries, after the name is resolved, so a name that resolves to another address later (DNS rebinding)
// does not matter.
func publicOnly(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !public(to.Addr()) {
		return ErrPrivate
	}
	return nil
}

// public reports whether the address is in no special block, and is no IPv6 address that maps, translates or tunnels an
// IPv4 address.
func public(a netip.Addr) bool { return a.IsValid() && internet.SafeAddr(a) == nil }

// target returns the URL of a request, if its text is allowed. With private, it may be without TLS and at any port.
func target(text string, private bool) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && (u.Scheme != "http" || !private):
		return nil, errAddress
	case u.User != nil:
		return nil, errUser
	case !private && !open(u.Port()):
		return nil, errPort
	}
	u.Fragment = ""
	return u, nil
}

// open reports whether the port may be a web server's: servers of other protocols must not receive our requests.
func open(port string) bool {
	if port == "" {
		return true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && (n == 443 || n >= 1024)
}
