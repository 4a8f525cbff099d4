// Relaxed throughout; see invariant 3 of the header. The one thing here that is not counting or
// copying is how two processes come by the same memory: a file that has no name.
#include "stress/workload/board.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <new>

#include "absl/strings/str_cat.h"
#include "core/base/check.h"
#include "core/scripts/script_text.h"

namespace workload {
namespace {

using rmap::Step;
using rmap::Verb;

// Order: relaxed, by invariant 3 of the header.
constexpr std::memory_order kUnordered = std::memory_order_relaxed;

}  // namespace

void Entry::Write(std::uint32_t phase, const Step& step) {
  const std::uint32_t words[] = {static_cast<std::uint32_t>(step.verb),
                                 step.process,
                                 step.other,
                                 step.at,
                                 step.length,
                                 step.to,
                                 step.to_length,
                                 step.rights,
                                 phase};
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i].store(words[i], kUnordered);
}

Step Entry::step() const {
  const auto word = [this](int i) { return words_[i].load(kUnordered); };
  return {
      static_cast<Verb>(word(0)), word(1), word(2), word(3), word(4), word(5), word(6), word(7)};
}

void NestingNote::Write(const stress::Nesting& nesting) {
  held_.Set(nesting.held);
  taken_.Set(nesting.taken);
  held_mode_.Set(nesting.held_mode);
  taken_mode_.Set(nesting.taken_mode);
  tried_ = nesting.tried;
  nested_ = nesting.nested;
  held_at_.Set(nesting.held_at);
  taken_at_.Set(nesting.taken_at);
}

stress::Nesting NestingNote::Read() const {
  return {.held = held_.Get(),
          .taken = taken_.Get(),
          .held_mode = held_mode_.Get(),
          .taken_mode = taken_mode_.Get(),
          .tried = tried_,
          .nested = nested_,
          .held_at = held_at_.Get(),
          .taken_at = taken_at_.Get()};
}

void ThreadLog::BeginRound() { before_round_.store(begun_.load(kUnordered), kUnordered); }

void ThreadLog::Begin(std::uint32_t phase, const Step& step) {
  const std::uint64_t index = begun_.load(kUnordered);
  ring_[index % kRingSize].Write(phase, step);
  begun_.store(index + 1, kUnordered);
  running_.store(static_cast<std::uint32_t>(step.verb) + 1, kUnordered);
}

void ThreadLog::End() { running_.store(0, kUnordered); }

void Board::BeginRound(std::uint64_t round) {
  round_.store(round, kUnordered);
  for (ThreadLog& log : logs_) log.BeginRound();
}
void Board::EndRound() { rounds_done_.fetch_add(1, kUnordered); }

void Board::Begin(std::uint32_t thread, std::uint32_t phase, const Step& step) {
  CHECK(thread < kThreadsMax);
  std::uint32_t known = threads_.load(kUnordered);
  while (known <= thread && !threads_.compare_exchange_weak(known, thread + 1, kUnordered)) {
  }
  const auto verb = static_cast<std::uint32_t>(step.verb);
  logs_[thread].Begin(phase, step);
  counts_[verb].fetch_add(1, kUnordered);
  CountOverlaps(thread, verb);
}

void Board::End(std::uint32_t thread) { logs_[thread].End(); }

void Board::CountOverlaps(std::uint32_t thread, std::uint32_t verb) {
  const std::uint32_t threads = threads_.load(kUnordered);
  for (std::uint32_t other = 0; other < threads; ++other) {
    const std::uint32_t running = other == thread ? 0 : logs_[other].running();
    if (running > 0) overlaps_[PairIndex(verb, running - 1)].fetch_add(1, kUnordered);
  }
}

bool Board::Fail(std::string_view message, std::string_view place) {
  // Order: relaxed, because who comes second writes nothing, and the watcher reads when all is
  // over.
  if (failed_.exchange(1, kUnordered) != 0) return false;
  message_.Set(message);
  place_.Set(place);
  return true;
}

void Board::NoteNestings(const std::vector<ksync::LockNesting>& order) {
  std::uint32_t noted = nestings_noted_.load(kUnordered);
  if (noted == order.size()) return;  // Nearly always: what is new is new once.
  const std::vector<stress::Nesting> known = Nestings();
  for (const ksync::LockNesting& seen : order) {
    const stress::Nesting nesting = stress::NestingOf(seen);
    const bool is_known =
        std::any_of(known.begin(), known.end(),
                    [&](const stress::Nesting& other) { return other.Key() == nesting.Key(); });
    if (is_known || noted == kNestingsMax) continue;
    nestings_[noted].Write(nesting);
    nestings_noted_.store(++noted, kUnordered);
  }
}

std::vector<stress::Nesting> Board::Nestings() const {
  std::vector<stress::Nesting> nestings;
  const std::uint32_t noted = nestings_noted_.load(kUnordered);
  for (std::uint32_t i = 0; i < noted; ++i) nestings.push_back(nestings_[i].Read());
  return nestings;
}

std::uint64_t Board::StepsBegun() const {
  std::uint64_t sum = 0;
  for (const ThreadLog& log : logs_) sum += log.begun();
  return sum;
}

std::uint64_t Board::Count(Verb verb) const {
  return counts_[static_cast<std::size_t>(verb)].load(kUnordered);
}

std::size_t Board::PairIndex(std::uint32_t first, std::uint32_t second) {
  return std::size_t{std::min(first, second)} * rmap::kVerbCount + std::max(first, second);
}

std::uint64_t Board::Overlaps(Verb first, Verb second) const {
  const std::size_t pair =
      PairIndex(static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(second));
  return overlaps_[pair].load(kUnordered);
}

std::vector<std::string> Board::LastSteps() const {
  std::vector<std::string> lines;
  for (std::uint32_t thread = 0; thread < kThreadsMax; ++thread) {
    const ThreadLog& log = logs_[thread];
    const std::uint64_t begun = log.begun();
    const std::uint64_t kept = std::min<std::uint64_t>(begun - log.before_round(), kRingSize);
    for (std::uint64_t i = begun - kept; i < begun; ++i) {
      const bool running = i + 1 == begun && log.running() != 0;
      lines.push_back(absl::StrCat("thread ", thread, ", phase ", log.At(i).phase() + 1, ": ",
                                   rmap::ToText(log.At(i).step()),
                                   running ? "   <- under way" : ""));
    }
  }
  return lines;
}

SharedBoard::SharedBoard() : descriptor_(memfd_create("rmap_stress board", 0)) {
  CHECK(descriptor_ >= 0 && ftruncate(descriptor_, sizeof(Board)) == 0, "no shared memory");
  Map();
  new (board_) Board();
}

SharedBoard::SharedBoard(int descriptor) : descriptor_(descriptor) { Map(); }

void SharedBoard::Map() {
  void* const where =
      mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  CHECK(where != MAP_FAILED, "no shared memory");
  board_ = static_cast<Board*>(where);
}

SharedBoard::~SharedBoard() {
  munmap(board_, sizeof(Board));
  close(descriptor_);
}

}  // namespace workload
