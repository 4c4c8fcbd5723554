// Package proof shows that the door of a room keeps its rules (I1–I20 of shared/meeting): under races, and under
// faults.
//
// All of it stands in its tests. They drive the use cases of package meeting, and share:
//
//   - actors: the owner, an alternative host, users and guests, and their operations;
//   - a model of storage, whose states can be compared, and in which each request takes effect at one instant;
//   - rules, which judge every state, every change of a state, and the operations that returned;
//   - mutants: the door with one thing wrong, each of which must be found.
//
// The walk (walk_*_test.go) visits every interleaving of the requests of a few actors, with few faults, on the model
// itself. The histories (linear_*_test.go) are random: seven devices act on the real table in DynamoDB Local, and a
// seed decides which request is delivered next and what goes wrong with it. Storage makes one write after the other,
// so that the model can follow; porcupine then looks for an order of all steps that explains every answer.
//
//	go test ./shared/dev/proof                                             both, with 30 histories
//	SEEDS=1000 go test -run TestTheDoorIsLinearizable ./shared/dev/proof   more histories
//	SEED=17 go test -v -run TestTheDoorIsLinearizable ./shared/dev/proof   one of them again
//
// Package rush, below, measures how many people may come at once.
package proof
