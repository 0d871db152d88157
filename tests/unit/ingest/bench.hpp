#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <neve/frame/chunk_builder.hpp>
#include <neve/ingest/ingest.hpp>
#include <zlib.h>

#include "ingest/api/serve_parses.hpp"
#include "mr/api/compute_node.hpp"
#include "support/node_jobs.hpp"

namespace neve::ingest {

/// A folder that is gone after the test.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "neve_ingest_XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] std::string path() const { return path_.string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary) << text;
    return file(name);
  }

 private:
  std::filesystem::path path_;
};

inline void write_gzip(const std::string& path, const std::string& text) {
  // Two members, as by appending one file to another.
  for (const std::string& part : {text.substr(0, 1000), text.substr(1000)}) {
    gzFile file = gzopen(path.c_str(), "ab");
    gzwrite(file, part.data(), static_cast<unsigned>(part.size()));
    gzclose(file);
  }
}

inline std::vector<frame::Chunk> pieces_of(const std::string& text) {
  frame::BytesBuilder builder;
  builder.append(std::as_bytes(std::span(text)));
  return builder.finish();
}

/// Some nodes with a folder of files that all of them see, but for the `strangers`.
struct Nodes {
  struct Settings {
    int nodes = 1;
    int threads = 2;
    std::int64_t memory = std::int64_t{1} << 30;
    int copies = 1;
    std::set<std::size_t> strangers = {};  ///< never the first
  };
  explicit Nodes(const Settings& settings)
      : cluster({.nodes = settings.nodes,
                 .threads_each = settings.threads,
                 .memory_bytes_each = settings.memory,
                 .copies = settings.copies,
                 .address = "first:1"},
                {}) {
    for (std::size_t i = 1; i < cluster.size(); ++i) {
      serve_parses(cluster.node(i), settings.strangers.contains(i) ? nothing : policy);
    }
  }
  Folder folder;
  PathPolicy policy{{.import_roots = {folder.path()},
                     .export_roots = {folder.path()},
                     .default_roots = {},
                     .local_users_only = true}};
  PathPolicy nothing{{}};
  mr::LocalCluster cluster;
  mr::Engine& engine = cluster.node(0).engine();
  frame::Frames& frames = cluster.node(0).frames();

  /// Sum of the chunks' value checksums, each column's times its place.
  std::uint64_t checksum(const std::string& name) {
    const frame::Frame frame = frames.require(name);
    std::uint64_t sum = 0;
    for (std::size_t c = 0; c < frame.columns.size(); ++c) {
      for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
        const frame::Chunk chunk = engine.chunk(*frame.layout, frame.columns[c].id, GroupIndex(g));
        sum += (c + 1) * chunk.value_checksum(frame.layout->first_row(GroupIndex(g)));
        sum += chunk.checksum();
      }
    }
    return sum;
  }
};

/// The first node with what a server has around it.
struct Bench : Nodes {
  explicit Bench(int nodes = 1, int threads = 2, std::int64_t memory = std::int64_t{1} << 30)
      : Bench(Settings{.nodes = nodes, .threads = threads, .memory = memory}) {}
  explicit Bench(const Settings& settings) : Nodes(settings) { ingest.define_jobs(); }
  job::Jobs jobs{neve::testing::jobs_parts(cluster.node(0)), "test"};
  Ingest ingest{cluster.node(0), jobs, policy};

  /// Parses as a client would; the job's end.
  job::Snapshot parse(const std::vector<std::string>& keys, const std::string& name,
                      const FileSetup& said = {}) {
    FileSetup setup = ingest.guess(keys, said);
    const auto job = ingest.parse(
        {.source_keys = keys, .destination = name, .setup = setup, .delete_sources = true});
    job->wait();
    return job->snapshot();
  }
};

}  // namespace neve::ingest
