// Release sequences: which later writes pass a release on to whoever acquires from them.
//
// Under rc11 the head's own thread may write on, with any order, and anyone may with a
// read-modify-write; C++20 keeps the read-modify-writes only (P0982). A case where the two models
// differ states cpp20 apart, and what it adds is exactly the flag seen and the data not.
#include <utility>
#include <vector>

#include "litmus/testing/harness.h"

namespace litmus {
namespace {

using models::testing::Thread;

Thread Reader(Order see) { return {Load(y, 0, see), Load(x, 1, relaxed)}; }

// The data, the release, and then `more` in the same thread.
Thread Writer(Thread more) {
  Thread thread = {Store(x, 1, relaxed), Store(y, 1, release)};
  thread.insert(thread.end(), more.begin(), more.end());
  return thread;
}

Program Alone(Thread more) { return {{Writer(std::move(more)), Reader(acquire)}}; }

Program WithOther(Thread more, Thread other) {
  return {{Writer(std::move(more)), std::move(other), Reader(acquire)}};
}

// A release fence, then a relaxed write: its sequence begins at the relaxed write.
Program AfterFence(Thread more) {
  Thread thread = {Store(x, 1, relaxed), Fence(release), Store(y, 1, relaxed)};
  thread.insert(thread.end(), more.begin(), more.end());
  return {{thread, Reader(acquire)}};
}

Program Relseq() {
  return {{Writer({Store(y, 2, relaxed)}),
           {Exchange(y, 0, 3, relaxed)},
           {Load(y, 0, relaxed), Fence(acq_rel), Load(x, 1, relaxed)}}};
}

// Only read-modify-writes: a lock word that is passed on by releases and plain increments.
Program ViktorRelseq() {
  return {{{FetchAdd(x, 0, 1, acquire), FetchAdd(x, 1, 1, relaxed)},
           {FetchAdd(x, 0, 1, relaxed), FetchAdd(x, 1, 1, relaxed)},
           {FetchAdd(x, 0, 1, release)},
           {FetchAdd(x, 0, 1, relaxed)}}};
}

Program TwoHeads() {
  return {{{Store(x, 1, relaxed), Store(z, 1, release)},
           {Store(y, 1, relaxed), FetchAdd(z, 0, 1, release)},
           {Load(z, 0, acquire), Load(x, 1, relaxed), Load(y, 2, relaxed)}}};
}

const std::vector<Case> kSameThread = {
    {.name = "a relaxed store after it",
     .source = "P0982: dropped by C++20",
     .program = Alone({Store(y, 2, relaxed)}),
     .rc11 = Runs(4, "00/12 01/12 11/12 21/12"),
     .cpp20 = Runs(5, "all and 20/12"),
     .sc = Runs(4, "all")},
    {.name = "two relaxed stores after it",
     .source = "P0982: dropped by C++20",
     .program = Alone({Store(y, 2, relaxed), Store(y, 3, relaxed)}),
     .rc11 = Runs(5, "00/13 01/13 11/13 21/13 31/13"),
     .cpp20 = Runs(7, "all and 20/13 30/13"),
     .sc = Runs(5, "all")},
    {.name = "a release store after it",
     .source = "a head of its own",
     .program = Alone({Store(y, 2, release)}),
     .rc11 = Runs(4, "00/12 01/12 11/12 21/12"),
     .sc = Runs(4, "all")},
    {.name = "a relaxed rmw after it",
     .source = "part of it in every model",
     .program = Alone({FetchAdd(y, 0, 1, relaxed)}),
     .rc11 = Runs(4, "1,00/12 1,01/12 1,11/12 1,21/12"),
     .sc = Runs(4, "all")},
    {.name = "a store, then a rmw",
     .source = "P0982: the store breaks the chain",
     .program = Alone({Store(y, 2, relaxed), FetchAdd(y, 0, 1, relaxed)}),
     .rc11 = Runs(5, "2,00/13 2,01/13 2,11/13 2,21/13 2,31/13"),
     .cpp20 = Runs(7, "all and 2,20/13 2,30/13"),
     .sc = Runs(5, "all")},
    {.name = "a rmw, then a store",
     .source = "P0982: dropped by C++20",
     .program = Alone({FetchAdd(y, 0, 1, relaxed), Store(y, 3, relaxed)}),
     .rc11 = Runs(5, "1,00/13 1,01/13 1,11/13 1,21/13 1,31/13"),
     .cpp20 = Runs(6, "all and 1,30/13"),
     .sc = Runs(5, "all")},
    {.name = "a store before it is no part",
     .source = "a sequence starts at its head",
     .program = {{{Store(x, 1, relaxed), Store(y, 1, relaxed), Store(y, 2, release)},
                  Reader(acquire)}},
     .rc11 = Runs(5, "00/12 01/12 10/12 11/12 21/12"),
     .sc = Runs(4, "all but 10/12")},
    {.name = "a fence, a store, a store",
     .source = "each later store is a head by the fence",
     .program = AfterFence({Store(y, 2, relaxed)}),
     .rc11 = Runs(4, "00/12 01/12 11/12 21/12"),
     .sc = Runs(4, "all")},
    {.name = "a fence, a store, a rmw",
     .source = "each later write is a head by the fence",
     .program = AfterFence({FetchAdd(y, 0, 1, relaxed)}),
     .rc11 = Runs(4, "1,00/12 1,01/12 1,11/12 1,21/12"),
     .sc = Runs(4, "all")},
    {.name = "the reader has a fence",
     .source = "P0982: dropped by C++20",
     .program = {{Writer({Store(y, 2, relaxed)}),
                  {Load(y, 0, relaxed), Fence(acquire), Load(x, 1, relaxed)}}},
     .rc11 = Runs(4, "00/12 01/12 11/12 21/12"),
     .cpp20 = Runs(5, "all and 20/12"),
     .sc = Runs(4, "all")},
    {.name = "a store to another location",
     .source = "a sequence has one location",
     .program = {{Writer({Store(z, 1, relaxed)}), {Load(z, 0, acquire), Load(x, 1, relaxed)}}},
     .rc11 = Runs(4, "00/111 01/111 10/111 11/111"),
     .sc = Runs(3, "all but 10/111")},
};

const std::vector<Case> kOtherThreads = {
    {.name = "a rmw of another thread",
     .source = "part of it in every model",
     .program = WithOther({}, {FetchAdd(y, 0, 1, relaxed)}),
     .rc11 = Runs(9, "0,00/11 0,01/11 0,10/11 0,11/11 1,00/12 1,01/12 1,11/12 1,21/12"),
     .sc = Runs(9, "all")},
    {.name = "an exchange of another thread",
     .source = "an exchange is a rmw too",
     .program = WithOther({}, {Exchange(y, 0, 3, relaxed)}),
     .rc11 = Runs(9, "0,00/11 0,01/11 0,11/11 0,30/11 0,31/11 1,00/13 1,01/13 1,11/13 1,31/13"),
     .sc = Runs(9, "all")},
    {.name = "a compare exchange of another thread",
     .source = "a successful one is a rmw",
     .program = WithOther({}, {CompareExchange(y, 0, 1, 3, relaxed, relaxed)}),
     .rc11 = Runs(7, "0,00/11 0,01/11 0,11/11 1,00/13 1,01/13 1,11/13 1,31/13"),
     .sc = Runs(7, "all")},
    {.name = "a store of another thread",
     .source = "breaks it in every model",
     .program = WithOther({}, {Store(y, 3, relaxed)}),
     .rc11 = Runs(10, "00/11 00/13 01/11 01/13 11/11 11/13 30/11 30/13 31/11 31/13"),
     .sc = Runs(9, "all but 30/13")},
    {.name = "two rmws of another thread",
     .source = "a chain of two",
     .program = WithOther({}, {FetchAdd(y, 0, 1, relaxed), FetchAdd(y, 1, 1, relaxed)}),
     .rc11 = Runs(18,
                  "01,00/11 01,00/12 01,01/11 01,01/12 01,10/11 01,10/12 01,11/11 01,11/12 "
                  "01,20/11 01,21/11 01,21/12 12,00/13 12,01/13 12,11/13 12,21/13 12,31/13"),
     .sc = Runs(18, "all")},
    {.name = "a rmw on the late store",
     .source = "P0982: reaches the head in rc11 only",
     .program = WithOther({Store(y, 2, relaxed)}, {FetchAdd(y, 0, 1, relaxed)}),
     .rc11 = Runs(16,
                  "0,00/12 0,01/12 0,10/12 0,11/12 0,21/12 1,00/12 1,01/12 1,11/12 1,21/12 2,00/13 "
                  "2,01/13 2,11/13 2,21/13 2,31/13"),
     .cpp20 = Runs(20, "all and 0,20/12 1,20/12 2,20/13 2,30/13"),
     .sc = Runs(16, "all")},
    {.name = "the rmw acquires",
     .source = "as rmw, and it sees the data itself",
     .program = WithOther({}, {FetchAdd(y, 0, 1, acquire), Load(x, 1, relaxed)}),
     .rc11 = Runs(14,
                  "00,00/11 00,01/11 00,10/11 00,11/11 01,00/11 01,01/11 01,10/11 01,11/11 "
                  "11,00/12 11,01/12 11,11/12 11,21/12"),
     .sc = Runs(14, "all")},
    {.name = "relseq",
     .source = "relseq of the GenMC corpus",
     .program = Relseq(),
     .rc11 = Runs(16,
                  "0,00/12 0,01/12 0,11/12 0,21/12 0,30/12 0,31/12 1,00/12 1,01/12 1,11/12 1,21/12 "
                  "1,31/12 2,00/13 2,01/13 2,11/13 2,21/13 2,31/13"),
     .cpp20 = Runs(20, "all and 0,20/12 1,20/12 2,20/13 2,30/13"),
     .sc = Runs(16, "all")},
    {.name = "viktor-relseq",
     .source = "viktor-relseq of the GenMC corpus",
     .program = ViktorRelseq(),
     .rc11 =
         Runs(180,
              "01,23,4,5/6 01,23,5,4/6 01,24,3,5/6 01,24,5,3/6 01,25,3,4/6 01,25,4,3/6 01,34,2,5/6 "
              "01,34,5,2/6 01,35,2,4/6 01,35,4,2/6 01,45,2,3/6 01,45,3,2/6 02,13,4,5/6 02,13,5,4/6 "
              "02,14,3,5/6 02,14,5,3/6 02,15,3,4/6 02,15,4,3/6 02,34,1,5/6 02,34,5,1/6 02,35,1,4/6 "
              "02,35,4,1/6 02,45,1,3/6 02,45,3,1/6 03,12,4,5/6 03,12,5,4/6 03,14,2,5/6 03,14,5,2/6 "
              "03,15,2,4/6 03,15,4,2/6 03,24,1,5/6 03,24,5,1/6 03,25,1,4/6 03,25,4,1/6 03,45,1,2/6 "
              "03,45,2,1/6 04,12,3,5/6 04,12,5,3/6 04,13,2,5/6 04,13,5,2/6 04,15,2,3/6 04,15,3,2/6 "
              "04,23,1,5/6 04,23,5,1/6 04,25,1,3/6 04,25,3,1/6 04,35,1,2/6 04,35,2,1/6 05,12,3,4/6 "
              "05,12,4,3/6 05,13,2,4/6 05,13,4,2/6 05,14,2,3/6 05,14,3,2/6 05,23,1,4/6 05,23,4,1/6 "
              "05,24,1,3/6 05,24,3,1/6 05,34,1,2/6 05,34,2,1/6 12,03,4,5/6 12,03,5,4/6 12,04,3,5/6 "
              "12,04,5,3/6 12,05,3,4/6 12,05,4,3/6 12,34,0,5/6 12,34,5,0/6 12,35,0,4/6 12,35,4,0/6 "
              "12,45,0,3/6 12,45,3,0/6 13,02,4,5/6 13,02,5,4/6 13,04,2,5/6 13,04,5,2/6 13,05,2,4/6 "
              "13,05,4,2/6 13,24,0,5/6 13,24,5,0/6 13,25,0,4/6 13,25,4,0/6 13,45,0,2/6 13,45,2,0/6 "
              "14,02,3,5/6 14,02,5,3/6 14,03,2,5/6 14,03,5,2/6 14,05,2,3/6 14,05,3,2/6 14,23,0,5/6 "
              "14,23,5,0/6 14,25,0,3/6 14,25,3,0/6 14,35,0,2/6 14,35,2,0/6 15,02,3,4/6 15,02,4,3/6 "
              "15,03,2,4/6 15,03,4,2/6 15,04,2,3/6 15,04,3,2/6 15,23,0,4/6 15,23,4,0/6 15,24,0,3/6 "
              "15,24,3,0/6 15,34,0,2/6 15,34,2,0/6 23,01,4,5/6 23,01,5,4/6 23,04,1,5/6 23,04,5,1/6 "
              "23,05,1,4/6 23,05,4,1/6 23,14,0,5/6 23,14,5,0/6 23,15,0,4/6 23,15,4,0/6 23,45,0,1/6 "
              "23,45,1,0/6 24,01,3,5/6 24,01,5,3/6 24,03,1,5/6 24,03,5,1/6 24,05,1,3/6 24,05,3,1/6 "
              "24,13,0,5/6 24,13,5,0/6 24,15,0,3/6 24,15,3,0/6 24,35,0,1/6 24,35,1,0/6 25,01,3,4/6 "
              "25,01,4,3/6 25,03,1,4/6 25,03,4,1/6 25,04,1,3/6 25,04,3,1/6 25,13,0,4/6 25,13,4,0/6 "
              "25,14,0,3/6 25,14,3,0/6 25,34,0,1/6 25,34,1,0/6 34,01,2,5/6 34,01,5,2/6 34,02,1,5/6 "
              "34,02,5,1/6 34,05,1,2/6 34,05,2,1/6 34,12,0,5/6 34,12,5,0/6 34,15,0,2/6 34,15,2,0/6 "
              "34,25,0,1/6 34,25,1,0/6 35,01,2,4/6 35,01,4,2/6 35,02,1,4/6 35,02,4,1/6 35,04,1,2/6 "
              "35,04,2,1/6 35,12,0,4/6 35,12,4,0/6 35,14,0,2/6 35,14,2,0/6 35,24,0,1/6 35,24,1,0/6 "
              "45,01,2,3/6 45,01,3,2/6 45,02,1,3/6 45,02,3,1/6 45,03,1,2/6 45,03,2,1/6 45,12,0,3/6 "
              "45,12,3,0/6 45,13,0,2/6 45,13,2,0/6 45,23,0,1/6 45,23,1,0/6"),
     .sc = Runs(180, "all")},
    {.name = "MPU+rels+acq",
     .source = "MPU+rels+acq of the GenMC corpus, without its branch",
     .program = {{{Store(x, 1, relaxed), Store(y, 0, release), Store(y, 1, relaxed)},
                  {FetchAdd(y, 0, 1, relaxed)},
                  Reader(acquire)}},
     .rc11 = Runs(16, "0,00/11 0,01/11 0,10/11 0,11/11 1,00/12 1,01/12 1,11/12 1,21/12"),
     .cpp20 = Runs(20, "all and 1,10/12 1,20/12"),
     .sc = Runs(16, "all")},
    {.name = "two heads",
     .source = "both releases reach the reader of the second",
     .program = TwoHeads(),
     .rc11 = Runs(15,
                  "0,000/111 0,001/111 0,010/111 0,011/111 0,101/111 0,110/111 0,111/111 1,000/112 "
                  "1,001/112 1,010/112 1,011/112 1,110/112 1,111/112 1,211/112"),
     .sc = Runs(14, "all but 0,110/111")},
};

INSTANTIATE_TEST_SUITE_P(SameThread, Litmus, ::testing::ValuesIn(kSameThread), NameOf);
INSTANTIATE_TEST_SUITE_P(OtherThreads, Litmus, ::testing::ValuesIn(kOtherThreads), NameOf);
TEST_P(Litmus, IsGolden) { EXPECT_EQ(Differences(GetParam()), ""); }

}  // namespace
}  // namespace litmus
