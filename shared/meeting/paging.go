package meeting

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Paging of lists.
const (
	DefaultPage = 30
	MaxPage     = 300

	// MaxCounted is the number of rows up to which a list is counted exactly, and up to which pages have numbers.
	MaxCounted = 1000
)

// A PageQuery selects a page of a list: by Token, or else by Number.
type PageQuery struct {
	Size   int
	Number int    // from 1; 0 is 1
	Token  string // Paging.Next of the page before
}

// A Paging says where a page is in its list.
type Paging struct {
	Number int    // of the page, from 1
	Next   string // the token of the next page; "": this is the last
	Total  int    // of rows: exact up to MaxCounted; beyond, more than have been read, so that every loop goes on
}

// A place is where a page begins, in a page token.
type place struct {
	number, before, total int // the number of the page, the rows before it, the rows of the list
	position              string
}

func (p place) String() string {
	return fmt.Sprintf("%d/%d/%d/%s", p.number, p.before, p.total, p.position)
}

func parsePlace(text string) (p place, ok bool) {
	parts := strings.SplitN(text, "/", 4)
	if len(parts) < 4 {
		return p, false
	}
	for i, field := range []*int{&p.number, &p.before, &p.total} {
		n, err := strconv.Atoi(parts[i])
		if err != nil {
			return p, false
		}
		*field = n
	}
	p.position = parts[3]
	return p, true
}

// A reader returns at most size rows of a list after a position, and the position of the last one if more may follow.
// It may return fewer rows than there are.
type reader[E any] func(ctx context.Context, after string, size int) (rows []E, next string, err error)

// maxFills is the maximal number of reads for one page: a reader may return few rows.
const maxFills = 4

// fill reads until it has size rows, or the list ends.
func (read reader[E]) fill(ctx context.Context, after string, size int) (rows []E, next string, err error) {
	next = after
	for range maxFills {
		if len(rows) == size {
			break
		}
		var more []E
		if more, next, err = read(ctx, next, size-len(rows)); err != nil || next == "" {
			return append(rows, more...), next, err
		}
		rows = append(rows, more...)
	}
	return rows, next, nil
}

// page returns the page of the query. The first page counts the list with one more read, if it does not hold all of it;
// the token tells the count to the next pages. It refuses a token that is not of this list, and a number beyond
// MaxCounted.
func (read reader[E]) page(ctx context.Context, q PageQuery, tokens tokenSigner) (rows []E, p Paging, err error) {
	if q.Token != "" {
		return read.pageOfToken(ctx, q, tokens)
	}
	// The last page that has a number ends at counted.
	number, counted := max(q.Number, 1), (MaxCounted+q.Size-1)/q.Size*q.Size
	before := min((number-1)*q.Size, counted)
	rows, next, err := read.fill(ctx, "", min(before+q.Size, counted))
	if err != nil {
		return nil, p, err
	}
	p = Paging{Number: number, Total: len(rows)}
	if next == "" {
		return rows[min(before, len(rows)):], p, nil
	}
	if before == counted {
		return nil, p, RefuseField("page_number", fmt.Sprintf(
			"given %d; a page that begins after row %d of a longer list is reached with next_page_token only", number, counted))
	}
	rest, more, err := read.fill(ctx, next, counted-len(rows))
	if err != nil {
		return nil, p, err
	}
	if p.Total += len(rest); more != "" {
		p.Total = counted + 1
	}
	p.Next = tokens.sign(place{number + 1, len(rows), p.Total, next}.String())
	return rows[min(before, len(rows)):], p, nil
}

func (read reader[E]) pageOfToken(ctx context.Context, q PageQuery, tokens tokenSigner) ([]E, Paging, error) {
	text, err := tokens.verify(q.Token)
	if err != nil {
		return nil, Paging{}, err
	}
	at, ok := parsePlace(text)
	if !ok {
		return nil, Paging{}, badPageToken()
	}
	rows, next, err := read(ctx, at.position, q.Size)
	p := Paging{Number: at.number, Total: at.before + len(rows)}
	if err == nil && next != "" {
		p.Total = max(at.total, p.Total+1)
		p.Next = tokens.sign(place{at.number + 1, at.before + len(rows), p.Total, next}.String())
	}
	return rows, p, err
}

// A tokenSigner signs page tokens: they are valid for one user and one list.
type tokenSigner struct {
	key  [16]byte
	list string
}

func (s tokenSigner) mac(position string) []byte {
	mac := hmac.New(sha256.New, s.key[:])
	mac.Write([]byte(s.list + "\x00" + position))
	return mac.Sum(nil)[:16]
}

func (s tokenSigner) sign(position string) string {
	if position == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(append(s.mac(position), position...))
}

// verify returns where the page of the token begins; without a token, "". It refuses a token that it did not sign.
func (s tokenSigner) verify(token string) (position string, err error) {
	if token == "" {
		return "", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) <= 16 || !hmac.Equal(raw[:16], s.mac(string(raw[16:]))) {
		return "", badPageToken()
	}
	return string(raw[16:]), nil
}

func badPageToken() *Refusal {
	return RefuseField("next_page_token", "This is not a token of this list. Leave it out to begin again.")
}

// listOffset returns a position that sorts by the time, and then by the id.
func listOffset(at time.Time, id string) string { return fmt.Sprintf("%015d/%s", at.UnixMilli(), id) }

// cut returns a page of a list that is sorted by position: at most size elements after the position; and the position
// of the last one, if more follow.
func cut[E any](all []E, position func(E) string, after string, size int) ([]E, string) {
	for len(all) > 0 && position(all[0]) <= after {
		all = all[1:]
	}
	if len(all) <= size {
		return all, ""
	}
	return all[:size], position(all[size-1])
}
