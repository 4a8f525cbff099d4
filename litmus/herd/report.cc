// herd's lines, in herd's order. Two are ours: "Flag race" for a test that is undefined, and a
// warning where a loop was cut.
#include "litmus/herd/report.h"

#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace herd {
namespace {

using Json = nlohmann::ordered_json;

std::string PlaceText(const Place& place) {
  if (place.thread.has_value()) return absl::StrCat(*place.thread, ":", place.name);
  if (place.index.has_value()) return absl::StrCat(place.name, "[", *place.index, "]");
  return absl::StrCat("[", place.name, "]");
}

std::string ValueText(const StateValue& value) {
  switch (value.kind) {
    case StateValue::Kind::kNumber:
      return absl::StrCat(value.number);
    case StateValue::Kind::kAddress:
      return value.place.index.has_value() ? PlaceText(value.place) : value.place.name;
    case StateValue::Kind::kContents:
      return PlaceText(value.place);
    case StateValue::Kind::kArray:
      break;
  }
  return absl::StrCat("{",
                      absl::StrJoin(value.values, ",",
                                    [](std::string* out, const auto& one) {
                                      absl::StrAppend(out, ValueText(one));
                                    }),
                      "}");
}

std::string PropositionText(const Proposition& proposition, bool inside);

std::string OperatorText(const Proposition& proposition, const char* sign, bool inside) {
  const std::string text =
      absl::StrJoin(proposition.operands, sign, [](std::string* out, const Proposition& operand) {
        absl::StrAppend(out, PropositionText(operand, true));
      });
  return inside ? absl::StrCat("(", text, ")") : text;
}

std::string PropositionText(const Proposition& proposition, bool inside) {
  const auto atom = [&proposition](const char* sign) {
    return absl::StrCat(PlaceText(proposition.place), sign, ValueText(proposition.value));
  };
  switch (proposition.kind) {
    case Proposition::Kind::kTrue:
      return "true";
    case Proposition::Kind::kFalse:
      return "false";
    case Proposition::Kind::kEqual:
      return atom("=");
    case Proposition::Kind::kNotEqual:
      return absl::StrCat("not (", atom("="), ")");
    case Proposition::Kind::kNot:
      return absl::StrCat("not (", PropositionText(proposition.operands[0], false), ")");
    case Proposition::Kind::kAnd:
      return OperatorText(proposition, " /\\ ", inside);
    case Proposition::Kind::kOr:
      return OperatorText(proposition, " \\/ ", inside);
    case Proposition::Kind::kImplies:
      return OperatorText(proposition, " => ", inside);
  }
  return "";
}

// Returns: what herd calls a question of that form.
const char* KindOfQuestion(Quantifier quantifier) {
  switch (quantifier) {
    case Quantifier::kNotExists:
      return " Forbidden";
    case Quantifier::kNone:
    case Quantifier::kForall:
      return " Required";
    case Quantifier::kExists:
      break;
  }
  return " Allowed";
}

bool IsOk(const Answer& answer) {
  switch (answer.quantifier) {
    case Quantifier::kExists:
      return answer.positive > 0;
    case Quantifier::kNotExists:
      return answer.positive == 0;
    case Quantifier::kNone:
    case Quantifier::kForall:
      break;
  }
  return answer.negative == 0;
}

// Returns: the states as herd shows them, each once, with the executions that end in it.
std::map<std::string, std::uint64_t> ShownStates(const Answer& answer) {
  std::map<std::string, std::uint64_t> shown;
  for (const FinalState& state : answer.states) {
    shown[StateText(answer, state, false)] += state.executions;
  }
  return shown;
}

Json NullIfEmpty(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

}  // namespace

std::string QuestionText(const LitmusTest& test) {
  const std::string condition = absl::StrCat("(", PropositionText(test.condition, false), ")");
  switch (test.quantifier) {
    case Quantifier::kExists:
      return absl::StrCat("exists ", condition);
    case Quantifier::kNotExists:
      return absl::StrCat("~exists ", condition);
    case Quantifier::kForall:
      return absl::StrCat("forall ", condition);
    case Quantifier::kNone:
      break;
  }
  return "";
}

std::string StateText(const Answer& answer, const FinalState& state, bool all) {
  std::vector<std::string> parts;
  const auto add = [&](int part) {
    const std::string& name = answer.parts[part];
    const bool is_variable = name.find_first_of(":[") == std::string::npos;
    parts.push_back(absl::StrCat(is_variable ? absl::StrCat("[", name, "]") : name, "=",
                                 ValueName(answer, state.values[part]), ";"));
  };
  if (all) {
    for (std::size_t part = 0; part < answer.parts.size(); ++part) add(static_cast<int>(part));
  } else {
    for (int part : answer.observed) add(part);
  }
  return absl::StrJoin(parts, " ");
}

std::string AnswerText(const Answer& answer) {
  std::string text = absl::StrCat("Test ", answer.name, KindOfQuestion(answer.quantifier), "\n");
  const char* const observation = ObservationName(answer.observation);
  if (answer.observation == Observation::kUnsupported) {
    absl::StrAppend(&text, "Unsupported: ", answer.where, ": ", answer.reason, "\nObservation ",
                    answer.name, " ", observation, "\n\n");
    return text;
  }
  const std::map<std::string, std::uint64_t> states = ShownStates(answer);
  absl::StrAppend(&text, "States ", states.size(), "\n");
  for (const auto& [state, executions] : states) absl::StrAppend(&text, state, "\n");
  if (answer.loop_cut) {
    absl::StrAppend(&text, "Warning: not exhaustive: a loop was cut (--unroll_max), so states may ",
                    "be missing\n");
  }
  if (answer.between_elements) {
    absl::StrAppend(&text, "Warning: not exhaustive: executions that access what lies between two ",
                    "elements are given up (`p + i` counts bytes, as for herd)\n");
  }
  if (!answer.limit_hit.empty()) {
    absl::StrAppend(&text, "Warning: not exhaustive: cut by ", answer.limit_hit,
                    ", so states may be missing\n");
  }
  absl::StrAppend(&text, answer.loop_cut ? "Loop " : "", IsOk(answer) ? "Ok" : "No",
                  "\nWitnesses\nPositive: ", answer.positive, " Negative: ", answer.negative, "\n");
  if (answer.memory_model == kKernelModel) {
    for (const std::string& flag : answer.flags) absl::StrAppend(&text, "Flag ", flag, "\n");
    absl::StrAppend(&text, "Model ", answer.memory_model, "\n");
  } else if (answer.race) {
    absl::StrAppend(&text, "Flag race: the test is undefined",
                    answer.counts_races ? "" : ", and only executions without a race are counted",
                    "\n  ", answer.failure, "\n");
  }
  if (!answer.question.empty()) absl::StrAppend(&text, "Condition ", answer.question, "\n");
  absl::StrAppend(&text, "Observation ", answer.name, " ", observation, " ", answer.positive, " ",
                  answer.negative, "\n",
                  absl::StrFormat("Time %s %.4f", answer.name, answer.seconds), "\n\n");
  return text;
}

Json AnswerJson(const Answer& answer) {
  Json json = {{"name", answer.name}, {"file", answer.file}};
  json["memory_model"] = answer.memory_model;
  json["expected"] = nullptr;
  json["verdict"] = ObservationName(answer.observation);
  json["reason"] = NullIfEmpty(answer.reason);
  json["where"] = answer.reason.empty() ? Json(nullptr) : Json(answer.where);
  json["race"] = answer.race;
  json["counts_races"] = answer.counts_races;
  json["flags"] = answer.flags;
  json["failure_kind"] = answer.race ? Json("data race") : Json(nullptr);
  json["failure"] = answer.race ? NullIfEmpty(answer.failure) : Json(nullptr);
  json["executions"] = answer.executions;
  json["positive"] = answer.positive;
  json["negative"] = answer.negative;
  json["blocked"] = answer.blocked;
  json["exhaustive"] = IsExhaustive(answer) && answer.observation != Observation::kUnsupported;
  json["limit_hit"] = NullIfEmpty(answer.limit_hit);
  json["loop_cut"] = answer.loop_cut;
  json["seconds"] = answer.seconds;
  json["replay"] = nullptr;
  json["condition"] = NullIfEmpty(answer.question);
  json["states"] = Json::array();
  for (const FinalState& state : answer.states) {
    json["states"].push_back({{"state", StateText(answer, state, true)},
                              {"executions", state.executions},
                              {"satisfies", state.satisfies}});
  }
  return json;
}

}  // namespace herd
