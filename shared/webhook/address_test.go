package webhook

import (
	"errors"
	"net/netip"
	"testing"
)

func TestPublicAddresses(t *testing.T) {
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
		t.Error("the zero address is public")
	}
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
			t.Errorf("with private addresses allowed, %q: %v", text, err)
		}
	}
}
