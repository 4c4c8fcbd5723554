package webhook

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"syscall"
)

var errPrivate = errors.New("its address is not one of the public Internet")

// publicOnly lets a connection be made to addresses of the public Internet only. It is asked for every address that is tried, after names
// were looked up.
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

// special are the address blocks of IANA's special-purpose registries that are not globally reachable, and those in which another address
// hides (RFC 6890 and what came after it).
func special() []netip.Prefix {
	var all []netip.Prefix
	for _, block := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
		"192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	} {
		all = append(all, netip.MustParsePrefix(block))
	}
	return all
}

// global is the block from which all public addresses of IPv6 are given out so far, and the parts of it that are not.
func global() (netip.Prefix, []netip.Prefix) {
	return netip.MustParsePrefix("2000::/3"), []netip.Prefix{
		netip.MustParsePrefix("2001::/23"),     // protocols: Teredo, ORCHID
		netip.MustParsePrefix("2001:db8::/32"), // documentation
		netip.MustParsePrefix("2002::/16"),     // 6to4: an IPv4 address is in it
		netip.MustParsePrefix("3fff::/20"),     // documentation
	}
}

// public reports whether the address is one of the public Internet. Addresses of IPv6 in which one of IPv4 hides, mapped, translated or
// tunnelled, are none.
func public(a netip.Addr) bool {
	if a.Is4In6() || a.Zone() != "" || !a.IsValid() {
		return false
	}
	within := func(p netip.Prefix) bool { return p.Contains(a) }
	if a.Is4() {
		return !slices.ContainsFunc(special(), within)
	}
	all, not := global()
	return all.Contains(a) && !slices.ContainsFunc(not, within)
}
