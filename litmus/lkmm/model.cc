// The sets and the fences of a run are found once; Judge derives the rest, in the order of the
// model.
#include "litmus/lkmm/model.h"

#include <vector>

namespace lkmm {

struct Model::Derived {
  Relation rf, co, fr;
  Relation rfi, rfe;
  Relation raw_data;  // Before data was carried through plain accesses.
  Relation address, data, control;
  Relation strong_fence, nonrw_fence, fence;
  Relation rmw_sequence, cumul_fence, prop;
  Relation hb, pb, rb;
  Relation srcu_rscs;
};

Model::Model(const Skeleton& skeleton)
    : skeleton_(skeleton), po_(skeleton.po), loc_(skeleton.same_element) {
  FindSets();
  int_ = skeleton.same_thread;
  ext_ = Relation::Product(all_, all_) - int_;
  FindFences();
  MatchCriticalSections();
}

EventSet Model::OfKind(Kind kind) const {
  EventSet set = 0;
  for (std::size_t i = 0; i < skeleton_.events.size(); ++i) {
    if (skeleton_.events[i].kind == kind) set |= Only(static_cast<int>(i));
  }
  return set;
}

EventSet Model::Tagged(Tag tag, Kind kind) const {
  EventSet set = 0;
  for (std::size_t i = 0; i < skeleton_.events.size(); ++i) {
    const Event& event = skeleton_.events[i];
    if (event.tag == tag && event.kind == kind) set |= Only(static_cast<int>(i));
  }
  return set;
}

Relation Model::Behind(EventSet fences) const { return po_ * Within(fences) * po_; }

// A read-modify-write that does not write has lost the order that it is named for.
void Model::FindSets() {
  for (std::size_t i = 0; i < skeleton_.events.size(); ++i) {
    if (skeleton_.events[i].is_rmw) rmw_ |= Only(static_cast<int>(i));
  }
  const EventSet failed = rmw_ & ~(skeleton_.rmw.Domain() | skeleton_.rmw.Range());
  const EventSet reads = OfKind(Kind::kRead);
  const EventSet writes = OfKind(Kind::kWrite);
  iw_ = OfKind(Kind::kInitial);
  ul_ = OfKind(Kind::kUnlock);
  lkr_ = OfKind(Kind::kLockRead);
  sync_srcu_ = OfKind(Kind::kSyncSrcu);
  r_ = reads | lkr_ | OfKind(Kind::kLockFail) | OfKind(Kind::kReadLocked) |
       OfKind(Kind::kReadUnlocked);
  w_ = writes | iw_ | OfKind(Kind::kLockWrite) | ul_;
  m_ = r_ | w_;
  all_ = m_ | OfKind(Kind::kFence) | sync_srcu_;
  plain_ = (Tagged(Tag::kPlain, Kind::kRead) | Tagged(Tag::kPlain, Kind::kWrite)) & ~rmw_;
  marked_ = all_ & ~plain_;
  acquire_ = (Tagged(Tag::kAcquire, Kind::kRead) & ~failed) | lkr_;
  release_ = Tagged(Tag::kRelease, Kind::kWrite) | ul_;
  mb_tagged_ = (Tagged(Tag::kMb, Kind::kRead) & ~failed) | Tagged(Tag::kMb, Kind::kWrite) |
               Tagged(Tag::kMb, Kind::kFence);
  noreturn_ = Tagged(Tag::kNoReturn, Kind::kRead);
  r4rmb_ = r_ & ~noreturn_;
  srcu_unlock_ = Tagged(Tag::kSrcuUnlock, Kind::kWrite);
  sync_rcu_ = Tagged(Tag::kSyncRcu, Kind::kFence);
}

void Model::FindFences() {
  const auto fences = [this](Tag tag) { return Tagged(tag, Kind::kFence); };
  const Relation m = Within(m_);
  const Relation rmw = Within(rmw_);
  const Relation lkw = Within(OfKind(Kind::kLockWrite));
  const Relation maybe_po = OrSelf(po_);
  acq_po_ = Within(acquire_) * po_ * m;
  po_rel_ = m * po_ * Within(release_);
  rmb_ = Within(r4rmb_) * Behind(fences(Tag::kRmb)) * Within(r4rmb_);
  wmb_ = Within(w_) * Behind(fences(Tag::kWmb)) * Within(w_);
  mb_ = m * Behind(mb_tagged_) * m;
  mb_ |= m * po_ * Within(mb_tagged_ & r_);
  mb_ |= Within(mb_tagged_ & w_) * po_ * m;
  mb_ |= m * Behind(fences(Tag::kBeforeAtomic)) * rmw * maybe_po * m;
  mb_ |= m * maybe_po * rmw * Behind(fences(Tag::kAfterAtomic)) * m;
  mb_ |= m * maybe_po * lkw * Behind(fences(Tag::kAfterSpinlock)) * m;
  mb_ |= m * maybe_po * Within(srcu_unlock_) * Behind(fences(Tag::kAfterSrcuReadUnlock)) * m;
  gp_ = po_ * Within(sync_rcu_ | sync_srcu_) * maybe_po;
  EventSet any = mb_tagged_ | acquire_ | release_ | sync_srcu_ | srcu_unlock_ |
                 Tagged(Tag::kSrcuLock, Kind::kRead);
  for (Tag tag : {Tag::kBarrier, Tag::kRmb, Tag::kWmb, Tag::kSyncRcu, Tag::kBeforeAtomic,
                  Tag::kAfterAtomic, Tag::kRcuLock, Tag::kRcuUnlock}) {
    any |= fences(tag);
  }
  barrier_ = Behind(any) | po_ * Within(release_) | Within(acquire_) * po_;
}

// As brackets match.
void Model::MatchCriticalSections() {
  std::vector<int> open;
  int thread = -1;
  for (std::size_t i = 0; i < skeleton_.events.size(); ++i) {
    const Event& event = skeleton_.events[i];
    if (event.thread != thread) open.clear();
    thread = event.thread;
    if (event.kind != Kind::kFence) continue;
    if (event.tag == Tag::kRcuLock) open.push_back(static_cast<int>(i));
    if (event.tag != Tag::kRcuUnlock || open.empty()) continue;
    rcu_rscs_.Add(open.back(), static_cast<int>(i));
    open.pop_back();
  }
}

Judgement Model::Judge(const Relation& rf, const Relation& co) const {
  Judgement judgement;
  Derived d;
  d.rf = rf;
  d.co = co;
  Derive(d);
  if (!IsAcyclic(d.hb) || !IsAcyclic(d.pb)) return judgement;
  DeriveRcu(d);
  if (!d.rb.IsIrreflexive()) return judgement;
  if (!PlainCoherent(d, judgement.flags)) return judgement;
  FlagCriticalSections(d, judgement.flags);
  judgement.happens = true;
  return judgement;
}

// Up to propagates-before.
void Model::Derive(Derived& d) const {
  const Relation marked = Within(marked_);
  d.rfi = d.rf & int_;
  d.rfe = d.rf & ext_;
  d.fr = Inverse(d.rf) * d.co;
  d.raw_data = skeleton_.data;
  const Relation carry = Star(skeleton_.data * Within(all_ & ~srcu_unlock_) * d.rfi);
  d.address = carry * skeleton_.address;
  d.data = carry * skeleton_.data;
  d.control = carry * skeleton_.control;

  const Relation unlock_lock = po_ * Within(ul_) * (po_ | d.rf) * Within(lkr_) * po_;
  const EventSet after_unlock_lock = Tagged(Tag::kAfterUnlockLock, Kind::kFence);
  const Relation m = Within(m_);
  d.strong_fence = mb_ | gp_ | m * unlock_lock * Within(after_unlock_lock) * po_ * m;
  d.nonrw_fence = d.strong_fence | po_rel_ | acq_po_;
  d.fence = d.nonrw_fence | wmb_ | rmb_;

  const Relation dep = d.address | d.data;
  const Relation overwrite = d.co | d.fr;
  const Relation to_w =
      (dep | d.control) * Within(w_) | (overwrite & int_) | d.address * Within(plain_) * wmb_;
  const Relation to_r = d.address * Within(r_) | dep * marked * d.rfi;
  const Relation ppo = to_r | to_w | (d.fence & int_) | (unlock_lock & int_);

  d.rmw_sequence = Star(d.rf * (skeleton_.rmw | skeleton_.lock_rmw));
  const Relation a_cumul = OrSelf(d.rfe * marked) * (d.strong_fence | po_rel_);
  d.cumul_fence = marked * (a_cumul | wmb_ | unlock_lock) * marked * d.rmw_sequence;
  d.prop =
      marked * OrSelf(overwrite & ext_) * Star(d.cumul_fence) * marked * OrSelf(d.rfe) * marked;
  d.hb = marked * (ppo | d.rfe | ((d.prop - Within(all_)) & int_)) * marked;
  d.pb = d.prop * d.strong_fence * Star(d.hb) * marked;
}

// A grace period is longer than every read-side critical section that it meets: a chain with no
// more sections than grace periods orders like a strong fence.
void Model::DeriveRcu(Derived& d) const {
  const Relation maybe_po = OrSelf(po_);
  const Relation hbs = Star(d.hb);
  const Relation pbs = Star(d.pb);
  const Relation carry = Star(d.raw_data * Within(all_ & ~srcu_unlock_) * d.rf);
  d.srcu_rscs =
      (Within(Tagged(Tag::kSrcuLock, Kind::kRead)) * carry * d.raw_data * Within(srcu_unlock_)) &
      loc_;
  const Relation gp = Within(sync_rcu_);
  const Relation srcu_gp = Within(sync_srcu_);
  const Relation rscsi = Inverse(rcu_rscs_);
  const Relation srcu_rscsi = Inverse(d.srcu_rscs);
  const Relation link = maybe_po * hbs * pbs * d.prop * po_;
  Relation order = gp | srcu_gp;
  for (Relation before; !(order == before);) {
    before = order;
    const Relation chain = link | link * order * link;
    order |= gp * chain * rscsi | rscsi * chain * gp;
    order |= (srcu_gp * chain * srcu_rscsi | srcu_rscsi * chain * srcu_gp) & loc_;
    order |= order * link * order;
  }
  const Relation rcu_fence = po_ * order * maybe_po;
  d.fence |= rcu_fence;
  d.strong_fence |= rcu_fence;
  d.rb = d.prop * rcu_fence * hbs * pbs * Within(marked_);
}

// Returns: whether ordered plain accesses see what they should. Flags races.
bool Model::PlainCoherent(const Derived& d, std::set<std::string>& flags) const {
  if (plain_ == 0) return true;
  const Relation marked = Within(marked_);
  const Relation po_loc = po_ & loc_;
  const Relation plain_w = Within(plain_ & w_);
  Flag(!(plain_w * (po_loc - barrier_) * marked).IsEmpty() ||
           !(marked * (po_loc - barrier_) * plain_w).IsEmpty(),
       "mixed-accesses", flags);

  const Relation xbstar = Star(d.hb | d.pb | d.rb);
  const Relation vis = Star(d.cumul_fence) * OrSelf(d.rfe) * marked *
                       (d.strong_fence * marked * xbstar | (xbstar & int_));
  const Relation rmb = Behind(Tagged(Tag::kRmb, Kind::kFence));
  const Relation returns = Within(all_ & ~noreturn_);
  const Relation w_pre_bounded = marked * OrSelf(d.address | d.fence);
  const Relation r_pre_bounded =
      marked * OrSelf(d.address | d.nonrw_fence | Within(r4rmb_) * rmb * returns);
  const Relation w_post_bounded = OrSelf(d.fence) * marked * d.rmw_sequence;
  const Relation r_post_bounded = OrSelf(d.nonrw_fence | returns * rmb * Within(r4rmb_)) * marked;

  const Relation ww_vis =
      d.fence | d.strong_fence * xbstar * w_pre_bounded | w_post_bounded * vis * w_pre_bounded;
  const Relation wr_vis =
      d.fence | d.strong_fence * xbstar * r_pre_bounded | w_post_bounded * vis * r_pre_bounded;
  const Relation rw_xbstar = d.fence | r_post_bounded * xbstar * w_pre_bounded;

  const Relation pre_race =
      ext_ & (Relation::Product(plain_, m_) | Relation::Product(m_ & ~iw_, plain_));
  const Relation wr_incoh = pre_race & d.rf & Inverse(rw_xbstar);
  const Relation rw_incoh = pre_race & d.fr & Inverse(wr_vis);
  const Relation ww_incoh = pre_race & d.co & Inverse(ww_vis);
  if (!(wr_incoh | rw_incoh | ww_incoh).IsEmpty()) return false;

  const Relation ww_nonrace = ww_vis & (Relation::Product(marked_, w_) | rw_xbstar) &
                              (Relation::Product(w_, marked_) | wr_vis);
  const Relation ww_race = (pre_race & d.co) - ww_nonrace;
  const Relation wr_race = (pre_race & (OrSelf(d.co) * d.rf)) - wr_vis - Inverse(rw_xbstar);
  const Relation rw_race = (pre_race & d.fr) - rw_xbstar;
  Flag(!(ww_race | wr_race | rw_race).IsEmpty(), "data-race", flags);
  return true;
}

void Model::FlagCriticalSections(const Derived& d, std::set<std::string>& flags) const {
  const EventSet rcu_lock = Tagged(Tag::kRcuLock, Kind::kFence);
  const EventSet rcu_unlock = Tagged(Tag::kRcuUnlock, Kind::kFence);
  const EventSet srcu_lock = Tagged(Tag::kSrcuLock, Kind::kRead);
  Flag((rcu_lock & ~rcu_rscs_.Domain()) != 0, "unmatched-rcu-lock", flags);
  Flag((rcu_unlock & ~rcu_rscs_.Range()) != 0, "unmatched-rcu-unlock", flags);
  Flag((srcu_lock & ~d.srcu_rscs.Domain()) != 0, "unmatched-srcu-lock", flags);
  Flag((srcu_unlock_ & ~d.srcu_rscs.Range()) != 0, "unmatched-srcu-unlock", flags);
  Flag(!(Inverse(d.srcu_rscs) * d.srcu_rscs - Within(all_)).IsEmpty(), "multiple-srcu-matches",
       flags);
  Flag(!(rcu_rscs_ & Behind(sync_srcu_)).IsEmpty(), "invalid-sleep", flags);
  for (std::size_t i = 0; i < skeleton_.events.size(); ++i) {
    for (std::size_t j = 0; j < skeleton_.events.size(); ++j) {
      const bool matched = d.srcu_rscs.Has(static_cast<int>(i), static_cast<int>(j));
      Flag(matched && skeleton_.events[i].value != skeleton_.events[j].value,
           "srcu-bad-value-match", flags);
    }
  }
}

void Model::Flag(bool wrong, const char* flag, std::set<std::string>& flags) const {
  if (wrong) flags.insert(flag);
}

}  // namespace lkmm
