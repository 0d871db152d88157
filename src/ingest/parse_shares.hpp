#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>

#include <neve/base/recent_ids.hpp>

#include "ingest/parse_share.hpp"

namespace neve::ingest {

/// The shares that one node has in parses, its own and those of others; answers what their drivers
/// ask. A share of a parse that another node drives lives as long as that driver's call
/// "parse.hold" does, so that it ends with its driver, however that ends. Thread-safe.
class ParseShares {
 public:
  explicit ParseShares(const ParseSite& site) : site_(site) {}
  /// `shares` lives on in the inbox.
  static void serve(const std::shared_ptr<ParseShares>& shares, cluster::Inbox& inbox);

  [[nodiscard]] const ParseSite& site() const { return site_; }
  /// A new one, for other nodes to find until it is ended.
  std::shared_ptr<ParseShare> begin(ParseId id, job::TokenPtr token);
  void end(ParseId id);

 private:
  /// Waits for a share that is about to begin. Throws Cancelled where it has ended, ClusterError
  /// where it does not come.
  std::shared_ptr<ParseShare> find(ParseId id);
  wire::Bytes hold(ParseId id, cluster::Call& call);

  ParseSite site_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<ParseId, std::shared_ptr<ParseShare>> shares_;
  RecentIds ended_{64};  // what still comes for them is late
};

}  // namespace neve::ingest
