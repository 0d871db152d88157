#include "ingest/frame_export.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <utility>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>

#include "ingest/sinks/file_sink.hpp"
#include "ingest/sinks/packed_sink.hpp"

namespace neve::ingest {
namespace {

namespace fs = std::filesystem;

constexpr std::int32_t kMostParts = 100'000;

InputError refusal(const std::string& path, const std::string& wrong) {
  return InputError::illegal_argument(
      "Illegal argument: " + path + " of function: exportFrame: " + wrong,
      {{"argument", path}, {"function", "exportFrame"}, {"value", wrong}});
}

void check_parts(std::int32_t parts) {
  if (parts == ExportOrder::kAsManyAsFit || (parts >= 1 && parts <= kMostParts)) return;
  throw InputError::illegal_argument(
      "num_parts must be between 1 and " + std::to_string(kMostParts) +
          ", or -1 for as many as there should be, not " + std::to_string(parts) + ".",
      {{"num_parts", std::to_string(parts)}});
}

/// How many files a frame is worth: some 100 MB each, as far as its cells tell.
std::int32_t parts_that_fit(const frame::Frame& frame) {
  constexpr double kBytesOfCell = 8;
  constexpr double kBytesOfPart = 128.0 * 1024 * 1024;
  constexpr double kMost = 128;
  const double bytes = kBytesOfCell * static_cast<double>(frame.rows()) * frame.width();
  return static_cast<std::int32_t>(std::clamp(bytes / kBytesOfPart, 2.0, kMost));
}

/// Row groups of each part; the last may have fewer.
std::vector<GroupRange> ranges_of(const frame::Frame& frame, std::int32_t parts) {
  if (parts == ExportOrder::kAsManyAsFit) parts = parts_that_fit(frame);
  const std::int32_t groups = frame.layout->groups();
  const std::int32_t each = (groups + parts - 1) / parts;
  std::vector<GroupRange> ranges;
  for (std::int32_t first = 0; first < groups; first += each) {
    ranges.push_back({first, std::min(groups, first + each)});
  }
  return ranges;
}

void write_file(CsvWriter& writer, const std::string& path, Packing packing,
                const std::function<void(double)>& progress) {
  const ByteSinkPtr file = pack_into(make_file_sink(path), packing);
  std::string block;
  while (writer.next(block)) {
    file->write(block);
    block.clear();
    progress(writer.progress());
  }
  file->finish();
}

/// A folder that takes its place when all files are in it, and goes with them otherwise.
class PartFolder {
 public:
  explicit PartFolder(std::string path)
      : path_(std::move(path)), unfinished_(path_ + "." + std::to_string(draw_seed()) + ".part") {
    std::error_code error;
    fs::create_directories(unfinished_, error);
    if (error) fail(error);
  }
  ~PartFolder() {
    std::error_code ignored;
    if (!finished_) fs::remove_all(unfinished_, ignored);
  }
  PartFolder(const PartFolder&) = delete;
  PartFolder& operator=(const PartFolder&) = delete;
  [[nodiscard]] std::string part(std::size_t index) const {
    std::array<char, 32> name{};
    std::snprintf(name.data(), name.size(), "part-m-%05zu", index);
    return (fs::path(unfinished_) / name.data()).string();
  }
  void finish() {
    std::error_code error;
    // An empty folder of that name is replaced.
    fs::rename(unfinished_, path_, error);
    if (error) fail(error);
    finished_ = true;
  }

 private:
  [[noreturn]] void fail(const std::error_code& error) const {
    throw InputError::illegal_argument(
        "The folder " + path_ + " cannot be written: " + error.message() + ".", {{"path", path_}});
  }
  std::string path_;
  std::string unfinished_;
  bool finished_ = false;
};

}  // namespace

ExportOrder checked_export(const ExportOrder& order, const PathPolicy& policy) {
  check_parts(order.parts);
  ExportOrder checked = order;
  checked.path = policy.check_write(order.path);
  std::error_code error;
  const bool is_there = fs::exists(checked.path, error);
  if (order.parts != 1) {
    if (is_there &&
        (!fs::is_directory(checked.path, error) || !fs::is_empty(checked.path, error))) {
      throw refusal(order.path, "Cannot use path " + order.path +
                                    " to store part files! The target needs to be either an "
                                    "existing empty directory or not exist yet.");
    }
    return checked;
  }
  if (is_there && fs::is_directory(checked.path, error)) {
    throw refusal(order.path, "Path " + order.path + " is a folder, and num_parts is 1!");
  }
  if (is_there && !order.overwrite) {
    throw refusal(order.path, "File " + order.path + " already exists!");
  }
  return checked;
}

void run_export(mr::Engine& engine, const ExportRequest& request, job::Job& job) {
  const ExportOrder& order = request.order;
  if (request.node != engine.self()) {
    throw ClusterError("The node that wrote " + order.path +
                       " has left the cluster; export the frame again.");
  }
  const auto whole = whole_columns_of(engine, request.frame);
  const auto ranges = order.parts == 1
                          ? std::vector<GroupRange>{{0, request.frame.layout->groups()}}
                          : ranges_of(request.frame, order.parts);
  std::optional<PartFolder> folder;
  if (order.parts != 1) folder.emplace(order.path);
  for (std::size_t part = 0; part < ranges.size(); ++part) {
    CsvWriter writer(engine, request.frame, order.form, whole, ranges[part]);
    write_file(writer, folder ? folder->part(part) : order.path, order.packing, [&](double share) {
      job.token()->check();
      job.progress((static_cast<double>(part) + share) / static_cast<double>(ranges.size()));
    });
  }
  if (folder) folder->finish();
  job.progress(1, "Done.");
}

}  // namespace neve::ingest
