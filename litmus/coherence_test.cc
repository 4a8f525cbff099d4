// Coherence: the writes to one location have one order, and no thread sees it go backwards.
//
// What is forbidden here is forbidden with the weakest orders and by every model, so the three
// counts are equal; an engine that loses or doubles a place in mo shows here first.
#include <vector>

#include "litmus/testing/harness.h"

namespace litmus {
namespace {

using Threads = std::vector<models::testing::Thread>;

models::testing::Thread TwoReads() { return {Load(x, 0, relaxed), Load(x, 1, relaxed)}; }

// One thread writes 1, 2, ..., `writes`; the others read twice each.
Program Readers(int writes, int readers) {
  Threads threads(1);
  for (int value = 1; value <= writes; ++value) threads[0].push_back(Store(x, value, relaxed));
  for (int i = 0; i < readers; ++i) threads.push_back(TwoReads());
  return {threads};
}

// `count` threads that write one value each, and one reader.
Program Writers(int count, int reads) {
  Threads threads;
  for (int value = 1; value <= count; ++value) threads.push_back({Store(x, value, relaxed)});
  models::testing::Thread reader;
  for (int i = 0; i < reads; ++i) reader.push_back(Load(x, i, relaxed));
  if (reads > 0) threads.push_back(reader);
  return {threads};
}

const std::vector<Case> kCases = {
    {.name = "CoWW",
     .source = "herd CoWW",
     .program = {{{Store(x, 1, relaxed), Store(x, 2, relaxed)}}},
     .rc11 = Runs(1, "/2"),
     .sc = Runs(1, "all")},
    {.name = "CoRR0",
     .source = "herd CoRR0",
     .program = {{{Store(x, 1, relaxed)}, TwoReads()}},
     .rc11 = Runs(3, "00/1 01/1 11/1"),
     .sc = Runs(3, "all")},
    {.name = "CoRR",
     .source = "herd CoRR",
     .program = Readers(2, 1),
     .rc11 = Runs(6, "00/2 01/2 02/2 11/2 12/2 22/2"),
     .sc = Runs(6, "all")},
    {.name = "CoRR1",
     .source = "CoRR1 of the GenMC corpus: two readers",
     .program = Readers(2, 2),
     .rc11 = Runs(36,
                  "00,00/2 00,01/2 00,02/2 00,11/2 00,12/2 00,22/2 01,00/2 01,01/2 01,02/2 01,11/2 "
                  "01,12/2 01,22/2 02,00/2 02,01/2 02,02/2 02,11/2 02,12/2 02,22/2 11,00/2 11,01/2 "
                  "11,02/2 11,11/2 11,12/2 11,22/2 12,00/2 12,01/2 12,02/2 12,11/2 12,12/2 12,22/2 "
                  "22,00/2 22,01/2 22,02/2 22,11/2 22,12/2 22,22/2"),
     .sc = Runs(36, "all")},
    {.name = "CoRR2",
     .source = "herd CoRR2: two writers, two readers",
     .program = {{{Store(x, 1, relaxed)}, {Store(x, 2, relaxed)}, TwoReads(), TwoReads()}},
     .rc11 = Runs(
         72,
         "00,00/1 00,00/2 00,01/1 00,01/2 00,02/1 00,02/2 00,11/1 00,11/2 00,12/2 00,21/1 00,22/1 "
         "00,22/2 01,00/1 01,00/2 01,01/1 01,01/2 01,02/1 01,02/2 01,11/1 01,11/2 01,12/2 01,21/1 "
         "01,22/1 01,22/2 02,00/1 02,00/2 02,01/1 02,01/2 02,02/1 02,02/2 02,11/1 02,11/2 02,12/2 "
         "02,21/1 02,22/1 02,22/2 11,00/1 11,00/2 11,01/1 11,01/2 11,02/1 11,02/2 11,11/1 11,11/2 "
         "11,12/2 11,21/1 11,22/1 11,22/2 12,00/2 12,01/2 12,02/2 12,11/2 12,12/2 12,22/2 21,00/1 "
         "21,01/1 21,02/1 21,11/1 21,21/1 21,22/1 22,00/1 22,00/2 22,01/1 22,01/2 22,02/1 22,02/2 "
         "22,11/1 22,11/2 22,12/2 22,21/1 22,22/1 22,22/2"),
     .sc = Runs(72, "all")},
    {.name = "CoRR acq",
     .source = "herd CoRR",
     .program = {{{Store(x, 1, release), Store(x, 2, release)},
                  {Load(x, 0, acquire), Load(x, 1, acquire)}}},
     .rc11 = Runs(6, "00/2 01/2 02/2 11/2 12/2 22/2"),
     .sc = Runs(6, "all")},
    {.name = "CoRR sc",
     .source = "herd CoRR",
     .program = {{{Store(x, 1, seq_cst)},
                  {Store(x, 2, seq_cst)},
                  {Load(x, 0, seq_cst), Load(x, 1, seq_cst)}}},
     .rc11 = Runs(12, "00/1 00/2 01/1 01/2 02/1 02/2 11/1 11/2 12/2 21/1 22/1 22/2"),
     .sc = Runs(12, "all")},
    {.name = "CoRW1",
     .source = "herd CoRW1",
     .program = {{{Load(x, 0, relaxed), Store(x, 1, relaxed)}}},
     .rc11 = Runs(1, "0/1"),
     .sc = Runs(1, "all")},
    {.name = "CoRW2",
     .source = "herd CoRW2",
     .program = {{{Load(x, 0, relaxed), Store(x, 1, relaxed)}, {Store(x, 2, relaxed)}}},
     .rc11 = Runs(3, "0/1 0/2 2/1"),
     .sc = Runs(3, "all")},
    {.name = "CoRW, both",
     .source = "herd CoRW2, twice",
     .program = {{{Load(x, 0, relaxed), Store(x, 1, relaxed)},
                  {Load(x, 0, relaxed), Store(x, 2, relaxed)}}},
     .rc11 = Runs(4, "0,0/1 0,0/2 0,1/2 2,0/1"),
     .sc = Runs(4, "all")},
    {.name = "CoWR",
     .source = "herd CoWR0 and CoWR",
     .program = {{{Store(x, 1, relaxed), Load(x, 0, relaxed)}, {Store(x, 2, relaxed)}}},
     .rc11 = Runs(3, "1/1 1/2 2/2"),
     .sc = Runs(3, "all")},
    {.name = "2CoWR",
     .source = "2CoWR of the GenMC corpus",
     .program = {{{Store(x, 1, relaxed), Load(x, 0, relaxed)},
                  {Store(x, 2, relaxed), Load(x, 0, relaxed)}}},
     .rc11 = Runs(4, "1,1/1 1,2/1 1,2/2 2,2/2"),
     .sc = Runs(4, "all")},
    {.name = "3CoWR",
     .source = "2CoWR, wider",
     .program = {{{Store(x, 1, relaxed), Load(x, 0, relaxed)},
                  {Store(x, 2, relaxed), Load(x, 0, relaxed)},
                  {Store(x, 3, relaxed), Load(x, 0, relaxed)}}},
     .rc11 = Runs(36,
                  "1,1,1/1 1,1,2/1 1,1,3/1 1,1,3/3 1,2,1/1 1,2,1/2 1,2,2/1 1,2,2/2 1,2,3/1 1,2,3/2 "
                  "1,2,3/3 1,3,1/1 1,3,3/1 1,3,3/3 2,2,1/2 2,2,2/2 2,2,3/2 2,2,3/3 2,3,3/3 3,1,3/3 "
                  "3,2,2/2 3,2,3/2 3,2,3/3 3,3,3/3"),
     .sc = Runs(36, "all")},
    {.name = "CoWRR",
     .source = "herd CoWR, read twice",
     .program = {{{Store(x, 1, relaxed), Load(x, 0, relaxed), Load(x, 1, relaxed)},
                  {Store(x, 2, relaxed), Store(x, 3, relaxed)}}},
     .rc11 = Runs(10, "11/1 11/3 12/3 13/3 22/3 23/3 33/3"),
     .sc = Runs(10, "all")},
    {.name = "WW+WW",
     .source = "4! / (2! 2!) orders",
     .program = {{{Store(x, 1, relaxed), Store(x, 2, relaxed)},
                  {Store(x, 3, relaxed), Store(x, 4, relaxed)}}},
     .rc11 = Runs(6, "/2 /4"),
     .sc = Runs(6, "all")},
    {.name = "WW+WW+R",
     .source = "6 orders, 5 writes to read",
     .program = {{{Store(x, 1, relaxed), Store(x, 2, relaxed)},
                  {Store(x, 3, relaxed), Store(x, 4, relaxed)},
                  {Load(x, 0, relaxed)}}},
     .rc11 = Runs(30, "0/2 0/4 1/2 1/4 2/2 2/4 3/2 3/4 4/2 4/4"),
     .sc = Runs(30, "all")},
    {.name = "2 writers",
     .source = "2! orders",
     .program = Writers(2, 0),
     .rc11 = Runs(2, "/1 /2"),
     .sc = Runs(2, "all")},
    {.name = "3 writers",
     .source = "3! orders",
     .program = Writers(3, 0),
     .rc11 = Runs(6, "/1 /2 /3"),
     .sc = Runs(6, "all")},
    {.name = "4 writers",
     .source = "4! orders",
     .program = Writers(4, 0),
     .rc11 = Runs(24, "/1 /2 /3 /4"),
     .sc = Runs(24, "all")},
    {.name = "3 writers, a reader",
     .source = "3! orders, 4 writes to read",
     .program = Writers(3, 1),
     .rc11 = Runs(24, "0/1 0/2 0/3 1/1 1/2 1/3 2/1 2/2 2/3 3/1 3/2 3/3"),
     .sc = Runs(24, "all")},
    {.name = "3 writers, two reads",
     .source = "3! orders, 10 growing pairs",
     .program = Writers(3, 2),
     .rc11 = Runs(
         60,
         "00/1 00/2 00/3 01/1 01/2 01/3 02/1 02/2 02/3 03/1 03/2 03/3 11/1 11/2 11/3 12/2 12/3 "
         "13/2 13/3 21/1 21/3 22/1 22/2 22/3 23/1 23/3 31/1 31/2 32/1 32/2 33/1 33/2 33/3"),
     .sc = Runs(60, "all")},
    {.name = "same value twice",
     .source = "two writes of one value are two writes",
     .program = {{{Store(x, 1, relaxed)}, {Store(x, 1, relaxed)}, {Load(x, 0, relaxed)}}},
     .rc11 = Runs(6, "0/1 1/1"),
     .sc = Runs(6, "all")},
    {.name = "the initial value again",
     .source = "a write of the initial value is a write",
     .program = {{{Store(x, 0, relaxed)}, TwoReads()}},
     .rc11 = Runs(3, "00/0"),
     .sc = Runs(3, "all")},
    {.name = "two locations do not constrain each other",
     .source = "6 times 6",
     .program = {{{Store(x, 1, relaxed), Store(y, 1, relaxed)},
                  {Store(x, 2, relaxed), Store(y, 2, relaxed)},
                  {Load(x, 0, relaxed), Load(y, 1, relaxed)}}},
     .rc11 = Runs(36,
                  "00/11 00/12 00/21 00/22 01/11 01/12 01/21 01/22 02/11 02/12 02/21 02/22 10/11 "
                  "10/12 10/21 10/22 11/11 11/12 11/21 11/22 12/11 12/12 12/21 12/22 20/11 20/12 "
                  "20/21 20/22 21/11 21/12 21/21 21/22 22/11 22/12 22/21 22/22"),
     .sc = Runs(36, "all")},
};

INSTANTIATE_TEST_SUITE_P(Coherence, Litmus, ::testing::ValuesIn(kCases), NameOf);
TEST_P(Litmus, IsGolden) { EXPECT_EQ(Differences(GetParam()), ""); }

}  // namespace
}  // namespace litmus
