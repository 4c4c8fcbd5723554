package table

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// writeID is the attribute by which a write recognises its own work. It also says when the write was made: 8 bytes for
// the milliseconds since 1970, 8 random bytes. Older versions wrote 8 random bytes only, also over an item of this
// version, so no other attribute could say when the last write was made.
const writeID = "write"

func (t *Table) newWriteID() []byte {
	id := make([]byte, 16)
	binary.BigEndian.PutUint64(id, uint64(t.now().UnixMilli()))
	rand.Read(id[8:])
	return id
}

// timeOfWrite returns when the write was made; zero if an older version made it.
func timeOfWrite(id []byte) time.Time {
	if len(id) != 16 {
		return time.Time{}
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(id))).UTC() //nolint:gosec // as it was written
}

func isOwnWrite(it item, id []byte) bool {
	last, ok := it[writeID].(*types.AttributeValueMemberB)
	return ok && bytes.Equal(last.Value, id)
}
