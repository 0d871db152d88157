#pragma once

#include <span>
#include <string>
#include <vector>

#include <neve/base/ids.hpp>
#include <neve/frame/frame.hpp>
#include <neve/ingest/ingest.hpp>
#include <neve/job/job.hpp>
#include <neve/mr/engine.hpp>

namespace neve::ingest {

/// What an export of columns does: on the node that it was asked of, and nowhere else, as the files
/// are on its machine.
struct ColumnarExportRequest {
  static constexpr std::string_view kKind = "ingest.export_columns";
  NodeId node;
  frame::Frame frame;
  ColumnarExportOrder order;
  template <class Archive>
  void fields(Archive& archive) {
    archive(node, frame, order);
  }
};

/// Throws InputError where the order cannot be carried out, or a file of it is there and is not to
/// be overwritten.
void check_columnar_export(const frame::Frame& frame, const ColumnarExportOrder& order);

/// Writes the files: Parquet as a folder of parts, Arrow as one file. All get their names when all
/// are written; an export that fails leaves what was there.
void run_columnar_export(mr::Engine& engine, const ColumnarExportRequest& request, job::Job& job);

}  // namespace neve::ingest
