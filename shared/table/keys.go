package table

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/hint"
	"personal-rooms/shared/meeting"
)

// A key names one item. Two nouns never share a key: each part but the last is escaped.
type key struct{ pk, sk string }

// roomPrefix begins the partition keys of rooms.
const roomPrefix = "ROOM#"

// Prefixes of the sort keys that are queried for.
const (
	meetingPrefix  = "MEETING#"
	seatPrefix     = "SEAT#"
	instancePrefix = "INSTANCE#"
	contactPrefix  = "MET#"
	webhookPrefix  = "WEBHOOK#"
	appPrefix      = "APP#"
	auditPrefix    = "ENTRY#"
	passPrefix     = "PASS#"
	devicePrefix   = "DEVICE#"
)

func profileKey(u meeting.User) key { return key{userPartition(u), "PROFILE"} }

func meetingKey(host meeting.User, id meeting.Number) key {
	return key{userPartition(host), meetingPrefix + string(id)}
}

func passKey(owner meeting.User, id string) key { return key{userPartition(owner), passPrefix + id} }

func idempotencyKey(by meeting.User, name string) key {
	return key{userPartition(by), "IDEMPOTENCY#" + name}
}

func roomKey(n meeting.Number) key { return key{roomPrefix + string(n), "ROOM"} }

func linkKey(l meeting.Link) key { return key{"LINK#" + l.Key(), "LINK"} }

func emailKey(account, email string) key {
	return key{"EMAIL#" + escape(account) + "#" + meeting.FoldASCII(email), "EMAIL"}
}

func seatKey(id meeting.SeatID) key {
	return key{instancePartition(id.Instance()), seatPrefix + string(id)}
}

// instanceKey sorts a host's instances by when they opened.
func instanceKey(host meeting.User, opened time.Time, instance string) key {
	return key{userPartition(host), instancePrefix + until(opened) + "#" + instance}
}

// instanceRecordKey leads to the record of an instance without its host.
func instanceRecordKey(uuid string) key { return key{instancePartition(uuid), "SITTING"} }

func contactKey(host meeting.User, id meeting.Identity) key {
	return key{userPartition(host), contactPrefix + base64.RawURLEncoding.EncodeToString(id[:])}
}

func webhookKey(account, id string) key { return key{accountPartition(account), webhookPrefix + id} }

func appKey(account, id string) key { return key{appPartition(account), appPrefix + id} }

func automationKey(account string) key { return key{accountPartition(account), "AUTOMATION"} }

func commandKey(account, source, id string) key {
	return key{accountPartition(account), "COMMAND#" + escape(source) + "#" + id}
}

func deviceKey(of meeting.User, id string) key { return key{devicePartition(of), devicePrefix + id} }

func ringKey(instance string) key { return key{instancePartition(instance), "RING"} }

func rulesKey(account string, number int) key {
	return key{"RULES#" + escape(account) + "#" + strconv.Itoa(number), "RULES"}
}

// connectionKey puts all connections of a room under one partition key, those of a holder side by side.
func connectionKey(c hint.Connection) key {
	return key{connectionPartition(c.Room), string(c.Holder) + "#" + strconv.Itoa(c.Slot)}
}

func hintKeyKey() key { return key{"KEY#HINTS", "KEY"} }

func auditKey(account, id string) key { return key{"AUDIT#" + escape(account), auditPrefix + id} }

// oldCommandKey is that of older versions, in which all sources shared the ids.
func oldCommandKey(account, id string) key { return key{accountPartition(account), "COMMAND#" + id} }

// budgetKey is that of a count in the window; of one for good, if that is zero.
func budgetKey(scope string, window time.Time) key {
	if window.IsZero() {
		return key{"BUDGET#" + scope, "FOR GOOD"}
	}
	return key{"BUDGET#" + scope, strconv.FormatInt(window.UnixMilli(), 10)}
}

func userPartition(u meeting.User) string { return "USER#" + escape(u.Account) + "#" + escape(u.ID) }

// devicePartition is apart from [userPartition], because the functions of the doorbell read nothing else of users.
func devicePartition(u meeting.User) string {
	return "DEVICES#" + escape(u.Account) + "#" + escape(u.ID)
}

func accountPartition(account string) string { return "ACCOUNT#" + escape(account) }

// appPartition is apart from [accountPartition], because every function reads apps.
func appPartition(account string) string { return "APPS#" + escape(account) }

func connectionPartition(room meeting.Number) string { return "CONNECTION#" + string(room) }

func instancePartition(instance string) string { return "INSTANCE#" + instance }

// escape keeps a part of a key from holding the separator.
func escape(part string) string {
	return strings.NewReplacer("%", "%25", "#", "%23").Replace(part)
}

// DynamoDB's limits, in bytes.
const (
	longestPartitionKey = 2048
	longestSortKey      = 1024
)

// possible reports whether an item can be stored under the key: DynamoDB takes it, unchanged.
func (k key) possible() bool {
	return len(k.pk) <= longestPartitionKey && len(k.sk) <= longestSortKey && utf8.ValidString(k.pk) && utf8.ValidString(k.sk)
}

var errKey = errors.New("table: the key is too long, or not UTF-8")

func (k key) attributes() item {
	return item{"pk": text(k.pk), "sk": text(k.sk)}
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
