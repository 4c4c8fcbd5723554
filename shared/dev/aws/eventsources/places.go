package eventsources

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"
)

// end is the place in a shard of which everything was read.
const end = "end"

// places are how far each shard was read for each function: the number of the last record that it is done with.
type places struct {
	file string

	mu sync.Mutex
	of map[string]map[string]string // by function and stream, then by shard
}

func openPlaces(file string) (*places, error) {
	p := &places{file: file, of: map[string]map[string]string{}}
	if file == "" {
		return p, nil
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &p.of)
	}
	if err != nil {
		return nil, fmt.Errorf("read how far the stream was handed on, in %s: %w", file, err)
	}
	return p, nil
}

// shards are the places of one mapping, by shard.
func (p *places) shards(key string) map[string]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.of[key])
}

// set remembers a place. It is there after a restart, however this one ends.
func (p *places) set(key, shard, place string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of[key] == nil {
		p.of[key] = map[string]string{}
	}
	p.of[key][shard] = place
	return p.save()
}

// keep forgets the shards that are no more.
func (p *places) keep(key string, shards map[string]bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := len(p.of[key])
	for shard := range p.of[key] {
		if !shards[shard] {
			delete(p.of[key], shard)
		}
	}
	if len(p.of[key]) == before {
		return nil
	}
	return p.save()
}

func (p *places) save() error {
	if p.file == "" {
		return nil
	}
	text, err := json.MarshalIndent(p.of, "", "  ")
	if err != nil {
		return err
	}
	fresh := filepath.Join(filepath.Dir(p.file), "."+filepath.Base(p.file))
	if err := os.WriteFile(fresh, text, 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, p.file)
}
