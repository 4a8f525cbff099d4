// During the run: notes. Behind it: for each lock an edge from every lock that was held; for each
// life of a location the pairs of accesses that could meet, and what was held at both.
#include "models/locks/lock_observer.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace models {
namespace {

using ksync::LockMode;

constexpr std::uint32_t BitOf(int thread) { return std::uint32_t{1} << thread; }

const char* VerbOf(bool writes) { return writes ? "writes it" : "reads it"; }

// Whether two accesses are one for all that is asked of them: done by one thread at one place, and
// with the same other threads about.
bool IsLike(const AccessStep& a, const AccessStep& b) {
  return a.thread == b.thread && a.writes == b.writes && a.site == b.site && a.ended == b.ended &&
         a.children == b.children;
}

bool IsField(const ksync::LocationInfo& info) {
  return info.kind != ksync::LocationKind::kLock && info.kind != ksync::LocationKind::kPool &&
         info.name != nullptr && info.name[0] != '\0';
}

}  // namespace

// During the run ----------------------------------------------------------------------------------

void LockObserver::BeginRun() {
  locks_.clear();
  twos_.clear();
  held_.clear();
  last_uses_.clear();
  held_sets_used_ = 0;
  lives_used_ = 0;
  std::fill(life_of_.begin(), life_of_.end(), -1);
  execution_ = nullptr;
  shows_ = false;
}

void LockObserver::OnMake(LocationId location, int thread, const View& past) {
  if (life_of_.size() <= location) life_of_.resize(location + 1, -1);
  const int before = life_of_[location];
  life_of_[location] = static_cast<int>(lives_used_);
  if (lives_used_ == lives_.size()) lives_.emplace_back();
  Life& life = lives_[lives_used_++];
  life.location = location;
  life.maker = thread;
  life.known_from = 0xffff;
  life.threads = 0;
  life.accesses.clear();
  if (before >= 0) CarryOver(lives_[before], life, past);
}

// An access of the life before that does not happen before this one begins can meet it as well: it
// was made by who came upon the object in a read-side section.
void LockObserver::CarryOver(const Life& before, Life& life, const View& past) {
  for (const AccessNote& note : before.accesses) {
    if (note.step.thread == life.maker || past[note.step.thread] > note.step.count) continue;
    life.threads |= BitOf(note.step.thread);
    life.known_from = 0;
    life.accesses.push_back(note);
  }
}

void LockObserver::OnLock(const LockStep& step, std::span<const HeldLock> held) {
  const std::size_t begin = held_.size();
  held_.insert(held_.end(), held.begin(), held.end());
  locks_.push_back({step, begin, held_.size()});
}

void LockObserver::OnLastUser(const LastUserStep& step, const View& past) {
  last_uses_.push_back({step, past});
}

void LockObserver::OnAccess(const AccessStep& step, std::span<const HeldLock> held,
                            const View& past) {
  const bool known = step.field < life_of_.size() && life_of_[step.field] >= 0;
  if (!known) return;
  Life& life = lives_[life_of_[step.field]];
  life.threads |= BitOf(step.thread);
  if (step.thread != life.maker) life.known_from = std::min(life.known_from, past[life.maker]);
  const std::size_t set = HeldSet(step.thread, held);
  for (AccessNote& note : life.accesses) {
    if (note.held != set || !IsLike(note.step, step)) continue;
    note.step.count = step.count;
    return;
  }
  life.accesses.push_back({step, set});
}

// Returns: the number of what is held, among the sets of this run.
std::size_t LockObserver::HeldSet(int thread, std::span<const HeldLock> held) {
  set_.clear();
  for (const HeldLock& lock : held) set_.push_back({lock.lock, lock.mode});
  for (std::size_t i = 0; i < last_uses_.size(); ++i) {
    const LastUserStep& step = last_uses_[i].step;
    if (step.thread != thread) continue;
    set_.push_back({step.lock, LockMode::kExclusive, static_cast<int>(i)});
  }
  for (std::size_t i = held_sets_used_; i-- > 0;) {
    if (held_sets_[i] == set_) return i;
  }
  if (held_sets_used_ == held_sets_.size()) held_sets_.emplace_back();
  held_sets_[held_sets_used_] = set_;
  return held_sets_used_++;
}

// Behind it ---------------------------------------------------------------------------------------

const Failure* LockObserver::EndRun(const ExecutionGraph& graph, const Names& names,
                                    const Failure& failure, bool complete) {
  const Ended run{graph, names, failure, complete};
  ++seen_.executions;
  std::vector<int> together(kClassesMax);
  for (std::size_t i = 0; i < lives_used_; ++i) {
    Life& life = lives_[i];
    const ksync::LocationInfo& info = names.location(life.location).info;
    if (info.kind == ksync::LocationKind::kLock && info.lock_class != nullptr) {
      const ClassId id = seen_.ClassOf(*info.lock_class);
      SeenClass& seen = seen_.lock_class(id);
      seen.together_max = std::max(seen.together_max, ++together[id]);
    } else if (!life.accesses.empty() && IsField(info)) {
      NoteLife(life, run);
    }
  }
  for (const LockNote& note : locks_) NoteLock(note, run);
  NoteInversions(run);
  return shows_ ? &shown_ : nullptr;
}

template <typename MakeFailure>
void LockObserver::Count(Seen& seen, const Ended& run, MakeFailure make) {
  if (!CountOnce(seen.executions, seen.latest)) return;
  if (seen.witness.execution != nullptr) return;
  const Failure shown = make();
  seen.witness = {Execution(run), FailureSentence(shown, run.names)};
  if (wanted_.empty() || shows_ || seen.witness.sentence != wanted_) return;
  shown_ = shown;
  shows_ = true;
}

// Returns: the run, to be run again; null if somebody was left waiting in it, because what a later
// step would have woken cannot be told from what waits for ever.
const std::shared_ptr<const Replay>& LockObserver::Execution(const Ended& run) {
  const bool finished = run.complete || run.failure.kind != FailureKind::kNone;
  if (execution_ != nullptr || !finished) return execution_;
  Replay replay = ReplayOf(run.graph, run.names, run.failure);
  replay.program = program_.program;
  replay.memory_model = program_.memory_model;
  replay.source = program_.source;
  execution_ = std::make_shared<const Replay>(std::move(replay));
  return execution_;
}

ClassId LockObserver::ClassOf(LocationId lock, const Ended& run) {
  static constexpr ksync::LockClass kNameless{"a lock without a class"};
  const ksync::LockClass* const known = run.names.location(lock).info.lock_class;
  return seen_.ClassOf(known == nullptr ? kNameless : *known);
}

// Whether whatever other threads do to the location under the lock happens before, also if they
// tried it, or take themselves for its last user.
bool LockObserver::IsLastUser(const LastUse& use, const Life& life) const {
  return std::none_of(life.accesses.begin(), life.accesses.end(), [&](const AccessNote& note) {
    const AccessStep& step = note.step;
    if (step.thread == use.step.thread || use.past[step.thread] > step.count) return false;
    const Instances& held = held_sets_[note.held];
    return std::any_of(held.begin(), held.end(),
                       [&use](const Instance& lock) { return lock.lock == use.step.lock; });
  });
}

HoldKind LockObserver::KindOf(const Instance& instance) const {
  if (instance.last_use < 0) return HoldKind::kTaken;
  return last_uses_[instance.last_use].is_so ? HoldKind::kLastUser : HoldKind::kNotLastUser;
}

// Order -------------------------------------------------------------------------------------------

void LockObserver::NoteLock(const LockNote& note, const Ended& run) {
  const LockStep& step = note.step;
  const ClassId taken = ClassOf(step.lock, run);
  SeenClass& seen = seen_.lock_class(taken);
  CountOnce(seen.taken, seen.latest);
  seen.writer_waits |= !step.tried && step.mode == LockMode::kExclusive;
  Edge edge{.held = kRcu,
            .taken = taken,
            .held_mode = LockMode::kShared,
            .taken_mode = step.mode,
            .tried = step.tried,
            .nesting = step.nesting,
            .held_at = {},
            .taken_at = step.site};
  if (step.in_rcu) NoteEdge(edge, note, -1, run);
  for (std::size_t i = note.held_begin; i < note.held_end; ++i) {
    edge.held = ClassOf(held_[i].lock, run);
    edge.held_mode = held_[i].mode;
    edge.held_at = held_[i].site;
    NoteEdge(edge, note, static_cast<int>(i), run);
  }
}

// `held_by`: which of the held locks the edge begins at; -1: none, a section.
void LockObserver::NoteEdge(Edge edge, const LockNote& note, int held_by, const Ended& run) {
  ClassMask gates = 0;
  for (std::size_t i = note.held_begin; i < note.held_end; ++i) {
    const bool counts = static_cast<int>(i) != held_by && held_[i].mode == LockMode::kExclusive;
    if (counts) gates |= MaskOf(ClassOf(held_[i].lock, run));
  }
  Edge& row = seen_.edges.At(edge);
  row.gates &= gates;
  Count(row.seen, run, [&] { return FailureOf(edge, note.step.thread); });
  const bool nests = held_by >= 0 && edge.held == edge.taken && !edge.tried;
  if (nests) twos_.push_back({edge, held_[held_by].lock, &note});
}

Failure LockObserver::FailureOf(const Edge& edge, int thread) const {
  const std::string taken =
      absl::StrCat(seen_.classes()[edge.taken].name, "(", ModeText(edge.taken_mode), ")");
  const std::string how = absl::StrCat(taken, edge.tried ? " is got by trying" : " is asked for");
  if (edge.held == kRcu) {
    return {FailureKind::kLockRule,
            how + " inside a read-side section",
            {{thread, "asks for " + taken, edge.taken_at}}};
  }
  const std::string held =
      absl::StrCat(seen_.classes()[edge.held].name, "(", ModeText(edge.held_mode), ")");
  return {FailureKind::kLockRule,
          how + " while " + held + " is held",
          {{thread, "took " + held, edge.held_at},
           {thread, (edge.tried ? "gets " : "asks for ") + taken, edge.taken_at}}};
}

void LockObserver::NoteInversions(const Ended& run) {
  for (std::size_t i = 0; i < twos_.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const bool inverted =
          twos_[i].held == twos_[j].note->step.lock && twos_[j].held == twos_[i].note->step.lock;
      if (inverted) NoteInversion(twos_[j], twos_[i], run);
    }
  }
}

void LockObserver::NoteInversion(const TwoOfOneClass& a, const TwoOfOneClass& b, const Ended& run) {
  Inversion& row = seen_.inversions.At({a.edge, b.edge});
  row.gates &= GatesOf(*a.note, *b.note, run);
  const auto count = [&](Seen& seen, const TwoOfOneClass& two) {
    Count(seen, run, [&] { return FailureOf(two.edge, two.note->step.thread); });
  };
  count(row.first.seen, a);
  count(row.second.seen, b);
}

// Returns: the classes of the locks that were held both times, one of the two exclusively.
ClassMask LockObserver::GatesOf(const LockNote& a, const LockNote& b, const Ended& run) {
  ClassMask gates = 0;
  for (std::size_t i = a.held_begin; i < a.held_end; ++i) {
    for (std::size_t j = b.held_begin; j < b.held_end; ++j) {
      const bool excludes =
          held_[i].mode == LockMode::kExclusive || held_[j].mode == LockMode::kExclusive;
      if (held_[i].lock == held_[j].lock && excludes) gates |= MaskOf(ClassOf(held_[i].lock, run));
    }
  }
  return gates;
}

// Discipline --------------------------------------------------------------------------------------

void LockObserver::NoteLife(Life& life, const Ended& run) {
  const int field = seen_.FieldOf(run.names.location(life.location).info.name);
  const bool alone = (life.threads & (life.threads - 1)) == 0;
  if (alone) return;
  for (AccessNote& note : life.accesses) note.meets = nullptr;
  for (LastUse& use : last_uses_) use.is_so = IsLastUser(use, life);
  for (std::size_t i = 0; i < life.accesses.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      NoteMeeting(life, life.accesses[j], life.accesses[i], run);
    }
  }
  const Instances guards = GuardsOf(life, run);
  for (const AccessNote& note : life.accesses) {
    if (note.meets == nullptr) continue;
    const Holds holds = HoldsOf(note, guards, run);
    FieldAccess& row = seen_.accesses.At({field, note.step.writes, holds, note.step.site});
    Count(row.seen, run, [&] {
      const AccessStep& met = note.meets->step;
      return Failure{
          FailureKind::kLockRule,
          absl::StrCat(seen_.fields()[field].name, " is ", note.step.writes ? "written" : "read",
                       " while ", HoldsText(seen_, holds), " is held"),
          {{met.thread, VerbOf(met.writes), met.site},
           {note.step.thread, VerbOf(note.step.writes), note.step.site}}};
    });
  }
}

// Whether nothing but a lock could keep the two apart.
bool LockObserver::CouldMeet(const Life& life, const AccessNote& a, const AccessNote& b,
                             const Ended& run) const {
  const AccessStep& x = a.step;
  const AccessStep& y = b.step;
  const auto known_to_maker_alone = [&life](const AccessStep& step) {
    return step.thread == life.maker && step.count < life.known_from;
  };
  const auto before_start = [&run](const AccessStep& early, const AccessStep& late) {
    return run.graph.hb_before(late.thread, 0)[early.thread] > early.count;
  };
  if (x.thread == y.thread || !(x.writes || y.writes)) return false;
  if (known_to_maker_alone(x) || known_to_maker_alone(y)) return false;
  if ((x.ended & BitOf(y.thread)) != 0 || (y.ended & BitOf(x.thread)) != 0) return false;
  return !before_start(x, y) && !before_start(y, x);
}

void LockObserver::NoteMeeting(const Life& life, AccessNote& a, AccessNote& b, const Ended& run) {
  if (!CouldMeet(life, a, b, run)) return;
  if (a.meets == nullptr) a.meets = &b;
  if (b.meets == nullptr) b.meets = &a;
  const int field = seen_.FieldOf(run.names.location(life.location).info.name);
  const bool both_write = a.step.writes && b.step.writes;
  const Meeting meeting{both_write ? 0 : HeldClasses(a.step.writes ? b : a, run),
                        CommonClasses(a, b, run)};
  Meeting& known = seen_.field(field).MeetingLike(meeting);
  CountOnce(known.executions, known.latest);
  if (meeting.common == 0) NoteClash({field, a.step.site, b.step.site, meeting.reader}, a, b, run);
}

void LockObserver::NoteClash(const Clash& clash, const AccessNote& a, const AccessNote& b,
                             const Ended& run) {
  Clash& row = seen_.clashes.At(clash);
  Count(row.seen, run, [&] {
    const auto place = [&](const AccessNote& note) {
      const AccessStep& step = note.step;
      const std::string held = HoldsText(seen_, HoldsOf(note, run));
      return Place{step.thread, absl::StrCat(VerbOf(step.writes), " while ", held, " is held"),
                   step.site};
    };
    return Failure{
        FailureKind::kLockRule,
        seen_.fields()[clash.field].name + " is accessed by two threads with no lock in common",
        {place(a), place(b)}};
  });
}

ClassMask LockObserver::HeldClasses(const AccessNote& access, const Ended& run) {
  ClassMask held = 0;
  for (const Instance& instance : held_sets_[access.held]) {
    if (KindOf(instance) != HoldKind::kNotLastUser) held |= MaskOf(ClassOf(instance.lock, run));
  }
  return held;
}

// Returns: of which classes both hold one and the same lock, one of the two exclusively.
ClassMask LockObserver::CommonClasses(const AccessNote& a, const AccessNote& b, const Ended& run) {
  ClassMask common = 0;
  const auto excludes = [this](const Instance& x, const Instance& y) {
    return x.mode == LockMode::kExclusive && KindOf(x) != HoldKind::kNotLastUser &&
           KindOf(y) != HoldKind::kNotLastUser;
  };
  for (const Instance& x : held_sets_[a.held]) {
    for (const Instance& y : held_sets_[b.held]) {
      const bool apart = x.lock == y.lock && (excludes(x, y) || excludes(y, x));
      if (apart) common |= MaskOf(ClassOf(x.lock, run));
    }
  }
  return common;
}

// Returns: the locks that guard the location: of each class those that all writes have in common
// that hold one of the class, or if no write does, all reads. Modes mean nothing.
LockObserver::Instances LockObserver::GuardsOf(const Life& life, const Ended& run) {
  Instances guards;
  ClassMask done = 0;
  for (const bool writes : {true, false}) {
    ClassMask met = 0;
    for (const AccessNote& note : life.accesses) {
      if (note.meets == nullptr || note.step.writes != writes) continue;
      const Instances& held = held_sets_[note.held];
      const ClassMask here = HeldClasses(note, run) & ~done;
      std::erase_if(guards, [&](const Instance& guard) {
        const bool holds = std::any_of(held.begin(), held.end(),
                                       [&](const Instance& h) { return h.lock == guard.lock; });
        return (MaskOf(ClassOf(guard.lock, run)) & here) != 0 && !holds;
      });
      for (const Instance& h : held) {
        if ((MaskOf(ClassOf(h.lock, run)) & here & ~met) != 0) guards.push_back(h);
      }
      met |= here;
    }
    done |= met;
  }
  return guards;
}

// Returns: what was held at an access, of which only `guards` guard the location.
Holds LockObserver::HoldsOf(const AccessNote& access, const Instances& guards, const Ended& run) {
  Holds holds;
  ClassMask guarded = 0;
  for (const Instance& held : held_sets_[access.held]) {
    const ClassId id = ClassOf(held.lock, run);
    const HoldKind kind = KindOf(held);
    const bool guard = kind != HoldKind::kNotLastUser &&
                       std::any_of(guards.begin(), guards.end(),
                                   [&](const Instance& g) { return g.lock == held.lock; });
    if (guard) guarded |= MaskOf(id);
    holds.push_back({id, held.mode, !guard, kind});
  }
  // Beside the right lock, another one of its class says nothing.
  std::erase_if(holds, [&](const Hold& hold) {
    return hold.other && (MaskOf(hold.lock_class) & guarded) != 0;
  });
  std::sort(holds.begin(), holds.end());
  holds.erase(std::unique(holds.begin(), holds.end()), holds.end());
  return holds;
}

// Returns: what was held at an access, as it is.
Holds LockObserver::HoldsOf(const AccessNote& access, const Ended& run) {
  return HoldsOf(access, held_sets_[access.held], run);
}

}  // namespace models
