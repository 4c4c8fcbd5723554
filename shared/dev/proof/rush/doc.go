// Package rush measures many people who join one room at once: the real use cases of the door on DynamoDB's
// documented limits, in virtual time.
//
//	make bench                                               prints burst.txt, after writing it and burst.svg again
//	go test -count=1 ./shared/dev/proof/rush -args -write    only writes them
//
// All of it stands in tests, so that nothing can link it. The database here has the requests that a door makes, and
// no faults but those named below. Storage itself is tested on DynamoDB Local.
//
// The clock is that of testing/synctest. Random numbers depend on the seed, the client, the request and its try, and
// on nothing that the scheduler does: a seed gives the same numbers everywhere, and a test compares them with the
// files that are checked in.
//
// # What AWS documents
//
//   - A partition serves 1,000 write units and 3,000 read units a second, whatever the table may (Developer Guide,
//     "Designing partition keys", "Burst and adaptive capacity"). An item is on one partition, so this is the limit
//     of a room's item too. The items of one partition key are not split where the table has a local secondary
//     index, as ours has: all seats of an instance share one partition.
//   - A write of up to 1 KB is one unit, a consistent read of up to 4 KB is one, an eventually consistent one is
//     half; a query is charged for the sum of what it reads (Developer Guide, "DynamoDB read and write operations").
//     Rooms and seats are below 1 KB: shared/table tests that. A write whose condition does not hold is charged.
//   - The SDK tries four times, as shared/boot sets it. With AWS_NEW_RETRIES_2026=true, as in template.yaml, it
//     waits b·2ⁱ s after a throttled try i = 0, 1, 2, with b drawn from [0, 1). A test compares these numbers with
//     the SDK's retryer.
//
// # What is assumed
//
//   - A tenth of a second of unused capacity is kept. DynamoDB keeps up to 300 s of it ("Burst and adaptive
//     capacity"), on its best effort: nothing here relies on that, nor on a partition that is split because it is
//     hot.
//   - All items of the scenario are on one partition, which is the worst case; or, where a scenario says "apart",
//     rooms, seats and budgets are on one each. Nobody can choose that: DynamoDB places partition keys by their
//     hash.
//   - The time of a request, from function to table and back, is log-normal: 3 ms at the median and 12 ms at p99 to
//     read, 5 ms and 20 ms to write. AWS says "single-digit milliseconds" and no more. A request takes effect half
//     way. A query takes 50 ms a megabyte besides; a seat has 500 bytes. A refusal takes as long as a success.
//   - Every client has a warm environment of a function for itself. The use case is measured: the way to the API and
//     cold starts are not. A client that is refused as busy gives up; real ones ask again after a second, as the
//     answer says.
//   - Nothing else fails: no lost answers, no time-outs, no throttling of the whole account.
package rush
