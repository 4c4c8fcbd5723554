package webhook

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"

	"code.dny.dev/ssrf"
)

var (
	errPrivate = errors.New("its address is not one of the public Internet")
	errAddress = errors.New("it is no https address")
	errUser    = errors.New("a user name or password stands in its address")
	errPort    = errors.New("its port is neither 443 nor one from 1024 on")
)

// internet knows the blocks of addresses that IANA lists as special.
var internet = ssrf.New(ssrf.WithAnyPort())

// publicOnly is the Control function of a dialer that connects to addresses of the public Internet only. It is called with each address that
// is tried, after the name was resolved, so it does not matter what the name leads to at another time.
func publicOnly(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !public(to.Addr()) {
		return errPrivate
	}
	return nil
}

// public reports whether the address is one of the public Internet: in none of the special blocks, and none of IPv6 in which an address of
// IPv4 is mapped, translated or tunnelled.
func public(a netip.Addr) bool { return a.IsValid() && internet.SafeAddr(a) == nil }

// target is the address that a request may be sent to, as far as its text tells. Private ones may be without TLS, and at any port.
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

// open reports whether web servers may be expected at the port: none of the others' protocols is to be spoken to.
func open(port string) bool {
	if port == "" {
		return true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && (n == 443 || n >= 1024)
}
