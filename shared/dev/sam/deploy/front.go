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

// A front is the server before the deployed API, at one address for all deployments. It is two things that an operator may have: the
// issuer of the tokens, for a stack without a user pool, and a proxy as the template's parameter TrustedProxy means it, which tells the
// functions the address of each client. The emulator itself names 127.0.0.1 for all of them.
type front struct {
	url    string
	keyPEM string                 // the file of the issuer's key
	secret string                 // of the proxy
	api    atomic.Pointer[string] // the id of the deployed API
	server *http.Server
}

const (
	discoveryPath = "/.well-known/openid-configuration"
	keysPath      = "/.well-known/jwks.json"
	headerTimeout = 10 * time.Second
	proxyHeader   = "cloudfront-viewer-address" // the default of the parameter TrustedProxyHeader
)

// startFront answers for the emulator's API from now on. No API is there before deployed.
func startFront(emulator, keyPEM string, log io.Writer) (*front, error) {
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
	f := &front{url: "http://" + listener.Addr().String(), keyPEM: keyPEM, secret: rand.Text()}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { f.rewrite(r, gateway) }}
	f.server = &http.Server{ReadHeaderTimeout: headerTimeout, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case discoveryPath:
			fmt.Fprintf(w, `{"issuer": %q, "jwks_uri": %q}`, f.url, f.url+keysPath)
		case keysPath:
			fmt.Fprint(w, tokens.KeySet())
		default:
			proxy.ServeHTTP(w, r)
		}
	})}
	go func() {
		if err := f.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(log, "the server before the API has ended:", err)
		}
	}()
	return f, nil
}

func (f *front) rewrite(r *httputil.ProxyRequest, gateway *url.URL) {
	id := ""
	if api := f.api.Load(); api != nil {
		id = *api
	}
	r.Out.URL.Scheme, r.Out.URL.Host = gateway.Scheme, gateway.Host
	r.Out.Host = id + ".execute-api.localhost:" + gateway.Port()
	r.Out.Header.Set("X-Proxy-Secret", f.secret)
	r.Out.Header.Set(proxyHeader, r.In.RemoteAddr)
}

// secretSum is the parameter TrustedProxy.
func (f *front) secretSum() string {
	sum := sha256.Sum256([]byte(f.secret))
	return hex.EncodeToString(sum[:])
}

func (f *front) close() { f.server.Close() }
