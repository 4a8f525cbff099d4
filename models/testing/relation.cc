// One machine word per event and relation: composition and closure are loops over words. Rows at or
// beyond size_ are empty, which is all the operators rely on.
#include "models/testing/relation.h"

#include <algorithm>
#include <bit>

namespace models::testing {

Relation Relation::Identity(int size) {
  Relation result(size);
  for (int a = 0; a < size; ++a) result.Add(a, a);
  return result;
}

bool Relation::IsEmpty() const {
  return std::all_of(rows_.begin(), rows_.begin() + size_, [](auto row) { return row == 0; });
}

bool Relation::IsIrreflexive() const {
  for (int a = 0; a < size_; ++a) {
    if (Has(a, a)) return false;
  }
  return true;
}

Relation Relation::Inverse() const {
  Relation result(size_);
  for (int a = 0; a < size_; ++a) {
    for (int b = 0; b < size_; ++b) {
      if (Has(a, b)) result.Add(b, a);
    }
  }
  return result;
}

Relation Relation::Plus() const {
  Relation result = *this;
  for (int through = 0; through < size_; ++through) {
    for (int a = 0; a < size_; ++a) {
      if (result.Has(a, through)) result.rows_[a] |= result.rows_[through];
    }
  }
  return result;
}

Relation Relation::operator|(const Relation& other) const {
  Relation result(size_);
  for (int a = 0; a < size_; ++a) result.rows_[a] = rows_[a] | other.rows_[a];
  return result;
}

Relation Relation::operator&(const Relation& other) const {
  Relation result(size_);
  for (int a = 0; a < size_; ++a) result.rows_[a] = rows_[a] & other.rows_[a];
  return result;
}

Relation Relation::operator-(const Relation& other) const {
  Relation result(size_);
  for (int a = 0; a < size_; ++a) result.rows_[a] = rows_[a] & ~other.rows_[a];
  return result;
}

Relation Relation::operator>>(const Relation& other) const {
  Relation result(size_);
  for (int a = 0; a < size_; ++a) {
    for (std::uint64_t row = rows_[a]; row != 0; row &= row - 1) {
      result.rows_[a] |= other.rows_[std::countr_zero(row)];
    }
  }
  return result;
}

}  // namespace models::testing
