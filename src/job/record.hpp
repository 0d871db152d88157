#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <neve/job/job.hpp>
#include <neve/store/store.hpp>

namespace neve::job {

/// What the catalogue keeps of a job: all that another node needs to go on with it, and how it
/// ended. The driver's own copy also holds the leases of what the record names.
struct Jobs::Record {
  Snapshot last;  ///< at the start, when the state was kept, or at the end
  std::string kind;
  store::Kept request;
  std::optional<store::Blob> state;  ///< where the next driver may go on
  std::vector<ColumnId> inputs;
  std::int32_t take_overs = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(last, kind, request, state, inputs, take_overs);
  }
};

}  // namespace neve::job
