#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/base/buffer.hpp>
#include <neve/base/time_zone.hpp>
#include <neve/frame/frame.hpp>
#include <neve/ingest/columnar_writer.hpp>
#include <neve/ingest/csv_writer.hpp>
#include <neve/ingest/path_policy.hpp>
#include <neve/ingest/setup.hpp>
#include <neve/job/job.hpp>
#include <neve/mr/engine.hpp>

namespace neve::mr {
class ComputeNode;
}  // namespace neve::mr

namespace neve::ingest {

class ParseShares;
class RawFiles;
struct ParseRequest;

/// What an import found.
struct Imported {
  std::vector<std::string> files;
  std::vector<std::string> keys;   ///< of the raw files in the catalogue, one per file
  std::vector<std::string> fails;  ///< paths that could not be imported
};

/// What to parse, and into which frame.
struct ParseOrder {
  std::vector<std::string> source_keys;
  std::string destination;
  FileSetup setup;
  bool delete_sources = false;  ///< when done
  bool sent_for_this = false;   ///< nobody else knows the files: they go also where it fails
  template <class Archive>
  void fields(Archive& archive) {
    archive(source_keys, destination, setup, delete_sources, sent_for_this);
  }
};

/// How exported files are compressed.
enum class Packing : std::uint8_t { none, gzip, bzip2, zstd, snappy };

/// "gzip" and the others, in any case; empty is none. Throws InputError naming what there is.
Packing packing_of_word(const std::string& word);

/// Where and how to write a frame as text.
struct ExportOrder {
  static constexpr std::int32_t kAsManyAsFit = -1;
  std::string path;
  bool overwrite = false;
  /// 1: one file; more: a folder of at most so many, `part-m-00000` and so on, of whole row groups,
  /// each with the header; kAsManyAsFit: a folder of files of some 100 MB.
  std::int32_t parts = 1;
  Packing packing = Packing::none;
  CsvForm form = {};
  template <class Archive>
  void fields(Archive& archive) {
    archive(path, overwrite, parts, packing, form);
  }
};

/// Where and how to write a frame column by column.
struct ColumnarExportOrder {
  std::string path;  ///< of Parquet a folder, else a file
  bool overwrite = false;
  std::int32_t parts = 1;  ///< of Parquet: files; below 1: as many as there are row groups
  bool write_checksum = false;
  ColumnarForm form = {};
  template <class Archive>
  void fields(Archive& archive) {
    archive(path, overwrite, parts, write_checksum, form);
  }
};

/// A node's way from files to frames and back. Raw files (imports and uploads) are names of the
/// catalogue until they are parsed. Thread-safe; the references outlive it.
class Ingest {
 public:
  /// Before the node's inbox is served, as the node also takes part in the parses of others.
  Ingest(mr::ComputeNode& node, job::Jobs& jobs, const PathPolicy& policy);
  ~Ingest();
  Ingest(const Ingest&) = delete;
  Ingest& operator=(const Ingest&) = delete;
  /// Says how jobs parse and export; before the node joins.
  void define_jobs();

  /// Makes raw files of paths (a file; a folder with all below it, but for hidden ones) and of
  /// http(s) URLs, which are fetched. With `pattern`, only paths that this regular expression is
  /// found in. Throws InputError where a path does not exist or may not be read.
  Imported import_files(const std::vector<std::string>& paths, const std::string& pattern);
  /// Paths that begin with `beginning` and may be read, at most `limit` (0: 100).
  [[nodiscard]] std::vector<std::string> suggest_paths(const std::string& beginning,
                                                       int limit) const;

  /// Keeps what a client sent, as pieces of a blob, as a raw file. `memory` is what they had
  /// reserved.
  void keep_upload(const std::string& key, std::span<const frame::Chunk> pieces,
                   std::vector<Reservation> memory);
  /// A fresh name for an upload.
  [[nodiscard]] std::string new_upload_key() const;
  [[nodiscard]] bool has_raw_file(const std::string& key) const;
  /// Removes an upload that is not to be parsed.
  void forget_upload(const std::string& key);

  /// Throws InputError (404 for an unknown key).
  [[nodiscard]] FileSetup guess(const std::vector<std::string>& source_keys,
                                const FileSetup& said) const;
  /// The name that the frame made of this raw file gets.
  [[nodiscard]] std::string frame_name(const std::string& source_key) const;
  /// Checks the order, then starts the job. Throws InputError.
  std::shared_ptr<job::Job> parse(const ParseOrder& order);
  /// Throws InputError where the file exists and is not to be overwritten, or the folder is not
  /// empty.
  std::shared_ptr<job::Job> export_csv(const frame::Frame& frame, const ExportOrder& order);

  /// Throws InputError where a file exists and is not to be overwritten, or the frame has columns
  /// that the format does not know. Times are adjusted from this node's zone.
  std::shared_ptr<job::Job> export_columns(const frame::Frame& frame,
                                           const ColumnarExportOrder& order);
  /// Writes the frame to a file of Neve's own form in a folder, which is made where it is missing.
  /// Throws InputError where that file exists and is not to be overwritten.
  std::shared_ptr<job::Job> save_frame(const frame::Frame& frame, const std::string& folder,
                                       bool overwrite);
  /// Reads the frame of this name back from the folder it was saved to. Throws InputError where
  /// there is a frame of this name and it is not to be replaced.
  std::shared_ptr<job::Job> load_frame(const std::string& name, const std::string& folder,
                                       bool replace);

  /// Writes a file of this machine whole, and its folder where that is missing. Throws InputError
  /// where it may not be written, or is there and not to be overwritten.
  void write_file(const std::string& path, std::span<const std::byte> bytes, bool overwrite);
  /// The path that write_file() would write. Throws InputError where it may not.
  [[nodiscard]] std::string writable_path(const std::string& path) const;
  /// Bytes in memory that is reserved for them.
  struct FileBytes {
    Reservation memory;
    std::vector<std::byte> bytes;
  };
  /// A file of this machine. Throws InputError where it may not be read, OutOfMemoryError.
  [[nodiscard]] FileBytes read_file(const std::string& path) const;
  /// What a client sent. Throws InputError where there is none of this key, OutOfMemoryError.
  [[nodiscard]] FileBytes read_upload(const std::string& key) const;

  /// The zone that times without one are in. UTC until it is set.
  [[nodiscard]] TimeZone time_zone() const;
  /// Throws InputError where there is no such zone.
  void set_time_zone(const std::string& name);

 private:
  void run_parse_job(const ParseRequest& request, job::Job& job);
  mr::Engine& engine_;
  frame::Frames& frames_;
  job::Jobs& jobs_;
  const PathPolicy& policy_;
  std::unique_ptr<RawFiles> raw_files_;
  std::shared_ptr<ParseShares> shares_;
  mutable std::mutex mutex_;
  TimeZone zone_;
};

}  // namespace neve::ingest
