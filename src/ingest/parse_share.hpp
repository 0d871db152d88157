#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/job/token.hpp>

#include "ingest/formats/table_encoder.hpp"
#include "ingest/parse_messages.hpp"
#include "mr/api/compute_node.hpp"

namespace neve::ingest {

/// A node, as its shares of parses see it. All outlives them.
struct ParseSite {
  mr::ComputeNode& node;
  const PathPolicy& policy;

  [[nodiscard]] NodeId self() const { return node.id(); }
  [[nodiscard]] Pool& pool() const { return node.pool(); }
  /// host:port, for people.
  [[nodiscard]] std::string name() const;
};

/// What one node does for one parse: unpacks files, reads rows that begin in its byte ranges, and
/// makes chunks of them. Its driver, on whatever node, asks one thing after the other; bytes() may
/// be asked by other shares at any time.
class ParseShare {
 public:
  ParseShare(const ParseSite& site, ParseId id, job::TokenPtr token)
      : site_(site), id_(id), token_(std::move(token)) {}

  /// On the node that was asked only: what others are sent, too.
  void hold(std::uint64_t source, ByteSourcePtr file);
  void on_progress(std::function<void(double)> progress) { progress_ = std::move(progress); }
  [[nodiscard]] const job::TokenPtr& token() const { return token_; }
  /// This node's own file where it has the same; else the holder's bytes.
  ByteSourcePtr open(const FileRef& ref);

  UnpackReply unpack(const UnpackOrder& order);
  ReadReply read(const ReadOrder& order);
  ReadReply correct(const CorrectOrder& order);
  CompleteReply complete(const CompleteOrder& order);
  EncodeReply encode(const EncodeOrder& order);
  [[nodiscard]] wire::Bytes bytes(const BytesOrder& order) const;

 private:
  struct Opened {
    ByteSourcePtr file;
    FileStamp stamp;
  };
  [[nodiscard]] ByteSourcePtr held(std::uint64_t source) const;
  ByteSourcePtr open_far(const FileRef& ref) const;
  TableSources open_all(const std::vector<std::size_t>& places, const std::vector<FileRef>& files);
  /// Throws InputError where a file of this machine is not as it was when it was opened.
  void check_files() const;
  /// Runs `work`; what a change of a file has led to is told as such.
  template <class Work>
  auto while_unchanged(const Work& work);
  std::unique_ptr<RowReader> make_reader(const TableSources& sources, const TableOptions& options,
                                         const std::vector<ByteRange>& ranges);
  std::vector<NodeId> put_groups(const EncodeOrder& order);
  void reserve_text(const std::vector<ByteRange>& ranges);
  void keep_memory(std::int64_t bytes);
  [[nodiscard]] ReadReply reply() const;

  const ParseSite& site_;
  ParseId id_;
  job::TokenPtr token_;
  std::function<void(double)> progress_;
  mutable std::mutex mutex_;  // of these three:
  std::map<std::uint64_t, ByteSourcePtr> held_;
  std::vector<Opened> opened_;  // files of this machine
  std::vector<Reservation> memory_;
  std::string destination_;
  ParsePlan plan_;
  TableOptions options_;
  TableSources sources_;
  std::unique_ptr<RowReader> reader_;
  TableSources tail_sources_;  // of the rows that complete the last row group
  TableOptions tail_options_;
  std::unique_ptr<RowReader> tail_;
  ParsedTable table_;
  std::optional<TableEncoder> encoder_;
};

}  // namespace neve::ingest
