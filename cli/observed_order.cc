// A file of rmap_stress is of one kernel, and has `lock_order`. One of aim7 has kernels, each with
// points, each with `locks` and their `order`. Whatever else is in them is passed over.
#include "cli/observed_order.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/suggestion.h"
#include "cli/words.h"
#include "core/base/whole_file.h"
#include "models/locks/lock_order.h"

namespace cli {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMegabytesMax = 64;
constexpr char kMend[] = "give what rmap_stress --json or aim7 --format=json wrote";

// Of one kernel.
struct OrderOfKernel {
  std::string kernel;
  std::vector<Json> nestings = {};
};

// Throws Json::exception, as the next two, if something is missing or of another kind.
std::vector<OrderOfKernel> OrdersIn(const Json& file) {
  if (!file.contains("kernels")) {
    return {OrderOfKernel{file.at("kernel").get<std::string>(),
                          file.at("lock_order").get<std::vector<Json>>()}};
  }
  std::vector<OrderOfKernel> orders;
  for (const Json& kernel : file.at("kernels")) {
    OrderOfKernel& order = orders.emplace_back();
    order.kernel = kernel.at("kernel").get<std::string>();
    for (const Json& point : kernel.at("points")) {
      for (const Json& nesting : point.at("locks").at("order")) order.nestings.push_back(nesting);
    }
  }
  return orders;
}

ksync::LockMode ModeIn(const Json& mode) {
  return mode.get<std::string>() == "R" ? ksync::LockMode::kShared : ksync::LockMode::kExclusive;
}

RealNesting NestingIn(const Json& json) {
  return {.held = json.at("held").get<std::string>(),
          .taken = json.at("taken").get<std::string>(),
          .held_mode = ModeIn(json.at("held_mode")),
          .taken_mode = ModeIn(json.at("taken_mode")),
          .tried = json.at("tried").get<bool>(),
          .nested = json.at("nested").get<bool>(),
          .places = {OneLine(json.at("held_at").get<std::string>()),
                     OneLine(json.at("taken_at").get<std::string>())}};
}

absl::Status Wrong(const std::string& file, const std::string& what, const std::string& mend) {
  return absl::InvalidArgumentError(OneLine(absl::StrCat(file, ": ", what, ": ", mend)));
}

bool IsOf(const OrderOfKernel& order, rmap::Generation generation) {
  const absl::StatusOr<rmap::Kernel> kernel = rmap::ParseKernel(order.kernel);
  return kernel.ok() && kernel->generation() == generation;
}

absl::Status OtherKernels(const std::string& file, const std::vector<OrderOfKernel>& orders) {
  std::vector<std::string> kernels;
  for (const OrderOfKernel& order : orders) kernels.push_back(order.kernel);
  return Wrong(file, absl::StrCat("is of ", absl::StrJoin(kernels, ", ")),
               "give that --generation, or a file of this one");
}

absl::StatusOr<std::vector<RealNesting>> OrderIn(const std::string& file, const Json& json,
                                                 rmap::Generation generation,
                                                 const std::vector<std::string>& known) {
  std::vector<RealNesting> all;
  const std::vector<OrderOfKernel> orders = OrdersIn(json);
  bool is_of_others = true;
  for (const OrderOfKernel& order : orders) {
    if (!IsOf(order, generation)) continue;
    is_of_others = false;
    for (const Json& nesting : order.nestings) all.push_back(NestingIn(nesting));
  }
  if (is_of_others) return OtherKernels(file, orders);
  for (const RealNesting& nesting : all) {
    for (const std::string& name : {nesting.held, nesting.taken}) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      return Wrong(file, absl::StrCat("has a lock ", name, " that there is not"),
                   Suggestion(name, known));
    }
  }
  return all;
}

}  // namespace

absl::StatusOr<std::vector<RealNesting>> ReadObservedOrder(const std::string& file,
                                                           rmap::Generation generation,
                                                           const std::vector<std::string>& known) {
  const absl::StatusOr<std::string> text =
      base::ReadWholeFile(UserPath(file), kMegabytesMax, kMend);
  if (!text.ok()) return text.status();
  const Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return Wrong(file, "is not JSON", kMend);
  try {
    return OrderIn(file, json, generation, known);
  } catch (const Json::exception&) {
    return Wrong(file, "has no order of locks", kMend);
  }
}

void Add(const std::vector<RealNesting>& order, models::Observations& to) {
  for (const RealNesting& nesting : order) {
    models::AddRealEdge(
        {.held = to.ClassNamed(nesting.held),
         .taken = to.ClassNamed(nesting.taken),
         .held_mode = nesting.held_mode,
         .taken_mode = nesting.taken_mode,
         .tried = nesting.tried,
         .nesting = nesting.nested ? ksync::Nesting::kSecond : ksync::Nesting::kNone,
         .held_at = {},
         .taken_at = {},
         .real = nesting.places},
        to);
  }
}

}  // namespace cli
