#include "ingest/frame_store.hpp"

#include <array>
#include <cctype>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/frame/chunk_builder.hpp>

#include "ingest/formats/frame_file.hpp"
#include "ingest/sinks/file_sink.hpp"
#include "ingest/sources/local_file.hpp"

namespace neve::ingest {
namespace {

FramePlan plan_of(const frame::Frame& frame) {
  FramePlan plan{.names = frame.names, .types = {}, .domains = {}, .cuts = frame.layout->cuts};
  for (const frame::Column& column : frame.columns) {
    plan.types.push_back(column.type);
    plan.domains.push_back(column.is_categorical() ? column.domain : nullptr);
  }
  return plan;
}

double share(std::int32_t group, std::int32_t groups) {
  return static_cast<double>(group + 1) / static_cast<double>(groups);
}

/// A frame that grows chunk by chunk; what was put is freed unless it is finished.
class Loading {
 public:
  Loading(mr::Engine& engine, const FramePlan& plan)
      : engine_(engine), plan_(plan), layout_(engine.new_layout(plan.cuts)) {
    for (std::size_t c = 0; c < plan.types.size(); ++c) ids_.push_back(engine.new_column_id());
  }
  ~Loading() {
    if (!finished_) engine_.discard(ids_);
  }
  Loading(const Loading&) = delete;
  Loading& operator=(const Loading&) = delete;
  void put(std::int32_t group, std::size_t column, const frame::Chunk& chunk) {
    engine_.put_chunk(*layout_, ids_[column], GroupIndex(group), chunk);
  }
  frame::Frame finish() {
    std::vector<mr::OutputColumn> kinds;
    for (std::size_t c = 0; c < ids_.size(); ++c) {
      kinds.push_back({.type = plan_.types[c], .domain = plan_.domains[c]});
    }
    frame::Frame made;
    made.layout = layout_;
    made.names = plan_.names;
    made.columns = engine_.adopt(ids_, kinds);
    finished_ = true;
    return made;
  }

 private:
  mr::Engine& engine_;
  const FramePlan& plan_;
  frame::LayoutPtr layout_;
  std::vector<ColumnId> ids_;
  bool finished_ = false;
};

frame::Chunk no_rows(frame::ColumnType type) {
  using frame::ChunkKind;
  switch (type) {
    case frame::ColumnType::categorical:
      return frame::encode_missing(ChunkKind::codes, 0);
    case frame::ColumnType::string:
      return frame::encode_missing(ChunkKind::text, 0);
    case frame::ColumnType::time:
      return frame::encode_missing(ChunkKind::times, 0);
    case frame::ColumnType::uuid:
      return frame::encode_missing(ChunkKind::uuids, 0);
    case frame::ColumnType::numeric:
    case frame::ColumnType::bad:
      break;
  }
  return frame::encode_missing(ChunkKind::numbers, 0);
}

}  // namespace

std::string frame_file_in(const std::string& folder, const std::string& frame) {
  std::string name;
  for (const char c : frame) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.';
    if (plain && !(name.empty() && c == '.')) {
      name += c;
      continue;
    }
    std::array<char, 4> code{};
    std::snprintf(code.data(), code.size(), "%%%02X", byte);
    name += code.data();
  }
  return (std::filesystem::path(folder) / (name + ".neve")).string();
}

void prepare_save(const std::string& path, bool overwrite) {
  std::error_code error;
  if (!overwrite && std::filesystem::exists(path, error)) {
    throw InputError::illegal_argument("File already exists: " + path + ".", {{"dir", path}});
  }
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::filesystem::create_directories(folder, error);
  if (!error) return;
  throw InputError::illegal_argument(
      "The folder " + folder.string() + " cannot be made: " + error.message() + ".",
      {{"dir", folder.string()}});
}

void run_save(mr::Engine& engine, const SaveRequest& request, job::Job& job) {
  if (request.node != engine.self()) {
    throw ClusterError("The node that wrote " + request.path +
                       " has left the cluster; save the frame again.");
  }
  const frame::Frame& frame = request.frame;
  const ByteSinkPtr file = make_file_sink(request.path);
  FrameFileWriter writer(*file, plan_of(frame));
  for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
    const GroupIndex group(g);
    for (const frame::Column& column : frame.columns) {
      job.token()->check();
      if (frame.layout->rows_of(group) == 0) continue;
      writer.add(engine.chunk(*frame.layout, column.id, group));
    }
    job.progress(share(g, frame.layout->groups()));
  }
  writer.finish();
  file->finish();
}

void run_load(mr::Engine& engine, frame::Frames& frames, const LoadRequest& request,
              job::Job& job) {
  if (request.node != engine.self()) {
    throw ClusterError("The node that read " + request.path +
                       " has left the cluster; load the frame again.");
  }
  const ByteSourcePtr file = open_local_file(request.path);
  FrameFileReader reader(*file, engine.budget());
  const FramePlan& plan = reader.plan();
  Loading loading(engine, plan);
  for (std::int32_t g = 0; g < plan.groups(); ++g) {
    const auto at = static_cast<std::size_t>(g);
    const bool is_empty = plan.cuts[at] == plan.cuts[at + 1];
    for (std::size_t c = 0; c < plan.types.size(); ++c) {
      job.token()->check();
      loading.put(g, c, is_empty ? no_rows(plan.types[c]) : reader.next(g, c));
    }
    job.progress(share(g, plan.groups()));
  }
  reader.finish();
  frame::Frame made = loading.finish();
  made.key = request.frame;
  frames.publish(made);
}

}  // namespace neve::ingest
