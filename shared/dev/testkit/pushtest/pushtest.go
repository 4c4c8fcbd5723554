// Package pushtest is a push service (RFC 8030) and its browsers: it verifies who sends (RFC 8292), and decrypts what
// is sent (RFC 8291), by the texts of the RFCs and not by the library that sends.
package pushtest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"personal-rooms/shared/doorbell"
)

// A Message is one that the service took.
type Message struct {
	Browser string // the path of its endpoint
	Content string
	Topic   string
	TTL     string
	Urgency string
	Subject string // whom the service may write to
}

// An Answer is that of the service in place of taking a message.
type Answer struct {
	Status     int
	RetryAfter string
	Hang       bool // it does not answer at all
}

// A Service is a push service on this machine.
type Service struct {
	t         testing.TB
	url       string
	publicKey string // for which its browsers subscribed

	mu       sync.Mutex
	browsers map[string]browser
	answers  map[string]Answer // by the path of the endpoint
	took     []Message
	asked    int
}

type browser struct {
	key  *ecdh.PrivateKey
	auth []byte
}

// Start starts a service, which ends with the test. Its browsers subscribe for the public key.
func Start(t testing.TB, publicKey string) *Service {
	t.Helper()
	s := &Service{t: t, publicKey: publicKey, browsers: map[string]browser{}, answers: map[string]Answer{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// Subscribe makes a browser of this name, and returns its subscription.
func (s *Service) Subscribe(name string) doorbell.Subscription {
	s.t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	b := browser{key: key, auth: make([]byte, 16)}
	_, _ = rand.Read(b.auth) // cannot fail
	s.mu.Lock()
	defer s.mu.Unlock()
	s.browsers["/"+name] = b
	enc := base64.RawURLEncoding
	return doorbell.Subscription{
		Endpoint: s.url + "/" + name, P256dh: enc.EncodeToString(key.PublicKey().Bytes()), Auth: enc.EncodeToString(b.auth),
	}
}

// Answers sets how the service answers messages to the browser from now on; the zero Answer: it takes them.
func (s *Service) Answers(name string, a Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers["/"+name] = a
}

// Took returns the messages that were taken since the last call.
func (s *Service) Took() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.took
	s.took = nil
	return all
}

// Await waits for the next message that is taken, until the limit.
func (s *Service) Await(limit time.Duration) Message {
	s.t.Helper()
	late := time.After(limit)
	for {
		s.mu.Lock()
		if len(s.took) > 0 {
			m := s.took[0]
			s.took = s.took[1:]
			s.mu.Unlock()
			return m
		}
		s.mu.Unlock()
		select {
		case <-time.After(10 * time.Millisecond):
		case <-late:
			s.t.Fatalf("no message was taken within %s", limit)
		}
	}
}

// Asked returns how many requests came since the last call.
func (s *Service) Asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.asked
	s.asked = 0
	return n
}

// ServeHTTP implements http.Handler.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	b, answer := s.browsers[r.URL.Path], s.answers[r.URL.Path]
	s.asked++
	s.mu.Unlock()
	m, err := s.read(r, b)
	switch {
	case err != nil:
		s.t.Errorf("a push service gets a bad message: %v", err)
		w.WriteHeader(http.StatusBadRequest)
	case answer.Hang:
		<-r.Context().Done()
	case answer.Status != 0:
		if answer.RetryAfter != "" {
			w.Header().Set("Retry-After", answer.RetryAfter)
		}
		w.WriteHeader(answer.Status)
	default:
		s.mu.Lock()
		s.took = append(s.took, m)
		s.mu.Unlock()
		w.WriteHeader(http.StatusCreated)
	}
}

func (s *Service) read(r *http.Request, b browser) (m Message, err error) {
	if b.key == nil {
		return m, fmt.Errorf("there is no browser %s", r.URL.Path)
	}
	h := r.Header
	m = Message{Browser: strings.TrimPrefix(r.URL.Path, "/"), Topic: h.Get("Topic"), TTL: h.Get("TTL"), Urgency: h.Get("Urgency")}
	if m.Subject, err = s.verify(r); err != nil {
		return m, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || len(body) > 4096 || r.Method != http.MethodPost || h.Get("Content-Encoding") != "aes128gcm" {
		return m, fmt.Errorf("%s of %d bytes, encoded as %q (%w)", r.Method, len(body), h.Get("Content-Encoding"), err)
	}
	content, err := b.decrypt(body)
	m.Content = string(content)
	return m, err
}

// verify checks the header Authorization (RFC 8292, 2 and 3), and returns the subject.
func (s *Service) verify(r *http.Request) (string, error) {
	token, key, found := strings.Cut(strings.TrimPrefix(r.Header.Get("Authorization"), "vapid t="), ", k=")
	if !found || key != s.publicKey {
		return "", fmt.Errorf("the header Authorization is %q, and the browsers subscribed for %s", r.Header.Get("Authorization"), s.publicKey)
	}
	point, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		return "", err
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return "", err
	}
	var claims jwt.RegisteredClaims
	_, err = jwt.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return public, nil },
		jwt.WithValidMethods([]string{"ES256"}), jwt.WithAudience(s.url), jwt.WithExpirationRequired())
	if err == nil && time.Until(claims.ExpiresAt.Time) > 24*time.Hour {
		err = errors.New("the token is valid for more than a day")
	}
	return claims.Subject, err
}

// decrypt decrypts a body of one record (RFC 8188, 2; RFC 8291, 3).
func (b browser) decrypt(body []byte) ([]byte, error) {
	const saltSize, headerSize = 16, 21
	salt, size, keySize := body[:saltSize], binary.BigEndian.Uint32(body[saltSize:]), int(body[headerSize-1])
	sender, err := ecdh.P256().NewPublicKey(body[headerSize : headerSize+keySize])
	if err != nil {
		return nil, err
	}
	record := body[headerSize+keySize:]
	if len(record) > int(size) {
		return nil, fmt.Errorf("a record of %d bytes, and its size is %d", len(record), size)
	}
	shared, err := b.key.ECDH(sender)
	if err != nil {
		return nil, err
	}
	info := "WebPush: info\x00" + string(b.key.PublicKey().Bytes()) + string(sender.Bytes())
	material, err1 := hkdf.Key(sha256.New, shared, b.auth, info, 32)
	key, err2 := hkdf.Key(sha256.New, material, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, err3 := hkdf.Key(sha256.New, material, salt, "Content-Encoding: nonce\x00", 12)
	block, err4 := aes.NewCipher(key)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, nonce, record, nil)
	if err != nil {
		return nil, err
	}
	content, last := strings.CutSuffix(strings.TrimRight(string(plain), "\x00"), "\x02")
	if !last {
		return nil, errors.New("it is not the last record")
	}
	return []byte(content), nil
}
