#pragma once

#include <string>

#include <neve/base/ids.hpp>
#include <neve/frame/frame.hpp>
#include <neve/ingest/ingest.hpp>
#include <neve/ingest/path_policy.hpp>
#include <neve/job/job.hpp>
#include <neve/mr/engine.hpp>

namespace neve::ingest {

/// What an export does: on the node that it was asked of, and nowhere else, as the file is on its
/// machine.
struct ExportRequest {
  static constexpr std::string_view kKind = "ingest.export";
  NodeId node;
  frame::Frame frame;
  ExportOrder order;
  template <class Archive>
  void fields(Archive& archive) {
    archive(node, frame, order);
  }
};

/// The order with the path that may be written. Throws InputError where it may not, where a file is
/// there and is not to be overwritten, or parts would come into a folder that is not empty.
ExportOrder checked_export(const ExportOrder& order, const PathPolicy& policy);

/// Writes the file, or the folder of files, which take their place when they are complete.
void run_export(mr::Engine& engine, const ExportRequest& request, job::Job& job);

}  // namespace neve::ingest
