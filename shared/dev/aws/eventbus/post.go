package eventbus

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"personal-rooms/shared/dev/aws/awsjson"
)

// Path is where the runner takes events over HTTP.
const Path = "/events"

// ServeHTTP puts events on the bus as PutEvents does, and answers as it does. The body is an entry or {"Entries": [entry, …]}; an
// entry's Detail may be an object, and where there is one bus its name may be missing. It is for this machine only, and not for web pages
// that are open on it.
func (b *Bus) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed, errors.New("events are put by POST"))
		return
	}
	if err := fromHere(r); err != nil {
		refuse(w, http.StatusForbidden, err)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 2*maxSize))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, fmt.Errorf("the body is larger than %d bytes", 2*maxSize))
		return
	}
	entries, err := b.read(body)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	result, err := b.Put(entries)
	if refusal, ok := errors.AsType[*awsjson.Error](err); ok {
		refuse(w, http.StatusBadRequest, errors.New(refusal.Message))
		return
	}
	text, err := encode(result)
	if err != nil {
		refuse(w, http.StatusInternalServerError, err)
		return
	}
	w.Write(append(text, '\n'))
}

func refuse(w http.ResponseWriter, status int, why error) {
	w.WriteHeader(status)
	if text, err := encode(map[string]string{"message": why.Error()}); err == nil {
		w.Write(append(text, '\n'))
	}
}

// fromHere refuses who is not on this machine, and pages of other sites in its browsers.
func fromHere(r *http.Request) error {
	address, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !address.Addr().Unmap().IsLoopback() {
		return errors.New("events are taken from this machine only")
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return fmt.Errorf("events are taken at localhost, not at %s", host)
	}
	return http.NewCrossOriginProtection().Check(r)
}

// posted is an entry as people write it.
type posted struct {
	Source       string
	DetailType   string
	Detail       json.RawMessage
	Time         *Time
	EventBusName string
	Resources    []string
}

func (b *Bus) read(body []byte) ([]Entry, error) {
	var many struct{ Entries *[]json.RawMessage }
	if err := json.Unmarshal(body, &many); err != nil {
		return nil, fmt.Errorf("the body is not an entry or {\"Entries\": […]}: %w", err)
	}
	if many.Entries == nil {
		entry, err := b.entry(body)
		return []Entry{entry}, err
	}
	var entries []Entry
	for i, text := range *many.Entries {
		entry, err := b.entry(text)
		if err != nil {
			return nil, fmt.Errorf("Entries[%d]: %w", i, err)
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

func (b *Bus) entry(text []byte) (Entry, error) {
	var p posted
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		return Entry{}, named(err)
	}
	e := Entry{
		Source: p.Source, DetailType: p.DetailType, Detail: string(p.Detail), Time: p.Time, EventBusName: p.EventBusName, Resources: p.Resources,
	}
	var written string
	if json.Unmarshal(p.Detail, &written) == nil {
		e.Detail = written
	}
	if e.EventBusName == "" && len(b.buses) == 1 {
		e.EventBusName = b.buses[0]
	}
	return e, nil
}

// named says which field is wrong, and what would be right.
func named(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s is a JSON %s, and must be a %s", wrong.Field, wrong.Value, wrong.Type)
	}
	why := strings.TrimPrefix(err.Error(), "json: ")
	return fmt.Errorf("%s; an entry has Source, DetailType, Detail, and it may have Time, EventBusName, Resources", why)
}
