package meeting

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"
)

func TestPageTokenIsValidForOneUserAndList(t *testing.T) {
	signer := tokenSigner{key: [16]byte{1}, list: "upcoming"}
	for _, position := range []string{"", "x", "over/2026\x00", "\xff"} {
		token := signer.sign(position)
		if got, err := signer.verify(token); err != nil || got != position || (token == "") != (position == "") {
			t.Errorf("%q is read as %q %v", position, got, err)
		}
	}
	token, _ := base64.RawURLEncoding.DecodeString(signer.sign("over"))
	for i := range token {
		forged := slices.Clone(token)
		forged[i] ^= 1
		if _, err := signer.verify(base64.RawURLEncoding.EncodeToString(forged)); ReasonOf(err) != Invalid {
			t.Errorf("accepted with another byte %d", i)
		}
	}
	for _, other := range []tokenSigner{{key: [16]byte{2}, list: "upcoming"}, {key: [16]byte{1}, list: "scheduled"}} {
		if _, err := other.verify(signer.sign("over")); ReasonOf(err) != Invalid {
			t.Errorf("accepted for another user or list: %v", err)
		}
	}
	if _, err := signer.verify("?"); ReasonOf(err) != Invalid {
		t.Errorf("not base64: %v", err)
	}
}

func TestPagesLeaveNothingOut(t *testing.T) {
	var all []string
	for i := range 20 { // some have the same time
		all = append(all, listOffset(time.UnixMilli(int64(i/3)), string(rune('a'+i))))
	}
	for size := 1; size <= 21; size++ {
		var got, page []string
		for after, more := "", true; more; more = after != "" {
			page, after = cut(all, func(s string) string { return s }, after, size)
			got = append(got, page...)
		}
		if !slices.Equal(got, all) {
			t.Errorf("by %d: %v, want %v", size, got, all)
		}
	}
}

// numbers is a list of the numbers below n, which returns at most most rows a read.
func numbers(n, most int) reader[int] {
	return func(_ context.Context, after string, size int) (rows []int, next string, err error) {
		first, _ := strconv.Atoi(after)
		for i := first; i < min(n, first+size, first+most); i++ {
			rows = append(rows, i)
		}
		if end := first + len(rows); end < n {
			next = strconv.Itoa(end)
		}
		return rows, next, nil
	}
}

// pageCount is Zoom's page_count.
func (p Paging) pageCount(size int) int { return max(1, (p.Total+size-1)/size) }

// The loops by which clients of Zoom's read whole lists.
var loops = map[string]func(size int, get func(PageQuery) ([]int, Paging)) (all []int){
	"until there is no token": func(size int, get func(PageQuery) ([]int, Paging)) (all []int) {
		q := PageQuery{Size: size}
		for {
			rows, p := get(q)
			all = append(all, rows...)
			if q.Token = p.Next; p.Next == "" {
				return all
			}
		}
	},
	"until all records were read, by token": func(size int, get func(PageQuery) ([]int, Paging)) (all []int) {
		q := PageQuery{Size: size}
		for {
			rows, p := get(q)
			all = append(all, rows...)
			if q.Token = p.Next; len(all) >= p.Total {
				return all
			}
		}
	},
	"until the number is the count": func(size int, get func(PageQuery) ([]int, Paging)) (all []int) {
		for n := 1; ; n++ {
			rows, p := get(PageQuery{Size: size, Number: n})
			all = append(all, rows...)
			if p.Number == p.pageCount(size) {
				return all
			}
		}
	},
	"as many pages as the first one counts": func(size int, get func(PageQuery) ([]int, Paging)) (all []int) {
		_, first := get(PageQuery{Size: size})
		for n := 1; n <= first.pageCount(size); n++ {
			rows, _ := get(PageQuery{Size: size, Number: n})
			all = append(all, rows...)
		}
		return all
	},
	"until a page is short, by number": func(size int, get func(PageQuery) ([]int, Paging)) (all []int) {
		for n := 1; ; n++ {
			rows, _ := get(PageQuery{Size: size, Number: n})
			if all = append(all, rows...); len(rows) < size {
				return all
			}
		}
	},
}

// A loop by number ends at MaxCounted with a refusal, never in silence.
func TestEveryLoopReadsEachRowOnce(t *testing.T) {
	for _, n := range []int{0, 1, 29, 30, 31, 999, 1000, 1001, 1019, 1020, 1021, 1200, 1201, 10_000} {
		var want []int
		for i := range n {
			want = append(want, i)
		}
		for _, size := range []int{1, 30, 300} {
			for loop, run := range loops {
				what := fmt.Sprintf("%d rows by %d, %s", n, size, loop)
				if got, refused := runLoop(t, run, n, size); refused && n <= MaxCounted {
					t.Errorf("%s: refused", what)
				} else if !refused && !slices.Equal(got, want) {
					t.Errorf("%s: %d rows", what, len(got))
				}
			}
		}
	}
}

// A refusedPage ends a loop.
type refusedPage struct{ error }

// runLoop returns the rows, or that a page was refused.
func runLoop(t *testing.T, run func(int, func(PageQuery) ([]int, Paging)) []int, n, size int) (rows []int, refused bool) {
	t.Helper()
	defer func() {
		switch end := recover().(type) {
		case nil:
		case refusedPage:
			refusal, ok := errors.AsType[*Refusal](end.error)
			if refused = true; !ok || refusal.Fields[0].Name != "page_number" {
				t.Errorf("%v, want a refusal of page_number", end)
			}
		default:
			panic(end)
		}
	}()
	return run(size, func(q PageQuery) ([]int, Paging) {
		rows, p, err := numbers(n, 400).page(t.Context(), q, tokenSigner{})
		if err != nil {
			panic(refusedPage{err})
		}
		return rows, p
	}), false
}

func TestListsAreCounted(t *testing.T) {
	for _, c := range []struct {
		n     int
		query PageQuery
		total int
	}{
		{0, PageQuery{Size: 30}, 0},
		{31, PageQuery{Size: 30}, 31},
		{31, PageQuery{Size: 30, Number: 2}, 31},
		{31, PageQuery{Size: 30, Number: 9}, 31},
		{1000, PageQuery{Size: 300}, 1000},
		{1000, PageQuery{Size: 300, Number: 4}, 1000},
		{1200, PageQuery{Size: 300}, 1200},
		{1201, PageQuery{Size: 300}, 1201},
		{10_000, PageQuery{Size: 300}, 1201},
		{10_000, PageQuery{Size: 300, Number: 4}, 1201},
		{10_000, PageQuery{Size: 30}, 1021},
	} {
		_, p, err := numbers(c.n, 1<<20).page(t.Context(), c.query, tokenSigner{})
		if err != nil || p.Total != c.total || p.Number != max(c.query.Number, 1) {
			t.Errorf("%d rows, %+v: %+v %v, want a total of %d", c.n, c.query, p, err, c.total)
		}
	}
	var deep Paging // a total beyond MaxCounted is one row more than have been read
	for read := 0; read < 3000; read += 300 {
		_, deep, _ = numbers(10_000, 1<<20).page(t.Context(), PageQuery{Size: 300, Token: deep.Next}, tokenSigner{})
	}
	if deep.Number != 10 || deep.Total != 3001 {
		t.Errorf("the tenth page: %+v", deep)
	}
}
