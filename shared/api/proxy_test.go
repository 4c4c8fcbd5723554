package api_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"personal-rooms/shared/api"
)

const proxySecret = "only the proxy knows this"

func TestProxyHeaders(t *testing.T) {
	for _, c := range []struct{ secret, header, value, address string }{
		{proxySecret, "x-real-ip", "198.51.100.9", "198.51.100.9"},
		{proxySecret, "x-real-ip", "198.51.100.9:443", "198.51.100.9"},
		{proxySecret, "x-real-ip", "[2001:db8:1:2:3::4]:443", "2001:db8:1:2::/64"},
		{proxySecret, "cloudfront-viewer-address", "198.51.100.9:46532", "198.51.100.9"},
		{proxySecret, "cloudfront-viewer-address", "2001:db8:1:2:3::4:46532", "2001:db8:1:2::/64"},
		{proxySecret, "cloudfront-viewer-address", "2001:db8:1:2:3:4:5:6:465", "2001:db8:1:2::/64"},
		// Without the secret, the request went around the proxy.
		{"", "x-real-ip", "198.51.100.9", "403"},
		{proxySecret + " ", "x-real-ip", "198.51.100.9", "403"},
		// Without an address, all clients would share one guess budget.
		{proxySecret, "x-real-ip", "", "500"},
		{proxySecret, "x-real-ip", "unknown", "500"},
		{proxySecret, "x-real-ip", "198.51.100.9, 192.0.2.1", "500"},
	} {
		p, err := api.ParseProxy(fmt.Sprintf("%X", sha256.Sum256([]byte(proxySecret))), c.header)
		if err != nil {
			t.Fatal(err)
		}
		if got := addressBehind(t, p, map[string]string{"x-proxy-secret": c.secret, c.header: c.value}); got != c.address {
			t.Errorf("%+v: %s", c, got)
		}
	}
	spoofed := map[string]string{"x-proxy-secret": proxySecret, "x-real-ip": "198.51.100.9"}
	if got := addressBehind(t, api.Proxy{}, spoofed); got != "192.0.2.7" {
		t.Errorf("without a proxy: %s", got)
	}
}

// addressBehind returns the caller's address, or the status of a refusal.
func addressBehind(t *testing.T, p api.Proxy, headers map[string]string) (address string) {
	t.Helper()
	open := route(func(_ context.Context, r *api.Request) (api.Response, error) {
		address = r.Caller.Address
		return api.NoContent(), nil
	})
	open.Open = true
	if got := answer(t, api.Options{Proxy: p}, open, guestEvent(headers)); got.StatusCode != http.StatusNoContent {
		return fmt.Sprint(got.StatusCode)
	}
	return address
}

func TestProxyConfiguration(t *testing.T) {
	for _, c := range [][2]string{{"secret", "x-real-ip"}, {"0a", "x-real-ip"}, {strings.Repeat("0a", 32), ""}} {
		if p, err := api.ParseProxy(c[0], c[1]); err == nil {
			t.Errorf("%v: %v", c, p)
		}
	}
	if p, err := api.ParseProxy("", "x-real-ip"); err != nil || p != (api.Proxy{}) {
		t.Errorf("none: %v, %v", p, err)
	}
}
