// Two kinds of passes over the steps: one gives each address what the step itself may put there,
// the others let values flow along moves and forks.
#include "core/scripts/possible.h"

#include <utility>

namespace rmap {
namespace {

void AddZero(Memory& memory, std::uint64_t start, std::uint64_t length) {
  ForRange(memory, start, length, [](Values& values) { Insert(values, kFreshValue); });
}

// Makes sure that whoever may be born in the phase has addresses.
void Bear(const Step& step, std::uint32_t pages, std::vector<Memory>& all) {
  const bool born = step.verb == Verb::kStart || step.verb == Verb::kFork;
  Memory& memory = all[step.verb == Verb::kFork ? step.other : step.process];
  if (born && memory.empty()) memory.resize(pages);
  if (step.verb == Verb::kStart) AddZero(memory, 0, pages);
}

void Add(const Step& step, Value value, Memory& memory) {
  switch (step.verb) {
    case Verb::kMap:
    case Verb::kMapStack:
    case Verb::kUnmap:
      return AddZero(memory, step.at, step.length);
    case Verb::kMove:
      AddZero(memory, step.at, step.length);
      return AddZero(memory, step.to, step.to_length);
    case Verb::kGrowHeap:
      return AddZero(memory, step.at, memory.size());
    case Verb::kStore:
      if (step.at < memory.size()) Insert(memory[step.at], CommonValue(step.to));
      return;
    case Verb::kWrite:
    case Verb::kDirectIo:
      if (step.at < memory.size()) Insert(memory[step.at], value);
      return;
    default:
      return;
  }
}

bool FlowByFork(const Step& step, std::vector<Memory>& all) {
  const Memory& from = all[step.process];
  Memory& to = all[step.other];
  bool changed = false;
  for (std::size_t at = 0; at < from.size(); ++at) changed |= InsertAll(to[at], from[at]);
  return changed;
}

bool FlowByMove(const Step& step, Memory& memory) {
  bool changed = false;
  for (std::uint64_t i = 0; i < step.length && i < step.to_length; ++i) {
    const std::uint64_t from = step.at + i;
    const std::uint64_t to = step.to + i;
    if (from >= memory.size() || to >= memory.size()) break;
    changed |= InsertAll(memory[to], memory[from]);
  }
  return changed;
}

// Returns: whether anything has changed.
bool Flow(const Step& step, std::vector<Memory>& all) {
  if (step.verb == Verb::kFork) return FlowByFork(step, all);
  if (step.verb == Verb::kMove) return FlowByMove(step, all[step.process]);
  return false;
}

template <typename Use>
void ForEachStep(const Phase& phase, Use use) {
  for (std::uint32_t thread = 0; thread < phase.threads.size(); ++thread) {
    const Steps& steps = phase.threads[thread];
    for (std::uint32_t i = 0; i < steps.size(); ++i) use(steps[i], thread, i);
  }
}

}  // namespace

std::vector<Memory> PossibleIn(const Phase& phase, std::vector<Memory> before,
                               const std::vector<Value>& first_values, std::uint32_t pages) {
  std::vector<Memory> all = std::move(before);
  ForEachStep(phase,
              [&](const Step& step, std::uint32_t, std::uint32_t) { Bear(step, pages, all); });
  ForEachStep(phase, [&](const Step& step, std::uint32_t thread, std::uint32_t i) {
    Add(step, first_values[thread] + i, all[step.process]);
  });
  for (bool changed = true; changed;) {
    changed = false;
    ForEachStep(
        phase, [&](const Step& step, std::uint32_t, std::uint32_t) { changed |= Flow(step, all); });
  }
  return all;
}

}  // namespace rmap
