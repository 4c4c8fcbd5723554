package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"

	"personal-rooms/shared/meeting"
)

// A Proxy is a proxy in front of the API, such as CloudFront. The zero Proxy means that there is none.
type Proxy struct {
	SecretSHA256 string // hexadecimal, of the secret that the proxy sends in X-Proxy-Secret
	Header       string // the header in which it sends the client's address
}

// ParseProxy returns an error if secretSHA256 is neither empty nor 64 hexadecimal digits, or if it comes without a
// header.
func ParseProxy(secretSHA256, header string) (Proxy, error) {
	if secretSHA256 == "" {
		return Proxy{}, nil
	}
	if sum, err := hex.DecodeString(secretSHA256); err != nil || len(sum) != sha256.Size {
		return Proxy{}, fmt.Errorf("environment variable TRUSTED_PROXY is %q; it must be a SHA-256, 64 hexadecimal digits, "+
			"or empty", secretSHA256)
	}
	if header == "" {
		return Proxy{}, fmt.Errorf("environment variable TRUSTED_PROXY_HEADER is required with TRUSTED_PROXY")
	}
	return Proxy{SecretSHA256: strings.ToLower(secretSHA256), Header: header}, nil
}

// clientIP returns the client's IP address: the one that API Gateway saw, or the one that the proxy sent. It returns
// [Bypassed] for a request that did not come through the proxy: the proxy did not filter it, and its header could name
// any address.
func (p Proxy) clientIP(r *Request) (string, error) {
	if p.SecretSHA256 == "" {
		return r.event.RequestContext.HTTP.SourceIP, nil
	}
	sum := sha256.Sum256([]byte(r.Header("X-Proxy-Secret")))
	if subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(p.SecretSHA256)) != 1 {
		return "", meeting.Refuse(Bypassed, "This API is reached through another address.")
	}
	ip, ok := parseAddress(p.Header, strings.TrimSpace(r.Header(p.Header)))
	if !ok {
		return "", fmt.Errorf("the proxy sent %q in %s, which is not an IP address", r.Header(p.Header), p.Header)
	}
	return ip, nil
}

// parseAddress reads an IP address with or without a port. CloudFront always adds a port, and writes IPv6 addresses
// without brackets: 2001:db8::1:46532.
func parseAddress(header, value string) (string, bool) {
	if port := strings.LastIndexByte(value, ':'); strings.EqualFold(header, "CloudFront-Viewer-Address") && port > 0 {
		value = strings.Trim(value[:port], "[]")
	}
	if withPort, err := netip.ParseAddrPort(value); err == nil {
		return withPort.Addr().String(), true
	}
	a, err := netip.ParseAddr(value)
	return a.String(), err == nil
}
