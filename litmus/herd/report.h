// An answer as herd prints it, and as JSON. Nothing is computed here that the answer does not have.
// States are lines such as "0:r1=0; [x]=1;", as in a table of verdicts.
#ifndef RMAPCHECK_LITMUS_HERD_REPORT_H_
#define RMAPCHECK_LITMUS_HERD_REPORT_H_

#include <nlohmann/json.hpp>
#include <string>

#include "litmus/herd/litmus_test.h"
#include "litmus/herd/runner.h"

namespace herd {

// Returns: "exists (0:r1=0 /\ [x]=1)", as herd writes it; empty if the test asks nothing.
std::string QuestionText(const LitmusTest& test);

// Returns: "0:r1=0; [x]=1;", the parts that herd shows, or all.
std::string StateText(const Answer& answer, const FinalState& state, bool all);

// Returns: herd's block of lines: Test, States, Ok or No, Witnesses, Condition, Observation, Time.
// An unsupported test has its reason in place of its states.
std::string AnswerText(const Answer& answer);

// Returns: an object; its members are those of every result of the command, and file, reason,
// where, race, positive, negative, loop_cut, states.
nlohmann::ordered_json AnswerJson(const Answer& answer);

}  // namespace herd

#endif  // RMAPCHECK_LITMUS_HERD_REPORT_H_
