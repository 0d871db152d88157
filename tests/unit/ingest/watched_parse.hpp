#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "ingest/parse_job.hpp"
#include "ingest/sources/local_file.hpp"
#include "unit/ingest/bench.hpp"

namespace neve::ingest {

/// A file of this machine that tells when it is read on the node that was asked.
class WatchedFile final : public ByteSource {
 public:
  WatchedFile(const std::string& path, std::function<void(int)> on_read)
      : ByteSource(path), file_(open_local_file(path)), on_read_(std::move(on_read)) {}
  [[nodiscard]] std::int64_t size() const override { return file_->size(); }
  std::size_t read(std::int64_t offset, std::span<char> out) const override {
    on_read_(reads_.fetch_add(1));
    return file_->read(offset, out);
  }
  [[nodiscard]] std::optional<FileStamp> stamp() const override { return file_->stamp(); }

 private:
  ByteSourcePtr file_;
  std::function<void(int)> on_read_;
  mutable std::atomic<int> reads_{0};
};

inline job::Snapshot parse_job() {
  job::Snapshot snapshot;
  snapshot.key = "job";
  snapshot.description = {.text = "Parse", .destination = "a", .destination_type = "Key<Frame>"};
  return snapshot;
}

/// A parse whose first node's reads are watched.
struct WatchedParse : Nodes {
  explicit WatchedParse(const Settings& settings) : Nodes(settings) {}
  std::shared_ptr<ParseShares> shares = serve_parses(cluster.node(0), policy);
  job::Job job{parse_job(), std::nullopt, {.keep = {}, .end = [](const job::Snapshot&) {}}};
  std::function<void(int)> on_read = [](int) {};

  void run(const std::string& name, const std::string& bytes, const FileSetup& setup) {
    const std::string path = folder.write(name, bytes);
    const auto file = std::make_shared<WatchedFile>(path, [this](int n) { on_read(n); });
    job.run([&](job::Job& own) {
      run_parse(
          *shares, frames,
          {.files = {{file, std::nullopt}}, .plan = plan_table(setup, {}), .destination = "a"},
          own);
    });
  }
  /// Whether all nodes but `lost` come to hold nothing but chunks.
  bool all_is_freed(std::size_t lost) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    const auto freed = [&](std::size_t i) {
      mr::ComputeNode& node = cluster.node(i);
      return i == lost || node.budget().used() == node.store().chunk_bytes();
    };
    for (std::size_t i = 0; i < cluster.size(); ++i) {
      while (!freed(i)) {
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::yield();
      }
    }
    return true;
  }
};

}  // namespace neve::ingest
