package account_test

import (
	"strings"
	"testing"

	"personal-rooms/shared/account"
)

func TestURLsHaveANormalForm(t *testing.T) {
	for given, want := range map[string]string{
		"HTTPS://Hooks.Example.COM:443/Rooms?a=B": "https://hooks.example.com/Rooms?a=B",
		"https://hooks.example.com":               "https://hooks.example.com/",
		"https://hooks.example.com:8443/":         "https://hooks.example.com:8443/",
		"https://hooks.example.com/a b":           "https://hooks.example.com/a%20b",
		"https://hooks.example.com/%2F?x=%20&y":   "https://hooks.example.com/%2F?x=%20&y",
		"https://xn--bcher-kva.example/":          "https://xn--bcher-kva.example/",
		"https://8.8.8.8/":                        "https://8.8.8.8/",
		"https://[2606:4700::1111]/":              "https://[2606:4700::1111]/",
	} {
		if got, err := account.ParseURL(given, false); got != want || err != nil {
			t.Errorf("%s: %q, %v", given, got, err)
		}
	}
	for _, private := range []string{"http://127.0.0.1:4000/rooms", "https://localhost/", "http://intranet/"} {
		if got, err := account.ParseURL(private, true); got != private || err != nil {
			t.Errorf("%s: %q, %v", private, got, err)
		}
	}
}

func TestBadURLs(t *testing.T) {
	for says, urls := range map[string]string{
		"must be an address such as": `hooks.example.com ftp://hooks.example.com/ javascript:alert(1) https:///rooms
			https://:443/ https:hooks.example.com https://hooks.example.com:0/ https://hooks.example.com:99999/
			https://hooks.example.com/%zz http://`,
		"a user or a password": "https://ada@hooks.example.com/ https://ada:pw@hooks.example.com/",
		"a fragment":           "https://hooks.example.com/#top https://hooks.example.com/#",
		"xn--":                 "https://bücher.example/",
		"its ASCII form":       "https://hoo\u212as.example/",
		"at most 2048":         "https://" + strings.Repeat("a", 2048) + " https://a.example/" + strings.Repeat("ä", 1020),
	} {
		for _, private := range []bool{false, true} {
			refuseURLs(t, private, says, strings.Fields(urls)...)
		}
	}
	refuseURLs(t, false, "must be an address such as", "", "http://hooks.example.com/", "https://hooks example.com/",
		"https://hooks.example.com/\n")
	refuseURLs(t, false, "private network", strings.Fields(`https://localhost/ https://LOCALHOST.:8080/
		https://a.localhost/
		https://printer.local/ https://metadata.google.internal/ https://intranet/ https://2130706433/ https://127.0.0.1/
		https://10.1.2.3/ https://172.16.0.1/ https://192.168.1.1/ https://169.254.169.254/latest https://0.0.0.0/
		https://224.0.0.1/ https://[::1]/ https://[::]/ https://[fd00::1]/ https://[fe80::1]/ https://[fe80::1%25eth0]/
		https://[::ffff:127.0.0.1]/ https://[::ffff:169.254.169.254]/`)...)
}

func refuseURLs(t *testing.T, private bool, says string, urls ...string) {
	t.Helper()
	for _, given := range urls {
		got, err := account.ParseURL(given, private)
		if err == nil || !strings.Contains(err.Error(), says) || len(err.Error()) > 300 {
			t.Errorf("%.60q: %q, %v", given, got, err)
		}
	}
}
