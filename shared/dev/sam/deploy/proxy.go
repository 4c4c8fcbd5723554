//go:build unix

package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"time"

	"personal-rooms/shared/dev/aws/issuer"
)

// A proxy stands before the deployed API, at one address for all deployments. It is the proxy of the template's
// parameter TrustedProxy, which passes on the address of each client, because the emulator reports 127.0.0.1 for all of
// them. For a stack without a user pool it is also the issuer of the tokens, with the sign-in page of `make run`.
type proxy struct {
	url    string
	keyPEM string // the file of the issuer's key
	secret string
	api    atomic.Pointer[string] // the id of the deployed API; nil before the first deployment
	server *http.Server
}

const (
	headerTimeout = 10 * time.Second
	addressHeader = "cloudfront-viewer-address" // the default of the parameter TrustedProxyHeader
)

// startProxy serves until the server is closed.
func startProxy(emulator, keyPEM string, log io.Writer) (*proxy, error) {
	tokens, err := issuer.Open(keyPEM)
	if err != nil {
		return nil, err
	}
	gateway, err := url.Parse(emulator)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{url: "http://" + listener.Addr().String(), keyPEM: keyPEM, secret: rand.Text()}
	provider := issuer.NewProvider(tokens, p.url, time.Now)
	api := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { p.rewrite(r, gateway) }}
	p.server = &http.Server{
		ReadHeaderTimeout: headerTimeout,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if provider.Serves(r.URL.Path) {
				provider.ServeHTTP(w, r)
				return
			}
			api.ServeHTTP(w, r)
		}),
	}
	go func() {
		if err := p.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(log, "the proxy before the API has ended:", err)
		}
	}()
	return p, nil
}

func (p *proxy) rewrite(r *httputil.ProxyRequest, gateway *url.URL) {
	id := ""
	if api := p.api.Load(); api != nil {
		id = *api
	}
	r.Out.URL.Scheme, r.Out.URL.Host = gateway.Scheme, gateway.Host
	r.Out.Host = id + ".execute-api.localhost:" + gateway.Port()
	r.Out.Header.Set("X-Proxy-Secret", p.secret)
	r.Out.Header.Set(addressHeader, r.In.RemoteAddr)
}

// secretSum returns the parameter TrustedProxy.
func (p *proxy) secretSum() string {
	sum := sha256.Sum256([]byte(p.secret))
	return hex.EncodeToString(sum[:])
}
