package webhook

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestOnlyAddressesOfThePublicInternet(t *testing.T) {
	for what, addresses := range map[string][]string{
		"public": {"8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "198.17.255.255", "223.255.255.255",
			"2606:4700::1111", "2a00:1450:4001::8a", "2001:4860:4860::8888", "2001:200::1"},
		"this network":       {"0.0.0.0", "0.1.2.3"},
		"private":            {"10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255"},
		"carriers'":          {"100.64.0.1", "100.127.255.255"},
		"loopback":           {"127.0.0.1", "127.1.2.3", "127.255.255.255", "::1"},
		"link-local":         {"169.254.0.1", "169.254.169.254", "fe80::1", "fe80::1%eth0", "fd00:ec2::254"},
		"documentation":      {"192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"},
		"AS112":              {"192.31.196.1", "192.175.48.1", "2620:4f:8000::1"},
		"protocols":          {"192.0.0.1", "192.0.0.171", "192.88.99.1", "198.18.0.1", "198.19.255.255", "2001::1", "2001:20::1"},
		"multicast":          {"224.0.0.1", "239.255.255.255", "ff02::1"},
		"reserved":           {"240.0.0.1", "255.255.255.255"},
		"unspecified":        {"::"},
		"unique-local":       {"fc00::1", "fdff::1"},
		"site-local":         {"fec0::1"},
		"mapped":             {"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::ffff:169.254.169.254"},
		"compatible":         {"::127.0.0.1", "::10.0.0.1"},
		"translated (NAT64)": {"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1"},
		"6to4":               {"2002:7f00:1::", "2002:a9fe:a9fe::", "2002:808:808::1"},
		"Teredo":             {"2001:0:7f00:1::"},
		"discard, SRv6":      {"100::1", "5f00::1"},
	} {
		for _, a := range addresses {
			if got, want := public(netip.MustParseAddr(a)), what == "public"; got != want {
				t.Errorf("%s, %s: public %v", a, what, got)
			}
		}
	}
	if public(netip.Addr{}) {
		t.Error("no address at all is public")
	}
}

// Whatever the standard library knows to be special is not public, and no address of IPv6 that is made of one of IPv4 is.
func TestNoAddressIsPublicThatAnotherKnowsForPrivate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var four [4]byte
		copy(four[:], rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "four"))
		var six [16]byte
		copy(six[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "six"))
		six[0] = rapid.SampledFrom([]byte{six[0], 0, 0x20, 0xfc, 0xfd, 0xfe, 0xff}).Draw(t, "first")
		for _, a := range []netip.Addr{netip.AddrFrom4(four), netip.AddrFrom16(six)} {
			special := a.IsPrivate() || a.IsLoopback() || a.IsUnspecified() || a.IsMulticast() || a.IsLinkLocalUnicast() || a.Is4In6()
			if special && public(a) {
				t.Fatalf("%s is public", a)
			}
		}
		for what, b := range map[string][]byte{
			"mapped":     append(append(make([]byte, 10), 0xff, 0xff), four[:]...),
			"compatible": append(make([]byte, 12), four[:]...),
			"NAT64":      append([]byte{0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}, four[:]...),
			"6to4":       append(append([]byte{0x20, 2}, four[:]...), six[6:]...),
			"Teredo":     append(append([]byte{0x20, 1, 0, 0}, four[:]...), six[8:]...),
		} {
			if a, _ := netip.AddrFromSlice(b); public(a) {
				t.Fatalf("%s, %s, is public", a, what)
			}
		}
	})
}

func TestTargets(t *testing.T) {
	for text, want := range map[string]error{
		"https://hooks.example.com/zoom?a=b": nil, "https://hooks.example.com.:8443/": nil, "HTTPS://[2606:4700::1111]:443/": nil,
		"https://hooks.example.com:65535": nil,
		"http://hooks.example.com/":       errAddress, "ftp://hooks.example.com/": errAddress, "hooks.example.com": errAddress, "": errAddress,
		"https://": errAddress, "https:///path": errAddress, "https://hooks.example.com:x/": errAddress, "https://[::1": errAddress, "file:///etc/passwd": errAddress,
		"https://ada@hooks.example.com/": errUser, "https://ada:secret@hooks.example.com/": errUser, "https://hooks.example.com:443@10.0.0.1/": errUser,
		"https://hooks.example.com:22/": errPort, "https://hooks.example.com:0/": errPort, "https://hooks.example.com:80/": errPort,
		"https://hooks.example.com:65536/": errPort,
	} {
		if _, err := target(text, false); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
	for _, text := range []string{"http://127.0.0.1:80/", "https://localhost:22/"} {
		if _, err := target(text, true); err != nil {
			t.Errorf("where private ones may be reached, %q: %v", text, err)
		}
	}
}

// A name may lead to a public address when it is looked up first and to a private one afterwards, or to both at once.
func TestANameThatIsReboundLeadsNowhere(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	for what, addresses := range map[string][]netip.Addr{
		"private":              {netip.MustParseAddr("127.0.0.1")},
		"private, and another": {netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("10.0.0.1")},
		"of the metadata":      {netip.MustParseAddr("169.254.169.254")},
	} {
		dialer := net.Dialer{Resolver: resolving(addresses...)}
		dialer.Control = publicOnly
		_, err := dialer.DialContext(t.Context(), "tcp", net.JoinHostPort("hooks.example.com", port))
		if !errors.Is(err, errPrivate) {
			t.Errorf("%s: %v", what, err)
		}
	}
	dialer := net.Dialer{Resolver: resolving(netip.MustParseAddr("127.0.0.1"))} // what would be, without
	connection, err := dialer.DialContext(t.Context(), "tcp", net.JoinHostPort("hooks.example.com", port))
	if err != nil {
		t.Fatal(err)
	}
	connection.Close()
}

// resolving looks every name up at a server that knows the addresses only.
func resolving(addresses ...netip.Addr) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go answerDNS(theirs, addresses)
		return ours, nil
	}}
}

// answerDNS answers one question, as over TCP: with the addresses if it is for those of IPv4.
func answerDNS(c net.Conn, addresses []netip.Addr) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	question := make([]byte, 2+512)
	n, err := c.Read(question)
	if err != nil {
		return
	}
	if n == 2 { // the length came alone
		more, err := c.Read(question[2:])
		if err != nil {
			return
		}
		n += more
	}
	asked := question[2:n]
	end := 12 + slices.Index(asked[12:], 0) + 5 // of the name, its type and class
	answer := append(slices.Clone(asked[:2]), 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0)
	answer = append(answer, asked[12:end]...)
	if asked[end-3] == 1 {
		answer[7] = byte(len(addresses))
		for _, a := range addresses {
			answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
			answer = append(answer, a.AsSlice()...)
		}
	}
	_, _ = c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
}
