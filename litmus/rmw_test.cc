// Read-modify-writes: nothing comes between what one reads and what it writes.
//
// Counts are orders of updates: n increments have n! executions, and a compare-exchange that fails
// is a read. Optimality is hardest here, because each update may be revisited by each other.
#include <vector>

#include "litmus/testing/harness.h"

namespace litmus {
namespace {

using models::testing::Thread;
using Threads = std::vector<Thread>;

Program Increments(int threads) { return {Threads(threads, {FetchAdd(x, 0, 1, relaxed)})}; }

Program TwoIncrementsEach(int threads) {
  return {Threads(threads, {FetchAdd(x, 0, 1, relaxed), FetchAdd(x, 1, 1, relaxed)})};
}

// Each thread wants to be the first.
Program Elections(int threads, Order success, Order failure) {
  return {Threads(threads, {CompareExchange(x, 0, 0, 1, success, failure)})};
}

// Thread i turns i into i + 1.
Program Rotation(int threads) {
  Program program;
  for (int i = 0; i < threads; ++i) {
    program.threads.push_back({CompareExchange(x, 0, i, i + 1, relaxed, relaxed)});
  }
  return program;
}

// One compare-exchange from 0, then a store of its own.
Program CompareExchangeThenStore(int threads) {
  Program program;
  for (int i = 0; i < threads; ++i) {
    program.threads.push_back(
        {CompareExchange(x, 0, 0, 1, relaxed, relaxed), Store(x, i + 3, release)});
  }
  return program;
}

// A store of 2, and threads that turn 2 into 3.
Program StoreAndCompareExchanges(int threads) {
  Program program;
  program.threads.push_back({Store(x, 2, release)});
  for (int i = 0; i < threads; ++i) {
    program.threads.push_back({CompareExchange(x, 0, 2, 3, relaxed, relaxed)});
  }
  return program;
}

Program BothCounters(int threads) {
  return {Threads(threads, {FetchAdd(x, 0, 1, relaxed), FetchAdd(y, 1, 1, relaxed)})};
}

Program Guarded() {
  return {{{Load(y, 0, seq_cst), SkipIfEqual(0, 0, 2), FetchAdd(x, 1, 1, seq_cst),
            FetchAdd(x, 2, 1, seq_cst)},
           {FetchAdd(x, 0, 1, seq_cst)},
           {Store(y, 1, seq_cst)}}};
}

// MP whose flag is taken by a compare-exchange: what does a failed one order? (GenMC 0.11 gives it
// the order of success.)
Program FlagByCompareExchange(int wanted, Order success, Order failure) {
  return {{{Store(x, 1, relaxed), Store(y, 1, release)},
           {CompareExchange(y, 0, wanted, 2, success, failure), Load(x, 1, relaxed)}}};
}

// A spin lock tried once by each thread: whoever gets 0 writes under it.
Program TryLock(Order take) {
  const Thread thread = {Exchange(x, 0, 1, take), SkipIfEqual(0, 1, 2), FetchAdd(y, 1, 1, relaxed),
                         Store(x, 0, release)};
  return {{thread, thread}};
}

const std::vector<Case> kCounters = {
    {.name = "2 increments",
     .source = "2!",
     .program = Increments(2),
     .rc11 = Runs(2, "0,1/2 1,0/2"),
     .sc = Runs(2, "all")},
    {.name = "3 increments",
     .source = "3!",
     .program = Increments(3),
     .rc11 = Runs(6, "0,1,2/3 0,2,1/3 1,0,2/3 1,2,0/3 2,0,1/3 2,1,0/3"),
     .sc = Runs(6, "all")},
    {.name = "4 increments",
     .source = "4!",
     .program = Increments(4),
     .rc11 =
         Runs(24,
              "0,1,2,3/4 0,1,3,2/4 0,2,1,3/4 0,2,3,1/4 0,3,1,2/4 0,3,2,1/4 1,0,2,3/4 1,0,3,2/4 "
              "1,2,0,3/4 1,2,3,0/4 1,3,0,2/4 1,3,2,0/4 2,0,1,3/4 2,0,3,1/4 2,1,0,3/4 2,1,3,0/4 "
              "2,3,0,1/4 2,3,1,0/4 3,0,1,2/4 3,0,2,1/4 3,1,0,2/4 3,1,2,0/4 3,2,0,1/4 3,2,1,0/4"),
     .sc = Runs(24, "all")},
    {.name = "2 times 2 increments",
     .source = "4! / (2! 2!)",
     .program = TwoIncrementsEach(2),
     .rc11 = Runs(6, "01,23/4 02,13/4 03,12/4 12,03/4 13,02/4 23,01/4"),
     .sc = Runs(6, "all")},
    {.name = "3 times 2 increments",
     .source = "6! / (2! 2! 2!)",
     .program = TwoIncrementsEach(3),
     .rc11 = Runs(
         90,
         "01,23,45/6 01,24,35/6 01,25,34/6 01,34,25/6 01,35,24/6 01,45,23/6 02,13,45/6 02,14,35/6 "
         "02,15,34/6 02,34,15/6 02,35,14/6 02,45,13/6 03,12,45/6 03,14,25/6 03,15,24/6 03,24,15/6 "
         "03,25,14/6 03,45,12/6 04,12,35/6 04,13,25/6 04,15,23/6 04,23,15/6 04,25,13/6 04,35,12/6 "
         "05,12,34/6 05,13,24/6 05,14,23/6 05,23,14/6 05,24,13/6 05,34,12/6 12,03,45/6 12,04,35/6 "
         "12,05,34/6 12,34,05/6 12,35,04/6 12,45,03/6 13,02,45/6 13,04,25/6 13,05,24/6 13,24,05/6 "
         "13,25,04/6 13,45,02/6 14,02,35/6 14,03,25/6 14,05,23/6 14,23,05/6 14,25,03/6 14,35,02/6 "
         "15,02,34/6 15,03,24/6 15,04,23/6 15,23,04/6 15,24,03/6 15,34,02/6 23,01,45/6 23,04,15/6 "
         "23,05,14/6 23,14,05/6 23,15,04/6 23,45,01/6 24,01,35/6 24,03,15/6 24,05,13/6 24,13,05/6 "
         "24,15,03/6 24,35,01/6 25,01,34/6 25,03,14/6 25,04,13/6 25,13,04/6 25,14,03/6 25,34,01/6 "
         "34,01,25/6 34,02,15/6 34,05,12/6 34,12,05/6 34,15,02/6 34,25,01/6 35,01,24/6 35,02,14/6 "
         "35,04,12/6 35,12,04/6 35,14,02/6 35,24,01/6 45,01,23/6 45,02,13/6 45,03,12/6 45,12,03/6 "
         "45,13,02/6 45,23,01/6"),
     .sc = Runs(90, "all")},
    {.name = "binc 2",
     .source = "binc of the GenMC corpus: (2!)^2",
     .program = BothCounters(2),
     .rc11 = Runs(4, "00,11/22 01,10/22 10,01/22 11,00/22"),
     .sc = Runs(4, "all")},
    {.name = "binc 3",
     .source = "binc of the GenMC corpus: (3!)^2",
     .program = BothCounters(3),
     .rc11 = Runs(36,
                  "00,11,22/33 00,12,21/33 00,21,12/33 00,22,11/33 01,10,22/33 01,12,20/33 "
                  "01,20,12/33 01,22,10/33 02,10,21/33 02,11,20/33 02,20,11/33 02,21,10/33 "
                  "10,01,22/33 10,02,21/33 10,21,02/33 10,22,01/33 11,00,22/33 11,02,20/33 "
                  "11,20,02/33 11,22,00/33 12,00,21/33 12,01,20/33 12,20,01/33 12,21,00/33 "
                  "20,01,12/33 20,02,11/33 20,11,02/33 20,12,01/33 21,00,12/33 21,02,10/33 "
                  "21,10,02/33 21,12,00/33 22,00,11/33 22,01,10/33 22,10,01/33 22,11,00/33"),
     .sc = Runs(36, "all")},
    {.name = "increment and store",
     .source = "the store is first, last, or before the rmw reads it",
     .program = {{{FetchAdd(x, 0, 1, relaxed)}, {Store(x, 5, relaxed)}}},
     .rc11 = Runs(2, "0/5 5/6"),
     .sc = Runs(2, "all")},
    {.name = "increment and two stores",
     .source = "a rmw is never split",
     .program = {{{FetchAdd(x, 0, 1, relaxed)}, {Store(x, 4, relaxed)}, {Store(x, 6, relaxed)}}},
     .rc11 = Runs(6, "0/4 0/6 4/5 4/6 6/4 6/7"),
     .sc = Runs(6, "all")},
    {.name = "increments and a reader",
     .source = "2! orders, 3 writes to read",
     .program = {{{FetchAdd(x, 0, 1, relaxed)},
                  {FetchAdd(x, 0, 1, relaxed)},
                  {Load(x, 0, relaxed)}}},
     .rc11 = Runs(6, "0,1,0/2 0,1,1/2 0,1,2/2 1,0,0/2 1,0,1/2 1,0,2/2"),
     .sc = Runs(6, "all")},
    {.name = "increments and two reads",
     .source = "2! orders, 6 growing pairs",
     .program = {{{FetchAdd(x, 0, 1, relaxed)},
                  {FetchAdd(x, 0, 1, relaxed)},
                  {Load(x, 0, relaxed), Load(x, 1, relaxed)}}},
     .rc11 = Runs(12,
                  "0,1,00/2 0,1,01/2 0,1,02/2 0,1,11/2 0,1,12/2 0,1,22/2 1,0,00/2 1,0,01/2 "
                  "1,0,02/2 1,0,11/2 1,0,12/2 1,0,22/2"),
     .sc = Runs(12, "all")},
    {.name = "exchanges",
     .source = "3! orders",
     .program = {{{Exchange(x, 0, 1, acq_rel)},
                  {Exchange(x, 0, 2, acq_rel)},
                  {Exchange(x, 0, 3, acq_rel)}}},
     .rc11 = Runs(6, "0,1,2/3 0,3,1/2 2,0,1/3 2,3,0/1 3,0,2/1 3,1,0/2"),
     .sc = Runs(6, "all")},
    {.name = "RMWFix",
     .source = "RMWFix of the GenMC corpus",
     .program = Guarded(),
     .rc11 = Runs(4, "000,0/11 101,2/31 102,1/31 112,0/31"),
     .sc = Runs(4, "all")},
};

const std::vector<Case> kCompareExchanges = {
    {.name = "2 elections",
     .source = "one wins, the other fails",
     .program = Elections(2, relaxed, relaxed),
     .rc11 = Runs(2, "0,1/1 1,0/1"),
     .sc = Runs(2, "all")},
    {.name = "3 elections",
     .source = "one wins, the others fail",
     .program = Elections(3, relaxed, relaxed),
     .rc11 = Runs(3, "0,1,1/1 1,0,1/1 1,1,0/1"),
     .sc = Runs(3, "all")},
    {.name = "4 elections sc",
     .source = "one wins, the others fail",
     .program = Elections(4, seq_cst, seq_cst),
     .rc11 = Runs(4, "0,1,1,1/1 1,0,1,1/1 1,1,0,1/1 1,1,1,0/1"),
     .sc = Runs(4, "all")},
    {.name = "casrot 2",
     .source = "casrot of the GenMC corpus",
     .program = Rotation(2),
     .rc11 = Runs(2, "0,0/1 0,1/2"),
     .sc = Runs(2, "all")},
    {.name = "casrot 3",
     .source = "casrot of the GenMC corpus",
     .program = Rotation(3),
     .rc11 = Runs(5, "0,0,0/1 0,0,1/1 0,1,0/2 0,1,1/2 0,1,2/3"),
     .sc = Runs(5, "all")},
    {.name = "casrot 4",
     .source = "casrot of the GenMC corpus",
     .program = Rotation(4),
     .rc11 = Runs(14,
                  "0,0,0,0/1 0,0,0,1/1 0,0,1,0/1 0,0,1,1/1 0,1,0,0/2 0,1,0,1/2 0,1,0,2/2 0,1,1,0/2 "
                  "0,1,1,1/2 0,1,1,2/2 0,1,2,0/3 0,1,2,1/3 0,1,2,2/3 0,1,2,3/4"),
     .sc = Runs(14, "all")},
    {.name = "casw 2",
     .source = "casw of the GenMC corpus",
     .program = CompareExchangeThenStore(2),
     .rc11 = Runs(6, "0,1/3 0,1/4 0,3/4 1,0/3 1,0/4 4,0/3"),
     .sc = Runs(6, "all")},
    {.name = "casw 3",
     .source = "casw of the GenMC corpus",
     .program = CompareExchangeThenStore(3),
     .rc11 = Runs(66,
                  "0,1,1/3 0,1,1/4 0,1,1/5 0,1,3/4 0,1,3/5 0,1,4/3 0,1,4/5 0,3,1/4 0,3,1/5 0,3,3/4 "
                  "0,3,3/5 0,3,4/5 0,5,1/3 0,5,1/4 0,5,3/4 1,0,1/3 1,0,1/4 1,0,1/5 1,0,3/4 1,0,3/5 "
                  "1,0,4/3 1,0,4/5 1,1,0/3 1,1,0/4 1,1,0/5 1,3,0/4 1,3,0/5 1,5,0/3 1,5,0/4 4,0,1/3 "
                  "4,0,1/5 4,0,3/5 4,0,4/3 4,0,4/5 4,1,0/3 4,1,0/5 4,5,0/3 5,0,1/3 5,0,1/4 5,0,4/3 "
                  "5,1,0/3 5,1,0/4 5,3,0/4 5,5,0/3 5,5,0/4"),
     .sc = Runs(66, "all")},
    {.name = "wcas 2",
     .source = "wcas of the GenMC corpus",
     .program = StoreAndCompareExchanges(2),
     .rc11 = Runs(5, "0,0/2 0,2/3 2,0/3 2,3/3 3,2/3"),
     .sc = Runs(5, "all")},
    {.name = "wcas 3",
     .source = "wcas of the GenMC corpus",
     .program = StoreAndCompareExchanges(3),
     .rc11 = Runs(13,
                  "0,0,0/2 0,0,2/3 0,2,0/3 0,2,3/3 0,3,2/3 2,0,0/3 2,0,3/3 2,3,0/3 2,3,3/3 3,0,2/3 "
                  "3,2,0/3 3,2,3/3 3,3,2/3"),
     .sc = Runs(13, "all")},
    {.name = "a compare exchange of nothing",
     .source = "0 becomes 0: it still writes",
     .program = {{{CompareExchange(x, 0, 0, 0, relaxed, relaxed)},
                  {CompareExchange(x, 0, 0, 0, relaxed, relaxed)}}},
     .rc11 = Runs(2, "0,0/0"),
     .sc = Runs(2, "all")},
    {.name = "flag, success acq",
     .source = "the order of success",
     .program = FlagByCompareExchange(1, acquire, relaxed),
     .rc11 = Runs(3, "00/11 01/11 11/12"),
     .sc = Runs(3, "all")},
    {.name = "flag, failure rlx",
     .source = "the order of failure",
     .program = FlagByCompareExchange(7, acquire, relaxed),
     .rc11 = Runs(4, "00/11 01/11 10/11 11/11"),
     .sc = Runs(3, "all but 10/11")},
    {.name = "flag, failure acq",
     .source = "the order of failure",
     .program = FlagByCompareExchange(7, relaxed, acquire),
     .rc11 = Runs(3, "00/11 01/11 11/11"),
     .sc = Runs(3, "all")},
    {.name = "try lock",
     .source = "a spin lock without the spin",
     .program = TryLock(acquire),
     .rc11 = Runs(4, "00,01/02 00,10/01 01,00/02 10,00/01"),
     .sc = Runs(4, "all")},
    {.name = "try lock rlx",
     .source = "a spin lock that does not acquire",
     .program = TryLock(relaxed),
     .rc11 = Runs(4, "00,01/02 00,10/01 01,00/02 10,00/01"),
     .sc = Runs(4, "all")},
};

INSTANTIATE_TEST_SUITE_P(Counters, Litmus, ::testing::ValuesIn(kCounters), NameOf);
INSTANTIATE_TEST_SUITE_P(CompareExchanges, Litmus, ::testing::ValuesIn(kCompareExchanges), NameOf);
TEST_P(Litmus, IsGolden) { EXPECT_EQ(Differences(GetParam()), ""); }

}  // namespace
}  // namespace litmus
