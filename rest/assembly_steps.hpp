#pragma once

#include <string>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/job/token.hpp>

#include "rest/services.hpp"

namespace neve::rest {

/// One step of a pipeline of transformations (H2O-3's Assembly).
struct AssemblyStep {
  std::string name;
  std::string transform;  ///< H2OColSelect, H2OColOp or H2OBinaryOp
  std::string ast;        ///< an expression of the frame "dummy"
  bool in_place = false;  ///< the result replaces the column it is of; else it is added
  std::vector<std::string> new_names = {};  ///< of added columns; without, made of the old name
};

/// "name__transform__ast__inplace__names" as clients write it, names joined by "|". Throws
/// InputError (400) naming the step.
AssemblyStep read_assembly_step(const std::string& text);

/// Does the steps one after the other, each on the result of the one before; the frame itself stays
/// as it is. The result has no key. Throws InputError naming the step that cannot be done.
frame::Frame fit_assembly(const Services& services, const frame::Frame& frame,
                          const std::vector<AssemblyStep>& steps, const job::TokenPtr& token);

}  // namespace neve::rest
