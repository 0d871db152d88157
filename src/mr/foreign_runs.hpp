#pragma once

#include <cstdint>
#include <map>
#include <mutex>

#include <neve/base/recent_ids.hpp>
#include <neve/job/token.hpp>

namespace neve::mr {

/// Runs that other nodes drive and this one takes part in, so that they can be cancelled.
/// Thread-safe.
class ForeignRuns {
 public:
  /// A run while it is here.
  class Running {
   public:
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    [[nodiscard]] const job::TokenPtr& token() const { return at_->second; }

   private:
    friend class ForeignRuns;
    using Tokens = std::multimap<std::uint64_t, job::TokenPtr>;
    Running(ForeignRuns& runs, Tokens::iterator at) : runs_(runs), at_(at) {}
    ForeignRuns& runs_;
    Tokens::iterator at_;
  };
  Running begin(std::uint64_t run_id);
  /// Also of one that has not begun yet: the two messages may overtake each other. True where
  /// nothing of the run is here, nor will be.
  bool cancel(std::uint64_t run_id);

 private:
  std::mutex mutex_;
  Running::Tokens tokens_;     ///< the same run may be here twice after a loss
  RecentIds cancelled_{1024};  ///< some before they began, most as they ended
};

}  // namespace neve::mr
