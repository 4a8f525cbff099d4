// Taking alternatives: another rf, another place in mo, another value, a backward revisit. Each
// puts one event back into a graph that was cut to before it; see explorer.h.
#include "models/exploration/explorer.h"

namespace models {

bool Explorer::Take(const Choice& choice) {
  graph().Cut(choice.trail, choice.stamp);
  switch (choice.kind) {
    case ChoiceKind::kRead:
      return TakeRead(choice);
    case ChoiceKind::kPlace:
      return TakePlace(choice);
    case ChoiceKind::kValue:
      return TakeValue(choice);
    case ChoiceKind::kRevisit:
      return TakeRevisit(choice);
  }
  return false;
}

// The global axioms of RC11 speak of seq_cst events only.
bool Explorer::Consistent() {
  if (!seen_seq_cst_ && options_.memory_model != MemoryModelKind::kSc) return true;
  return model_->Consistent(graph());
}

bool Explorer::TakeRead(const Choice& choice) {
  const EventId id = graph().Append(choice.thread, choice.action);
  if (choice.action.kind == ActionKind::kPoolAlloc) {
    graph().event(id).reads = true;
    graph().event(id).rf = choice.rf;
    Settle(id);
    return true;
  }
  ReadFrom(id, choice.rf);
  const LocationId location = choice.action.location;
  if (!graph().event(id).writes) {
    Settle(id);
    return Consistent();
  }
  const EventId conflict = graph().RmwReading(location, choice.rf, id);
  if (conflict != kNoEvent) {
    // Two read-modify-writes of one value: no graph holds both. But the younger one may take over
    // what keeps it from being, and those graphs are reached in no other way.
    model_->SetViews(graph(), id);
    PushRevisits(id, choice, conflict);
    graph().TakeBack(id);
    return false;
  }
  WriteAt(id, graph().mo(choice.rf) + 1);
  Settle(id);
  if (!Consistent()) return false;
  PushRevisits(id, choice, kNoEvent);
  return true;
}

bool Explorer::TakePlace(const Choice& choice) {
  const EventId id = graph().Append(choice.thread, choice.action);
  graph().event(id).written = choice.action.value;
  graph().event(id).writes = true;
  WriteAt(id, choice.place);
  Settle(id);
  return Consistent();
}

bool Explorer::TakeValue(const Choice& choice) {
  const EventId id = graph().Append(choice.thread, choice.action);
  graph().event(id).read = choice.value;
  Settle(id);
  return true;
}

// Puts the write back as it was when the revisit was found: the graph holds only what it depends on
// and what came before.
EventId Explorer::ReaddWrite(const Choice& choice) {
  const EventId id = graph().Append(choice.thread, choice.action);
  Event& e = graph().event(id);
  e.stamp = choice.event_stamp;
  if (choice.action.kind == ActionKind::kPoolFree) {
    e.object = reinterpret_cast<void*>(choice.action.value);
  } else if (choice.rf != kNoEvent) {
    ReadFrom(id, choice.rf);
  } else {
    e.written = choice.value;
    e.writes = true;
  }
  return id;
}

bool Explorer::TakeRevisit(const Choice& choice) {
  const EventId before = ReaddWrite(choice);
  model_->SetViews(graph(), before);
  const Event old_read = graph().event(choice.revisited);
  ExecutionGraph& old = graph();
  std::vector<Choice>& old_choices = choices();
  Frame& frame = PushFrame();
  Revisit(old, before, choice.revisited).Restrict(frame.graph);
  old.TakeBack(before);
  const EventId write = ReaddWrite(choice);
  const LocationId location = choice.action.location;
  bool last = true;
  if (choice.action.kind != ActionKind::kPoolFree) {
    int place = choice.place;
    if (choice.rf != kNoEvent) {
      place = graph().mo(choice.rf) + 1;
    } else if (!choice.place_fixed) {
      const std::vector<int>& places = Places(write);
      place = places.back();
      for (std::size_t i = 0; i + 1 < places.size(); ++i) {
        Choice other = choice;
        other.place_fixed = true;
        other.place = static_cast<std::uint16_t>(places[i]);
        old_choices.push_back(other);
      }
    }
    WriteAt(write, place);
    last = place == static_cast<int>(graph().location(location).mo.size());
  }
  Settle(write);
  if (ReaddRead(choice.revisited, old_read, write) && (last || Consistent())) {
    FinishRevisit(choice.revisited);
    return true;
  }
  PopFrame();
  return false;
}

// Puts the revisited read back, now reading from `write`, with the stamp it always had.
bool Explorer::ReaddRead(EventId read, const Event& old, EventId write) {
  revisit_saved_ = Save(read.thread, old.action);
  const EventId id = graph().Append(read.thread, old.action);
  graph().event(id).stamp = old.stamp;
  if (old.action.kind == ActionKind::kPoolAlloc) {
    graph().event(id).reads = true;
    graph().event(id).rf = write;
    Settle(id);
    return true;
  }
  if (graph().mo(write) < FirstReadable(id)) return false;
  ReadFrom(id, write);
  if (graph().event(id).writes) WriteAt(id, graph().mo(write) + 1);
  Settle(id);
  return true;
}

// A revisited read-modify-write writes anew, which is an addition like any other. And who fell
// asleep when the graph was restricted is woken at once if what woke him was kept.
void Explorer::FinishRevisit(EventId read) {
  if (graph().event(read).writes) PushRevisits(read, revisit_saved_, kNoEvent);
  for (int t = 0; t < graph().threads(); ++t) {
    const int size = graph().size(t);
    if (size == 0) continue;
    const Event& last =
        graph().event({static_cast<std::uint16_t>(t), static_cast<std::uint16_t>(size - 1)});
    if (last.blocked) WakeWaiter(last.action.location);
  }
}

}  // namespace models
