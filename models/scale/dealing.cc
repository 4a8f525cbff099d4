// How a search is opened and how its parts are measured; see dealing.h. Measuring reads the written
// form of what is left, and knows nothing of the engine.
#include "models/scale/dealing.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace models {
namespace {

// A float keeps its relative precision far beyond any number of executions; but products of many
// alternatives leave even its range.
constexpr double kSizeMax = 1e300;

std::pair<int, int> Key(EventId id) { return {id.thread, id.index}; }

// The events of a frame's trail.
std::vector<EventId> EventsOf(const FrontierFrame& frame) {
  std::vector<EventId> events;
  std::vector<std::uint16_t> next(kThreadsMax);
  for (const FrontierEvent& event : frame.trail) {
    const auto thread = static_cast<std::uint16_t>(event.step.thread);
    events.push_back({thread, next[thread]++});
  }
  return events;
}

// What a choice is an alternative of: the event that stood there, or the read that is taken over.
EventId AlternativeOf(const FrontierFrame& frame, const FrontierChoice& choice) {
  if (choice.revisited != kNoEvent) return choice.revisited;
  std::uint16_t index = 0;
  for (std::size_t i = 0; i < choice.trail; ++i) {
    index += frame.trail[i].step.thread == choice.thread;
  }
  return {static_cast<std::uint16_t>(choice.thread), index};
}

double Product(double a, double b) { return std::min(a * b, kSizeMax); }

// From the end of the trail to its beginning.
double SizeOf(const FrontierFrame& frame, const Alternatives& alternatives, double behind) {
  Alternatives left;
  Alternatives taken_over;
  for (const FrontierChoice& choice : frame.choices) {
    const EventId of = AlternativeOf(frame, choice);
    ++(choice.revisited == kNoEvent ? left : taken_over)[Key(of)];
  }
  std::vector<EventId> events = EventsOf(frame);
  // The choices of the last event stand where it would.
  if (!frame.choices.empty() && frame.choices.back().revisited == kNoEvent) {
    events.push_back(AlternativeOf(frame, frame.choices.back()));
  }
  double here = behind;
  double all = behind;
  for (auto id = events.rbegin(); id != events.rend(); ++id) {
    const auto count = [&](const Alternatives& of) {
      const auto found = of.find(Key(*id));
      return found == of.end() ? 0 : found->second;
    };
    here = std::min(Product(here, 1 + count(left)) + Product(all, count(taken_over)), kSizeMax);
    all = Product(all, 1 + count(alternatives));
  }
  return here;
}

// Where the oldest choice of a part stands: the nearer to the beginning, the more may be behind it.
std::uint32_t Depth(const Part& part) { return part.frontier.frames.front().choices.front().trail; }

// Of each part the first execution was run already. What is split next is in turn the part that
// looks biggest, the oldest, and the one nearest to the beginning: a first execution that ends
// early, in a wait, tells little of how big a part is.
class Dealer {
 public:
  Dealer(const ExplorerOptions& options, const std::function<void()>& program)
      : options_(options), program_(program) {
    options_.executions_max = 1;
  }

  Dealt Deal(std::size_t wanted) {
    Begin();
    for (int turn = 0; !Done(wanted); ++turn) {
      const auto next = Next(turn % 3);
      const Part part = std::move(*next);
      parts_.erase(next);
      if (!Split(part)) Begin();
    }
    return {found_, BiggestFirst()};
  }

 private:
  // Of two that look alike, the older one comes first.
  std::vector<Part> BiggestFirst() {
    std::vector<std::size_t> order(parts_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
      return parts_[a].size != parts_[b].size ? parts_[a].size > parts_[b].size : a < b;
    });
    std::vector<Part> sorted;
    for (const std::size_t i : order) sorted.push_back(std::move(parts_[i]));
    return sorted;
  }

  bool Done(std::size_t wanted) const {
    const bool stops = found_.failures > 0 && options_.stop_at_failure;
    return stops || parts_.empty() || parts_.size() >= wanted;
  }

  // Returns: the part to be split next. Parts are in the order in which they were found.
  std::vector<Part>::iterator Next(int rule) {
    if (rule == 0) return std::ranges::max_element(parts_, {}, &Part::size);
    if (rule == 1) return parts_.begin();
    return std::ranges::min_element(parts_, {}, Depth);
  }

  void Begin() {
    do {
      found_ = Findings();
      parts_.clear();
    } while (!Open({whole_, 1, {}}));
  }

  bool Split(const Part& whole) {
    return std::ranges::all_of(Apart(whole.frontier), [&](Frontier& one) {
      return Open({std::move(one), 1, whole.alternatives});
    });
  }

  // Runs one execution, and adds what it leaves as a part. Returns: whether nothing was learned
  // that all parts would have to know; else whole_ has it.
  bool Open(Part part) {
    Explorer explorer(options_, program_);
    const ExplorerResult result = explorer.Continue(part.frontier);
    Frontier left = explorer.Left();
    if (result.limit_hit == kLearnedLate) {
      whole_.threads = left.threads;
      whole_.tried = left.tried;
      return false;
    }
    found_.Add(result, explorer.names());
    if (left.empty()) return true;
    left.part = true;
    part.frontier = std::move(left);
    Measure(part);
    parts_.push_back(std::move(part));
    return true;
  }

  ExplorerOptions options_;
  const std::function<void()>& program_;
  Frontier whole_ = WholeSearch();
  Findings found_;
  std::vector<Part> parts_;
};

}  // namespace

Dealt DealOut(const ExplorerOptions& options, const std::function<void()>& program,
              std::size_t wanted) {
  return Dealer(options, program).Deal(wanted);
}

void Measure(Part& part) {
  part.size = 1;
  for (auto frame = part.frontier.frames.rbegin(); frame != part.frontier.frames.rend(); ++frame) {
    Alternatives counts;
    for (const FrontierChoice& choice : frame->choices) {
      ++counts[Key(AlternativeOf(*frame, choice))];
    }
    for (const auto& [id, count] : counts) part.alternatives[id] = count;
    part.size = SizeOf(*frame, part.alternatives, part.size);
  }
}

int HandOf(std::size_t part, int hands) {
  const int along = static_cast<int>(part % (2 * static_cast<std::size_t>(hands)));
  return along < hands ? along : 2 * hands - 1 - along;
}

}  // namespace models
