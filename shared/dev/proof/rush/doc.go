// Package rush measures what a rush of people at one room comes to: the real use cases of the door, on DynamoDB's documented limits, in
// virtual time.
//
//	make bench                                               prints burst.txt, after writing it and burst.svg anew
//	go test -count=1 ./shared/dev/proof/rush -args -write    writes them alone
//
// All of it stands in the tests of this package, so that nothing can link it: it is a measure and no store. It knows what a door asks of
// storage and nothing else, has no faults but those named below, and loses all when a scene is over. Storage is tested on DynamoDB Local.
//
// The clock is that of testing/synctest. Chance is drawn from the seed, the client, the request and its try, and from nothing that depends
// on the scheduler: a seed gives the same numbers everywhere, and a test compares them with those that are checked in.
//
// # What AWS documents
//
//   - A partition serves 1,000 write units and 3,000 read units a second, whatever the table may (Developer Guide, "Designing partition
//     keys", "Burst and adaptive capacity"). An item lies on one partition, so this is the bound of a room's item too. The items of one
//     partition key are not split where the table has a local secondary index, as ours has: a sitting's seats share one partition.
//   - A write of up to 1 KB is one unit, a consistent read of up to 4 KB is one, an eventually consistent one is half; a query is charged
//     for the sum of what it reads (Developer Guide, "DynamoDB read and write operations"). Rooms and seats are below 1 KB: shared/table
//     tests that. A write whose condition does not hold is charged.
//   - A transaction writes every item twice, to prepare and to commit, and takes up to 100 items; a write to an item of a transaction that
//     is in progress is refused with TransactionConflict, and a transaction that meets another is cancelled with it; reads are neither
//     (Developer Guide, "Amazon DynamoDB Transactions: How it works").
//   - The SDK tries four times, as shared/boot sets it. With AWS_NEW_RETRIES_2026=true, as in template.yaml, it waits b·2ⁱ s after a
//     throttled try i = 0, 1, 2, and b·25 ms·2ⁱ after a failure that is none, with b drawn from [0, 1). It does not retry
//     TransactionConflict, nor cancelled transactions: shared/table does, six tries in all, after up to 20 ms·2ⁱ. Tests hold these numbers
//     against the SDK's retryer and the sources.
//
// # What is assumed
//
//   - Of capacity that was not used, a tenth of a second's is kept. DynamoDB keeps up to 300 s of it ("Burst and adaptive capacity"), on
//     its best effort: nothing is counted on that here, nor on a partition that is split for its heat.
//   - Where things lie: all items of the scene on one partition, which is the worst; or, where a scene says "apart", rooms, seats and
//     budgets on one each. Nobody chooses that: DynamoDB places partition keys by their hash.
//   - How long a request takes, from function to table and back, is log-normal: 3 ms at the median and 12 ms at p99 to read, 5 ms and 20 ms
//     to write. AWS says "single-digit milliseconds" and no more. It takes effect half way. A query takes 50 ms a megabyte besides; a seat
//     is taken to have 500 bytes. An answer that refuses takes as long as one that does not.
//   - A transaction takes two writes' time, one to prepare and one to commit, and holds its items from the middle of the first to the
//     middle of the second: about 5 ms. AWS documents no such time; "Distributed Transactions at Scale in Amazon DynamoDB" (USENIX ATC
//     2023) describes the two phases. What a conflict is charged is not documented: nothing here. Both favour the comparison.
//   - Every client is served by an environment of its own, which is warm. What is measured is the use case: the way to the API and cold
//     starts come on top. A client that is refused as busy gives up; real ones ask again after the second that they are told.
//   - Nothing else fails: no lost answers, no time-outs, no account-wide throttling.
//
// # The designs
//
// "ours" is what the functions do: one conditional write at the gate, then the seat's row. "a transaction" is there to be compared with:
// the gate and the seat's row in one TransactWriteItems, with all else the same.
package rush
