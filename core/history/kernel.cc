// The value and its written form. What a user wrote and is not understood comes back as a status
// that quotes the word; suggesting a better one is the command line's business.
#include "core/history/kernel.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace rmap {
namespace {

constexpr std::string_view kAll = "all";
constexpr std::string_view kTo = "..";
constexpr std::string_view kAt = " at ";

absl::Status NotUnderstood(std::string_view what, std::string_view word) {
  return absl::InvalidArgumentError(absl::StrCat("\"", word, "\" is not ", what));
}

absl::StatusOr<Generation> ParseGeneration(std::string_view word) {
  const std::optional<Generation> generation = FindGeneration(word);
  if (!generation.has_value()) return NotUnderstood("a kernel generation", word);
  if (!IsModelled(*generation)) return NotUnderstood("a modelled kernel generation", word);
  return *generation;
}

absl::StatusOr<Kernel> Change(const Kernel& kernel, std::string_view how, std::string_view id) {
  if (how != "with" && how != "without") return NotUnderstood("\"with\" or \"without\"", how);
  if (how == "with" && id == kAll) return kernel.WithAll();
  const std::optional<Fix> fix = FindFix(id);
  if (!fix.has_value()) return NotUnderstood("a known fix", id);
  return how == "with" ? kernel.With(*fix) : kernel.Without(*fix);
}

// Reads "G5" or "G0 at K4", and takes it off the words. Requires: there is one.
absl::StatusOr<Kernel> ParseBase(std::vector<std::string_view>& words) {
  const absl::StatusOr<Generation> generation = ParseGeneration(words[0]);
  if (!generation.ok()) return generation.status();
  const bool has_state = words.size() > 1 && words[1] == "at";
  const std::string_view name = has_state && words.size() > 2 ? words[2] : "";
  words.erase(words.begin(),
              words.begin() + std::min<std::ptrdiff_t>(has_state ? 3 : 1, words.size()));
  if (!has_state) return Kernel(*generation);
  const std::optional<KsmState> state = FindKsmState(name);
  if (!state.has_value()) return NotUnderstood("a state of KSM, K0 to K11", name);
  if (*generation == Generation::kG0) return Kernel(*state);
  if (*state == kNewestKsmState) return Kernel(*generation);
  return NotUnderstood(absl::StrCat("what KSM was in ", rmap::Name(*generation), ", but in G0"),
                       name);
}

}  // namespace

Kernel::Kernel(Generation generation) : generation_(generation) {
  for (const FixInfo& info : Fixes()) {
    fixes_[static_cast<int>(info.fix)] = rmap::Has(generation, info.fix);
  }
  for (int i = 0; i < kMechanismCount; ++i) {
    mechanisms_[i] = rmap::Has(generation, static_cast<Mechanism>(i));
  }
}

Kernel::Kernel(KsmState ksm) : Kernel(Generation::kG0) {
  ksm_ = ksm;
  for (const FixInfo& info : Fixes()) {
    fixes_[static_cast<int>(info.fix)] = rmap::Has(ksm, info.fix);
  }
}

Kernel Kernel::With(Fix fix) const {
  Kernel changed = *this;
  changed.fixes_[static_cast<int>(fix)] = true;
  return changed;
}

Kernel Kernel::Without(Fix fix) const {
  Kernel changed = *this;
  changed.fixes_[static_cast<int>(fix)] = false;
  return changed;
}

Kernel Kernel::WithAll() const {
  Kernel changed = *this;
  changed.fixes_.set();
  return changed;
}

std::string Kernel::Name() const {
  const Kernel unchanged = Unchanged();
  const std::size_t differences = (fixes_ ^ unchanged.fixes_).count();
  const std::size_t missing = kFixCount - fixes_.count();
  const bool from_all = differences > missing;
  const Kernel base = from_all ? WithAll() : unchanged;
  std::string name = rmap::Name(generation_);
  if (ksm_ != kNewestKsmState) absl::StrAppend(&name, kAt, rmap::Name(ksm_));
  if (from_all) absl::StrAppend(&name, " with ", kAll);
  for (const FixInfo& info : Fixes()) {
    if (Has(info.fix) == base.Has(info.fix)) continue;
    absl::StrAppend(&name, Has(info.fix) ? " with " : " without ", info.id);
  }
  return name;
}

absl::StatusOr<Kernel> ParseKernel(std::string_view text) {
  std::vector<std::string_view> words =
      absl::StrSplit(text, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
  if (words.empty()) return NotUnderstood("a kernel generation", text);
  absl::StatusOr<Kernel> kernel = ParseBase(words);
  for (std::size_t i = 0; kernel.ok() && i < words.size(); i += 2) {
    if (i + 1 == words.size()) return NotUnderstood("followed by a fix", words[i]);
    kernel = Change(*kernel, words[i], words[i + 1]);
  }
  return kernel;
}

absl::StatusOr<std::vector<Kernel>> ParseKernels(std::string_view text) {
  const std::string_view range = text.substr(0, text.find(' '));
  const std::string_view changes = text.substr(range.size());
  const std::size_t to = range.find(kTo);
  const std::string_view from_word = range.substr(0, to);
  const std::string_view to_word = to == range.npos ? from_word : range.substr(to + kTo.size());
  const absl::StatusOr<Generation> from = ParseGeneration(from_word);
  if (!from.ok()) return from.status();
  const absl::StatusOr<Generation> last = ParseGeneration(to_word);
  if (!last.ok()) return last.status();
  std::vector<Kernel> kernels;
  for (const GenerationInfo& info : Generations()) {
    if (!info.modelled || info.generation < *from || info.generation > *last) continue;
    const absl::StatusOr<Kernel> kernel = ParseKernel(absl::StrCat(info.name, changes));
    if (!kernel.ok()) return kernel.status();
    kernels.push_back(*kernel);
  }
  if (kernels.empty()) return NotUnderstood("a range of kernel generations", range);
  return kernels;
}

}  // namespace rmap
