package account_test

import (
	"net/url"
	"strings"
	"testing"

	"personal-rooms/shared/account"
)

func TestAddressesHaveANormalForm(t *testing.T) {
	for given, want := range map[string]string{
		"https://hooks.example.com/rooms":         "https://hooks.example.com/rooms",
		"HTTPS://Hooks.Example.COM:443/Rooms?a=B": "https://hooks.example.com/Rooms?a=B",
		"https://hooks.example.com":               "https://hooks.example.com/",
		"https://hooks.example.com:8443/":         "https://hooks.example.com:8443/",
		"https://hooks.example.com/a b":           "https://hooks.example.com/a%20b",
		"https://hooks.example.com/%2F?x=%20&y":   "https://hooks.example.com/%2F?x=%20&y",
		"https://xn--bcher-kva.example/":          "https://xn--bcher-kva.example/",
		"https://8.8.8.8/":                        "https://8.8.8.8/",
		"https://[2606:4700::1111]/":              "https://[2606:4700::1111]/",
	} {
		got, err := account.ParseURL(given, false)
		if got != want || err != nil {
			t.Errorf("%s: %q, %v", given, got, err)
		}
		if again, err := account.ParseURL(got, false); again != got || err != nil {
			t.Errorf("%s: %q, %v", got, again, err)
		}
	}
}

func TestAddressesThatNothingIsSentTo(t *testing.T) {
	for given, says := range map[string]string{
		"":                                                       "https://hooks.example.com/rooms",
		"hooks.example.com":                                      "https://hooks.example.com/rooms",
		"http://hooks.example.com/":                              "must be an address such as https://",
		"ftp://hooks.example.com/":                               "must be an address such as https://",
		"javascript:alert(1)":                                    "must be an address such as https://",
		"https:///rooms":                                         "must be an address such as https://",
		"https://:443/":                                          "must be an address such as https://",
		"https:hooks.example.com":                                "must be an address such as https://",
		"https://hooks.example.com:0/":                           "must be an address such as https://",
		"https://hooks.example.com:99999/":                       "must be an address such as https://",
		"https://hooks.example.com:x/":                           "must be an address such as https://",
		"https://hooks example.com/":                             "must be an address such as https://",
		"https://hooks.example.com/\n":                           "must be an address such as https://",
		"https://hooks.example.com/%zz":                          "must be an address such as https://",
		"https://ada@hooks.example.com/":                         "a user or a password",
		"https://ada:pw@hooks.example.com/":                      "a user or a password",
		"https://hooks.example.com/#top":                         "a fragment",
		"https://hooks.example.com/#":                            "a fragment",
		"https://bücher.example/":                                "xn--",
		"https://localhost/":                                     "private network",
		"https://LOCALHOST.:8080/":                               "private network",
		"https://a.localhost/":                                   "private network",
		"https://printer.local/":                                 "private network",
		"https://metadata.google.internal/":                      "private network",
		"https://intranet/":                                      "private network",
		"https://2130706433/":                                    "private network",
		"https://127.0.0.1/":                                     "private network",
		"https://10.1.2.3/":                                      "private network",
		"https://172.16.0.1/":                                    "private network",
		"https://192.168.1.1/":                                   "private network",
		"https://169.254.169.254/latest":                         "private network",
		"https://0.0.0.0/":                                       "private network",
		"https://224.0.0.1/":                                     "private network",
		"https://[::1]/":                                         "private network",
		"https://[::]/":                                          "private network",
		"https://[fd00::1]/":                                     "private network",
		"https://[fe80::1]/":                                     "private network",
		"https://[fe80::1%25eth0]/":                              "private network",
		"https://[::ffff:127.0.0.1]/":                            "private network",
		"https://[::ffff:169.254.169.254]/":                      "private network",
		"https://" + strings.Repeat("a", 2048):                   "at most 2048",
		"https://hooks.example.com/" + strings.Repeat("ä", 1000): "at most 2048",
	} {
		if got, err := account.ParseURL(given, false); err == nil || !strings.Contains(err.Error(), says) || len(err.Error()) > 300 {
			t.Errorf("%.60q: %q, %v", given, got, err)
		}
	}
}

func TestOnAMachineOfOnesOwnAddressesMayBePrivate(t *testing.T) {
	for _, good := range []string{"http://127.0.0.1:4000/rooms", "https://localhost/", "http://intranet/", "http://hooks.example.com/"} {
		if got, err := account.ParseURL(good, true); got != good || err != nil {
			t.Errorf("%s: %q, %v", good, got, err)
		}
	}
	for _, bad := range []string{"ftp://localhost/", "http://ada@localhost/", "http://localhost/#a", "http://"} {
		if _, err := account.ParseURL(bad, true); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}

func FuzzURL(f *testing.F) {
	for _, seed := range []string{"https://hooks.example.com/rooms", "https://[::1%25a]:1/?#", "HTTP://a.b:80", "https://a.b/%2f?%zz", "https://A.B:443?"} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, text string, private bool) {
		first, err := account.ParseURL(text, private)
		if err != nil {
			return
		}
		if u, err := url.Parse(first); err != nil || u.Hostname() == "" || u.User != nil || u.Scheme != "https" && !private {
			t.Errorf("%q became %q", text, first)
		}
		if second, err := account.ParseURL(first, private); err != nil || second != first {
			t.Errorf("%q became %q, which becomes %q, %v", text, first, second, err)
		}
	})
}
