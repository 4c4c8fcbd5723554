// Package meeting is the domain of personal rooms: its words, its rules and its use cases. It knows neither HTTP nor
// DynamoDB; time, chance and ids come in as arguments. The rules I1 to I19 are named where they are kept.
//
// # From the bottom up
//
// A [Number] is 10 digits (a PMI) or 11 (a generated meeting id), a [Link] is a name that leads to a PMI. Behind a number stands
// a [Room]: its owner, its [Policy], and its [Gate], the live state. A [Seat] is one participant's place in one sitting of a room; all
// seats of a sitting are its [Roll], and what remains of it is the record of a [Sitting]. A [Profile] is a user, a [Meeting] is what a
// host plans.
//
// # The turnstile
//
// A gate changes in one way only: by a [Turn], a conditional write on the room's one item. A turn is data, guards and effects, and its
// meaning is [Turn.Apply]; storage carries it out as a single write. Whoever wants in is a [Knock]; [Room.Decide] says, in pure code,
// what the door answers, and gives the turn that makes an admission true. [Turnstile] holds the loop around that: read, decide,
// commit, and decide again on what others made of the room meanwhile.
//
// Epoch changes with every decision of a host and never with a join. So a join that was decided before a lock cannot commit after
// it, and a thousand joins do not disturb each other.
//
// # The use cases
//
// [Profiles] is My Profile and the personal room, [Starts] is New Meeting, Start and End, [Schedule] is planning, [Door] is joining,
// waiting, and the host's controls. Each function of the bundle serves one of them. What they need of storage stands in ports.go:
// changes that belong together are one [Writer.Save], and a [Conflict] names the change that was not possible.
//
// # Refusals
//
// A refusal that a caller is told of is a [Fault] with a stable [Reason]. All other errors are for the log.
package meeting
