// The programs that the speed of stateless model checkers is compared on, with their counts.
//
// The programs are the throughput set of GenMC v0.11, written again from a description of what each
// does, operation by operation; an expected count is the number of complete executions that GenMC
// v0.11 records for it under RC11. Two independent checkers that count the same executions on 26
// programs are evidence that neither misses any; and only then is executions per second a fair
// unit.
//
// Where the description leaves room:
//   1. Tables are as long as the program can reach, not as long as its author made them.
//   2. A spin loop without effects is an await. A retry that could only repeat what it did is an
//      assumption that there is none. Loops that change something are really iterated.
//   3. Threads are always joined; that adds no execution.
//
// What is not compared: the number of blocked executions, an artefact of how a checker searches;
// but where the peer has none we must have none.
#ifndef RMAPCHECK_MODELS_TESTING_PEER_PROGRAMS_H_
#define RMAPCHECK_MODELS_TESTING_PEER_PROGRAMS_H_

#include <cstdint>
#include <span>

namespace models::testing {

// A program at a size. Requires: `run` is called by the checker.
struct PeerProgram {
  const char* name;          // As in the peer's table.
  int n;                     // The size, as the peer counts it; 0: there is only one.
  std::uint64_t executions;  // Complete ones, by GenMC v0.11.
  bool blocks;               // Whether some executions end at an assumption or an await.
  void (*run)(int n);
};

// Returns: the 26 rows of the comparison, at full size.
std::span<const PeerProgram> PeerPrograms();
// Returns: each of them, but for big1, at a size that takes well under a second. The counts are
// what GenMC v0.11 answers at that size; where it has none of its own, the size is the full one.
std::span<const PeerProgram> SmallPeerPrograms();

// Straight-line code (peer_straight_line.cc): no loop waits for anything.
void Big0(int n);
void Big1(int n);
void CoherenceOfA(int n);
void NWriters(int n);
void WriteReadWrite(int n);
void Fibonacci(int n);
void CasThenWrite(int n);
void LoadThenStore(int n);
void CasRotation(int n);
void WriteThenCas(int n);
void OneIncrement(int n);
void TwoIncrements(int n);
void ThreeIncrements(int n);
void Readers(int n);
void LastZero(int n);
void Indexer(int n);

// Locks (peer_locks.cc).
void LockedIncrement(int n);
void ThreeStateMutex(int n);
void TestAndTestAndSetLock(int n);
void TicketLock(int n);
void WaitingArrayLock(int n);
void FutexMutexes(int n);

// Data structures (peer_structures.cc).
void HerlihyWingLitmus(int n);
void HerlihyWingQueue(int n);
void TreiberStack(int n);
void MichaelScottQueue(int n);

}  // namespace models::testing

#endif  // RMAPCHECK_MODELS_TESTING_PEER_PROGRAMS_H_
