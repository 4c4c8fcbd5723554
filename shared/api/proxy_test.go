package api_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"testing"

	"personal-rooms/shared/api"
)

const proxySecret = "only the proxy knows this"

func proxy(t *testing.T, header string) api.Proxy {
	t.Helper()
	p, err := api.ParseProxy(fmt.Sprintf("%x", sha256.Sum256([]byte(proxySecret))), header)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// seen is the address that guess budgets see of a request with these headers, and the status of the answer.
func seen(t *testing.T, o api.Options, headers map[string]string) (address string, status int) {
	t.Helper()
	event := askAsGuest("GET /thing")
	event.Headers = headers
	r := route(func(_ context.Context, r *api.Request) (api.Response, error) {
		address = r.Caller.Address
		return api.NoContent(), nil
	})
	r.Open = true
	return address, answer(t, o, r, event).StatusCode
}

func TestTheProxyNamesTheAddressOfTheClient(t *testing.T) {
	for _, c := range []struct{ header, value, want string }{
		{"x-real-ip", "198.51.100.9", "198.51.100.9"},
		{"x-real-ip", "198.51.100.9:443", "198.51.100.9"},
		{"x-real-ip", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"},
		{"x-real-ip", "[2001:db8:1:2:3::4]:443", "2001:db8:1:2::/64"},
		{"cloudfront-viewer-address", "198.51.100.9:46532", "198.51.100.9"},
		{"cloudfront-viewer-address", "2001:db8:1:2:3::4:46532", "2001:db8:1:2::/64"},
		{"cloudfront-viewer-address", "2001:db8:1:2:3:4:5:6:465", "2001:db8:1:2::/64"},
	} {
		headers := map[string]string{"x-proxy-secret": proxySecret, c.header: c.value}
		if got, status := seen(t, api.Options{Proxy: proxy(t, c.header)}, headers); got != c.want || status != http.StatusNoContent {
			t.Errorf("%s: %s: %d, %q, want %q", c.header, c.value, status, got, c.want)
		}
	}
}

// What did not pass the proxy has not passed its filters, and may claim any address.
func TestWhoGoesAroundTheProxyIsRefused(t *testing.T) {
	o := api.Options{Proxy: proxy(t, "x-real-ip")}
	for _, headers := range []map[string]string{
		nil,
		{"x-real-ip": "198.51.100.9"},
		{"x-real-ip": "198.51.100.9", "x-proxy-secret": ""},
		{"x-real-ip": "198.51.100.9", "x-proxy-secret": proxySecret + " "},
	} {
		if address, status := seen(t, o, headers); address != "" || status != http.StatusForbidden {
			t.Errorf("%v: %d, %q", headers, status, address)
		}
	}
}

// A proxy that sends no address is a mistake of the operator's: all its clients would share one guess budget.
func TestAProxyThatNamesNoAddressIsAnError(t *testing.T) {
	for _, value := range []string{"", "unknown", "198.51.100.9, 192.0.2.1"} {
		headers := map[string]string{"x-proxy-secret": proxySecret, "x-real-ip": value}
		if address, status := seen(t, api.Options{Proxy: proxy(t, "x-real-ip")}, headers); address != "" || status != http.StatusInternalServerError {
			t.Errorf("%q: %d, %q", value, status, address)
		}
	}
}

func TestWithoutAProxyItsHeadersCountForNothing(t *testing.T) {
	headers := map[string]string{"x-proxy-secret": proxySecret, "x-real-ip": "198.51.100.9", "cloudfront-viewer-address": "198.51.100.9:1"}
	if got, status := seen(t, api.Options{}, headers); got != "192.0.2.7" || status != http.StatusNoContent {
		t.Errorf("%d, %q", status, got)
	}
}

func TestAProxyIsGivenWhole(t *testing.T) {
	for _, c := range [][2]string{{"secret", "x-real-ip"}, {"0a", "x-real-ip"}, {fmt.Sprintf("%x", sha256.Sum256(nil)), ""}} {
		if p, err := api.ParseProxy(c[0], c[1]); err == nil {
			t.Errorf("%v: %v", c, p)
		}
	}
	if p, err := api.ParseProxy("", "x-real-ip"); err != nil || p != (api.Proxy{}) {
		t.Errorf("none: %v, %v", p, err)
	}
}
