// Package web has the pages for people: HTML, style sheet, modules and texts. They are embedded in the program, need no
// build step, and load nothing from other sites. A page is the same for every room: it reads no storage.
//
// The address of an asset has a hash of all assets, /assets/<version>/<name>: browsers keep it for good, and modules
// import each other by plain names. /assets/<name> is the present version, for pages of other sites.
package web

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed assets libraries pages text
var files embed.FS

// A Site has all pages and assets of one server. Several requests may use it at the same time.
type Site struct {
	config  Config
	version string
	assets  map[string]*Content
	lean    map[string]*Content // the modules and style sheets among them, without comments
	pages   sync.Map            // name and language → the page without what the request adds
}

// New reads the embedded files, which are a part of the program.
func New(c Config) *Site {
	s := &Site{config: c, assets: map[string]*Content{}, lean: map[string]*Content{}}
	hash := sha256.New()
	for _, f := range must(fs.ReadDir(files, "assets")) {
		kind, body := types[path.Ext(f.Name())], must(files.ReadFile("assets/"+f.Name()))
		s.assets[f.Name()] = NewContent(kind, body)
		if ext := path.Ext(f.Name()); ext == ".js" || ext == ".css" {
			s.lean[f.Name()] = NewContent(kind, comments.ReplaceAll(body, nil))
		}
	}
	for _, file := range must(fs.Glob(files, "libraries/*.gz")) {
		name := strings.TrimSuffix(path.Base(file), ".gz")
		s.assets[name] = newCompressed(types[path.Ext(name)], must(files.ReadFile(file)))
	}
	for _, name := range slices.Sorted(maps.Keys(s.assets)) {
		hash.Write([]byte(name + s.assets[name].Tag))
	}
	s.version = hex.EncodeToString(hash.Sum(nil)[:8])
	return s
}

// comments are lines of a module or a style sheet with nothing else: a quarter of what a browser would load.
var comments = regexp.MustCompile(`(?ms)^ *(//[^\n]*|/\*.*?\*/)\n`)

// Version names the assets of this program.
func (s *Site) Version() string { return s.version }

// Asset returns the asset of the name, or nil.
func (s *Site) Asset(name string) *Content { return s.assets[name] }

// Lean returns the asset as our pages load it: without comments.
func (s *Site) Lean(name string) *Content { return cmp.Or(s.lean[name], s.assets[name]) }

// types are the content types of files. The table of the operating system is not the same everywhere.
var types = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".ts": "text/plain; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".webmanifest": "application/manifest+json", ".txt": "text/plain; charset=utf-8",
}

// CallLibrary is the file that the call needs if the media server is LiveKit: see libraries/README.md.
const CallLibrary = "livekit-client.js"

// A Content is what a browser gets.
type Content struct {
	Type string
	Tag  string        // its ETag
	Body func() []byte // of the two, one is computed when it is first asked for
	Gzip func() []byte
}

// NewContent makes a content.
func NewContent(contentType string, body []byte) *Content {
	return &Content{
		Type: contentType, Tag: tagOf(body),
		Body: func() []byte { return body },
		Gzip: sync.OnceValue(func() []byte { return compress(body) }),
	}
}

// newCompressed makes a content of what is compressed already.
func newCompressed(contentType string, body []byte) *Content {
	return &Content{
		Type: contentType, Tag: tagOf(body),
		Body: sync.OnceValue(func() []byte { return must(io.ReadAll(must(gzip.NewReader(bytes.NewReader(body))))) }),
		Gzip: func() []byte { return body },
	}
}

func tagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}

func compress(body []byte) []byte {
	var b bytes.Buffer
	w := must(gzip.NewWriterLevel(&b, gzip.BestCompression))
	_ = must(w.Write(body)) // a buffer takes everything
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
