#include "ingest/columnar_export.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <neve/base/error.hpp>
#include <neve/ingest/columnar_writer.hpp>
#include <neve/ingest/csv_writer.hpp>

#include "ingest/checksum_file.hpp"

namespace neve::ingest {

namespace {

namespace fs = std::filesystem;

/// Consecutive row groups that go into one file.
struct Part {
  std::string path;
  std::int32_t first = 0;
  std::int32_t end = 0;
};

/// As H2O-3 names them.
std::string part_name(std::size_t number) {
  char name[32];
  std::snprintf(name, sizeof name, "part-m-%05zu", number);
  return name;
}

bool is_part_name(const std::string& name) {
  return name.starts_with("part-m-") &&
         std::all_of(name.begin() + 7, name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// As many parts as were asked for, of about equally many row groups; of a number below 1 as many
/// as there are row groups.
std::vector<Part> cut_parts(const frame::Frame& frame, const ColumnarExportOrder& order) {
  const std::int32_t groups = frame.layout->groups();
  if (order.form.format != "parquet") return {{.path = order.path, .first = 0, .end = groups}};
  const std::int32_t most = std::max(groups, 1);
  const std::int32_t count = order.parts < 1 ? most : std::min(order.parts, most);
  std::vector<Part> parts;
  for (std::int64_t i = 0; i < count; ++i) {
    parts.push_back({.path = order.path + "/" + part_name(static_cast<std::size_t>(i)),
                     .first = static_cast<std::int32_t>(i * groups / count),
                     .end = static_cast<std::int32_t>((i + 1) * groups / count)});
  }
  return parts;
}

[[noreturn]] void cannot_write(const std::string& path, const std::string& why) {
  throw InputError::illegal_argument("The file " + path + " cannot be written: " + why + ".",
                                     {{"path", path}});
}

/// Files that are being written, beside their places; what is not finished goes with this.
class Unfinished {
 public:
  explicit Unfinished(std::string folder) : folder_(std::move(folder)) {
    if (folder_.empty() || fs::exists(folder_)) return;
    std::error_code error;
    fs::create_directories(folder_, error);
    if (error) cannot_write(folder_, error.message());
    made_folder_ = true;
  }
  ~Unfinished() {
    std::error_code ignored;
    for (const auto& [path, unfinished] : files_) fs::remove(unfinished, ignored);
    if (made_folder_ && !done_) fs::remove(folder_, ignored);
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;

  /// Where the file is written until all are.
  std::string add(const std::string& path) {
    const std::size_t name = path.rfind('/') + 1;  // npos + 1 is 0
    files_.emplace_back(path, path.substr(0, name) + "." + path.substr(name) + ".unfinished");
    return files_.back().second;
  }
  /// Gives all their names; parts of an earlier export that had more of them go.
  void finish() {
    for (const auto& [path, unfinished] : files_) {
      if (std::rename(unfinished.c_str(), path.c_str()) != 0) {
        cannot_write(path, std::strerror(errno));
      }
    }
    remove_earlier_parts();
    files_.clear();
    done_ = true;
  }

 private:
  void remove_earlier_parts() const {
    if (folder_.empty()) return;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
      const std::string path = folder_ + "/" + entry.path().filename().string();
      const bool ours =
          std::ranges::any_of(files_, [&](const auto& file) { return file.first == path; });
      if (ours || !is_part_name(entry.path().filename().string())) continue;
      fs::remove(path, ignored);
      fs::remove(ChecksumFile::path_of(path), ignored);
    }
  }

  std::string folder_;
  bool made_folder_ = false;
  bool done_ = false;
  std::vector<std::pair<std::string, std::string>> files_;
};

void write_bytes(std::ofstream& out, const std::string& path, std::span<const std::byte> bytes) {
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  if (!out) cannot_write(path, std::strerror(errno));
}

void write_checksums(ChecksumFile& sums, const std::string& path, Unfinished& files) {
  std::ofstream out(files.add(ChecksumFile::path_of(path)), std::ios::binary | std::ios::trunc);
  const std::string contents = sums.finish();
  write_bytes(out, path, std::as_bytes(std::span(contents)));
}

/// Writes the parts, one after the other.
class Export {
 public:
  Export(mr::Engine& engine, const ColumnarExportRequest& request, job::Job& job)
      : engine_(engine),
        request_(request),
        job_(job),
        whole_columns_(whole_columns_of(engine, request.frame)) {}

  void write(const Part& part, Unfinished& files) {
    std::ofstream out(files.add(part.path), std::ios::binary | std::ios::trunc);
    if (!out) cannot_write(part.path, std::strerror(errno));
    ChecksumFile sums;
    ColumnarWriter writer(engine_, request_.frame, request_.order.form, whole_columns_,
                          [&](std::span<const std::byte> bytes) {
                            write_bytes(out, part.path, bytes);
                            if (request_.order.write_checksum) sums.add(bytes);
                          });
    for (std::int32_t group = part.first; group < part.end; ++group) {
      job_.token()->check();
      writer.write_group(GroupIndex(group));
      job_.progress(static_cast<double>(group + 1) /
                    static_cast<double>(request_.frame.layout->groups()));
    }
    writer.finish();
    out.close();
    if (!out) cannot_write(part.path, std::strerror(errno));
    if (request_.order.write_checksum) write_checksums(sums, part.path, files);
  }

 private:
  mr::Engine& engine_;
  const ColumnarExportRequest& request_;
  job::Job& job_;
  std::vector<std::uint8_t> whole_columns_;
};

}  // namespace

void check_columnar_export(const frame::Frame& frame, const ColumnarExportOrder& order) {
  check_columnar(frame, order.form);
  const bool folder = order.form.format == "parquet";
  if (folder && fs::exists(order.path) && !fs::is_directory(order.path)) {
    throw InputError::illegal_argument(
        order.path + " is a file; Parquet is exported as a folder of parts, so name a folder.",
        {{"path", order.path}});
  }
  if (order.overwrite) return;
  for (const Part& part : cut_parts(frame, order)) {
    if (!fs::exists(part.path)) continue;
    const std::string wrong = "File " + part.path + " already exists!";
    throw InputError::illegal_argument(
        "Illegal argument: " + part.path + " of function: exportFrame: " + wrong,
        {{"argument", part.path}, {"function", "exportFrame"}, {"value", wrong}});
  }
}

void run_columnar_export(mr::Engine& engine, const ColumnarExportRequest& request, job::Job& job) {
  if (request.node != engine.self()) {
    throw ClusterError("The node that wrote " + request.order.path +
                       " has left the cluster; export the frame again.");
  }
  Unfinished files(request.order.form.format == "parquet" ? request.order.path : "");
  Export work(engine, request, job);
  for (const Part& part : cut_parts(request.frame, request.order)) work.write(part, files);
  files.finish();
  job.progress(1, "Done.");
}

}  // namespace neve::ingest
