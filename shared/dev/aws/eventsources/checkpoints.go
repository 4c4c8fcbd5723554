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

// shardEnd is the checkpoint of a shard that was read to its end.
const shardEnd = "end"

// checkpoints keep the sequence number of the last record of each shard that is done, for each function, and over
// restarts.
type checkpoints struct {
	file string // "": they are not kept over restarts

	mu sync.Mutex
	of map[string]map[string]string // by function and stream, then by shard
}

func openCheckpoints(file string) (*checkpoints, error) {
	c := &checkpoints{file: file, of: map[string]map[string]string{}}
	text, err := os.ReadFile(file)
	if file == "" || errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &c.of)
	}
	if err != nil {
		return nil, fmt.Errorf("read the checkpoints of the stream in %s: %w", file, err)
	}
	return c, nil
}

// shards returns the checkpoints of one function and stream, by shard.
func (c *checkpoints) shards(key string) map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.of[key])
}

// set replaces the file as a whole, so that a crash leaves the old one or the new one.
func (c *checkpoints) set(key, shard, number string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of[key] == nil {
		c.of[key] = map[string]string{}
	}
	c.of[key][shard] = number
	if c.file == "" {
		return nil
	}
	text, err := json.MarshalIndent(c.of, "", "  ")
	if err != nil {
		return err
	}
	temporary := filepath.Join(filepath.Dir(c.file), "."+filepath.Base(c.file))
	if err := os.WriteFile(temporary, text, 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, c.file)
}
