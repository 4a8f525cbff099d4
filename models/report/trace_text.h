// A story as text: one column a thread, one line an operation.
//
//        T0 'main'         T1 'reader'                           where
//     1  store x = 1                                             mp.cc:12 Writer
//     2                    load x = 0 (initial, does not see 1)  mp.cc:20 Reader
//
// Steps are numbered, and a read names the step it reads from: "(from 7)". So the story can be
// followed without knowing how it was found. When the columns would be too narrow, each line names
// its thread.
#ifndef RMAPCHECK_MODELS_REPORT_TRACE_TEXT_H_
#define RMAPCHECK_MODELS_REPORT_TRACE_TEXT_H_

#include <string>

#include "models/report/trace.h"

namespace models {

// A width that is read well where the terminal's is not known.
inline constexpr int kTextColumns = 140;

// Returns: the story, each line ended by a line break and at most `columns` wide (but for words
// that are longer than that).
std::string TraceText(const Trace& trace, int columns = kTextColumns);

// Returns: what a line says, without thread and place: "load vma#1.vm_start = 0 [acquire]".
std::string OperationText(const TraceLine& line);

}  // namespace models

#endif  // RMAPCHECK_MODELS_REPORT_TRACE_TEXT_H_
