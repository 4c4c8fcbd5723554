package webhook

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"syscall"
)

var (
	errPrivate = errors.New("its address is not one of the public Internet")
	errAddress = errors.New("it is no https address")
	errUser    = errors.New("a user name or password stands in its address")
	errPort    = errors.New("its port is neither 443 nor one from 1024 on")
)

// publicOnly lets connections be made to addresses of the public Internet only. It is asked about each address that is tried, after names
// were looked up: what a name leads to at another time does not matter.
func publicOnly(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %w", errPrivate, err)
	}
	if !public(to.Addr()) {
		return errPrivate
	}
	return nil
}

// special are the blocks of IPv4 that are not of the public Internet, by IANA's special-purpose registry, and multicast.
func special() []netip.Prefix {
	return prefixes("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
		"192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4")
}

// global is the block from which public addresses of IPv6 are given out; reserved are its parts that are not, or in which another address
// hides: protocols, Teredo and ORCHID; documentation, twice; 6to4.
func global() (all netip.Prefix, reserved []netip.Prefix) {
	return netip.MustParsePrefix("2000::/3"), prefixes("2001::/23", "2001:db8::/32", "3fff::/20", "2002::/16")
}

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		all[i] = netip.MustParsePrefix(text)
	}
	return all
}

// public reports whether the address is one of the public Internet. No address of IPv6 is in which one of IPv4 hides: mapped, translated or
// tunnelled.
func public(a netip.Addr) bool {
	if !a.IsValid() || a.Is4In6() || a.Zone() != "" {
		return false
	}
	within := func(p netip.Prefix) bool { return p.Contains(a) }
	if a.Is4() {
		return !slices.ContainsFunc(special(), within)
	}
	all, reserved := global()
	return all.Contains(a) && !slices.ContainsFunc(reserved, within)
}

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
