// The Linux kernel's memory model: may an execution happen, and is something wrong with the program
// if it does?
//
// An execution happens unless an axiom forbids it: "happens-before", "propagation" and "rcu" say
// that no event comes before itself, each by a stronger notion of before; "plain-coherence" that
// ordered plain accesses see what they should. What is wrong with a program ("flags") says nothing
// of whether it happens: above all "data-race".
//
// The axioms "coherence" and "atomic" are not here: orders.h makes nothing that they forbid.
//
// Source: tools/memory-model/linux-kernel.{bell,cat} and lock.cat of Linux 6.14, with the same
// names; the argument for them is Documentation/explanation.txt beside them.
#ifndef RMAPCHECK_LITMUS_LKMM_MODEL_H_
#define RMAPCHECK_LITMUS_LKMM_MODEL_H_

#include <set>
#include <string>

#include "litmus/lkmm/skeleton.h"

namespace lkmm {

struct Judgement {
  bool happens = false;
  std::set<std::string> flags;  // If it happens.
};

// What the model derives from the runs of threads alone, for all executions that they have.
class Model {
 public:
  // Requires: the skeleton outlives it.
  explicit Model(const Skeleton& skeleton);

  // Requires: coherence and atomicity hold.
  Judgement Judge(const Relation& rf, const Relation& co) const;

 private:
  // What is derived from one execution.
  struct Derived;

  EventSet OfKind(Kind kind) const;
  EventSet Tagged(Tag tag, Kind kind) const;
  Relation Behind(EventSet fences) const;  // po ; [fences] ; po
  void FindSets();
  void FindFences();
  void MatchCriticalSections();
  void Flag(bool wrong, const char* flag, std::set<std::string>& flags) const;
  void Derive(Derived& d) const;
  void DeriveRcu(Derived& d) const;
  bool PlainCoherent(const Derived& d, std::set<std::string>& flags) const;
  void FlagCriticalSections(const Derived& d, std::set<std::string>& flags) const;

  const Skeleton& skeleton_;
  const Relation& po_;
  Relation ext_;
  Relation int_;
  Relation loc_;
  // Sets, named as in the model.
  EventSet all_ = 0;
  EventSet iw_ = 0;
  EventSet r_ = 0;
  EventSet w_ = 0;
  EventSet m_ = 0;
  EventSet rmw_ = 0;
  EventSet marked_ = 0;
  EventSet plain_ = 0;
  EventSet acquire_ = 0;
  EventSet release_ = 0;
  EventSet mb_tagged_ = 0;
  EventSet noreturn_ = 0;
  EventSet r4rmb_ = 0;
  EventSet ul_ = 0;
  EventSet lkr_ = 0;
  EventSet srcu_unlock_ = 0;
  EventSet sync_srcu_ = 0;
  EventSet sync_rcu_ = 0;
  // Relations of the runs alone.
  Relation acq_po_;
  Relation po_rel_;
  Relation rmb_;
  Relation wmb_;
  Relation mb_;  // All of it but what a later lock of another thread adds.
  Relation gp_;
  Relation barrier_;
  Relation rcu_rscs_;
};

}  // namespace lkmm

#endif  // RMAPCHECK_LITMUS_LKMM_MODEL_H_
